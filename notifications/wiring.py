"""What this app plugs into the kernel."""

from django.utils.translation import gettext_lazy as _

from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.operations import kinds
from ispplatform.core.pages.navigation import PORTAL_NAVIGATION, PortalEntry
from ispplatform.core.permissions import declare_permissions
from notifications import events, preferences
from notifications.declaring import declare_mail
from notifications.kinds.accounts import ACCOUNT_MAILS
from notifications.kinds.attention import ATTENTION_MAIL
from notifications.operations import SendMail

__all__ = ["events", "preferences"]

declare_permissions(
    ("mails:read", "See the mails that were sent", "support", "billing", "sales", "operator"),
    ("mails:send", "Send mails again", "support", "billing", "sales"),
    ("own_mails:read", "Read the mails to oneself", "customer"),
)

kinds.register(SendMail)

for mail in (*ACCOUNT_MAILS, ATTENTION_MAIL):
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
