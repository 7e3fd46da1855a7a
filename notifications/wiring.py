"""What this app plugs into the kernel."""

from django.utils.translation import gettext_lazy as _

from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.setting_areas import SETTING_AREAS, SettingArea
from ispplatform.core.admin.setup import SETUP_LINES, SetupLine
from ispplatform.core.operations import kinds
from ispplatform.core.pages.navigation import PORTAL_NAVIGATION, PortalEntry
from ispplatform.core.permissions import declare_permissions
from notifications import events, office_bulk, preferences
from notifications.declaring import declare_mail
from notifications.kinds.accounts import ACCOUNT_MAILS
from notifications.kinds.attention import ATTENTION_MAIL, DIGEST_MAIL, GATHERED_MAIL
from notifications.kinds.machines import KEY_EXPIRING_MAIL
from notifications.kinds.sender import TRIAL_MAIL
from notifications.operations import SendMail
from notifications.sender import CheckSender, sender_is_proved

__all__ = ["events", "office_bulk", "preferences"]

declare_permissions(
    ("mails:read", "See the mails that were sent", "support", "billing", "sales", "operator"),
    ("mails:send", "Send mails again", "support", "billing", "sales"),
    ("own_mails:read", "Read the mails to oneself", "customer"),
)

kinds.register(SendMail)
kinds.register(CheckSender)

for mail in (
    *ACCOUNT_MAILS,
    KEY_EXPIRING_MAIL,
    ATTENTION_MAIL,
    GATHERED_MAIL,
    DIGEST_MAIL,
    TRIAL_MAIL,
):
    declare_mail(mail)

PORTAL_NAVIGATION.fill(
    PortalEntry(key="mails", label=_("Mails"), url_name="notifications:mails", icon="inbox"),
    order=75,
)

ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="mails",
        section="customers",
        label=_("Mails"),
        url_name="admin:notifications_mail_changelist",
        icon="mail",
        permission="mails:read",
    ),
    order=50,
)

SETUP_LINES.fill(
    SetupLine(
        key="sender",
        label=_("Sender of mails"),
        help=_("A test mail that arrives, and SPF, DKIM and DMARC in the DNS."),
        url_name="admin:mail_sender",
        permission="mails:send",
        is_done=lambda tenant: sender_is_proved(),
    ),
    order=40,
)
SETTING_AREAS.fill(SettingArea(key="notifications.", title=_("Mails")), order=65)
