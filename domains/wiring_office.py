"""What this app plugs into the back office; read by ``wiring.py``."""

from django.utils.translation import gettext_lazy as _

from domains import office, office_bulk, office_search
from domains.providers.registrars import base as registrar_base
from ispplatform.core.admin.dashboard import DASHBOARD_TILES, DashboardTile, Place
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.setting_areas import SETTING_AREAS, SettingArea
from ispplatform.core.admin.setup import SETUP_LINES, SetupLine, has_working_connection
from ispplatform.core.reported_acts import ReportKind, report_acts

__all__ = ["office_bulk", "office_search"]

ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="domains.domains",
        section="services",
        label=_("Domains"),
        url_name="admin:domains_domain_changelist",
        icon="language",
        permission="domains:read",
    )
)

ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="domains.dns_zones",
        section="services",
        label=_("DNS zones"),
        url_name="admin:domains_dnszone_changelist",
        icon="dns",
        permission="dns:read",
    )
)
DASHBOARD_TILES.fill(
    DashboardTile(
        key="domains_expiring",
        place=Place.EXPIRING,
        title=_("Domains that expire soon"),
        permission="domains:read",
        template="domains/admin/tile_expiring.html",
        content=office.expiring_tile,
    )
)
SETUP_LINES.fill(
    SetupLine(
        key="registrar",
        label=_("Registrar"),
        help=_("An account at a registrar, with a connection that works."),
        url_name="admin:connection_add",
        permission="connections:manage",
        is_done=lambda tenant: has_working_connection(registrar_base.KIND),
    ),
    order=60,
)
SETTING_AREAS.fill(SettingArea(key="domains.", title=_("Domains and DNS")), order=50)

report_acts(ReportKind.EXPORTS, "domains.zone_export")
report_acts(ReportKind.SECRETS, "domains.domain_auth_code")
