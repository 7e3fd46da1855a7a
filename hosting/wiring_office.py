"""What this app plugs into the back office; read by ``wiring.py``."""

from django.utils.translation import gettext_lazy as _

from hosting import office_search
from hosting.providers.panels import base as panel_base
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.setup import SETUP_LINES, SetupLine, has_working_connection
from ispplatform.core.reported_acts import ReportKind, report_acts

__all__ = ["office_search"]

ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="hosting.hosting_accounts",
        section="services",
        label=_("Hosting accounts"),
        url_name="admin:hosting_hostingaccount_changelist",
        icon="storage",
        permission="hosting:read",
    )
)

ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="hosting.mailboxes",
        section="services",
        label=_("Mailboxes"),
        url_name="admin:hosting_mailbox_changelist",
        icon="mail",
        permission="mailboxes:read",
    )
)

ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="hosting.hosting_servers",
        section="services",
        label=_("Hosting servers"),
        url_name="admin:hosting_hostingserver_changelist",
        icon="dns",
        permission="hosting_servers:read",
    )
)
SETUP_LINES.fill(
    SetupLine(
        key="panel",
        label=_("Hosting panel"),
        help=_("A panel server with a connection that works; leave it if you sell no hosting."),
        url_name="admin:connection_add",
        permission="connections:manage",
        is_done=lambda tenant: has_working_connection(panel_base.KIND),
    ),
    order=70,
)

report_acts(
    ReportKind.SECRETS,
    "hosting.account_login",
    "hosting.account_set_password",
    "hosting.mailbox_set_password",
)
