"""What the back office of the kernel plugs in: permissions, navigation, tiles, pages, search."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ispplatform.core.admin.dashboard import DASHBOARD_TILES, DashboardTile, Place
from ispplatform.core.admin.kernel.backups import BackupPage
from ispplatform.core.admin.kernel.bulk_pages import BulkProgress
from ispplatform.core.admin.kernel.company import CompanyPage
from ispplatform.core.admin.kernel.connection_pages import ConnectionAddPage
from ispplatform.core.admin.kernel.logo import LogoPage, LogoPicture
from ispplatform.core.admin.kernel.settings import SettingsPage
from ispplatform.core.admin.kernel.switches import SwitchesPage
from ispplatform.core.admin.kernel.tiles import connections, needs_a_person, truth
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage
from ispplatform.core.admin.search import SEARCH_SOURCES, SearchHit, SearchSource
from ispplatform.core.admin.setup import SETUP_LINES, SetupLine, setup_tile
from ispplatform.core.backup.proving import backup_is_proved
from ispplatform.core.models.audit import AuditEntry
from ispplatform.core.pages.brand import LOGO
from ispplatform.core.permissions import declare_permissions
from ispplatform.core.request_ids import read_reference
from ispplatform.core.tenancy.profiles import profile_is_whole

declare_permissions(
    ("audit:read", "Read the audit trail", "operator"),
    ("company:read", "See the company's settings", "operator"),
    ("company:update", "Change the company's settings"),
)

ADMIN_PAGES.fill(AdminPage(key="switches", path="switches/", view=SwitchesPage.as_view()))
ADMIN_PAGES.fill(AdminPage(key="settings", path="settings/", view=SettingsPage.as_view()))
ADMIN_PAGES.fill(AdminPage(key="company", path="company/", view=CompanyPage.as_view()))
ADMIN_PAGES.fill(AdminPage(key="backup", path="backup/", view=BackupPage.as_view()))
ADMIN_PAGES.fill(AdminPage(key="logo", path="company/logo/", view=LogoPage.as_view()))
ADMIN_PAGES.fill(
    AdminPage(key="logo_picture", path="company/logo/<slug:digest>.png", view=LogoPicture.as_view())
)
ADMIN_PAGES.fill(
    AdminPage(key="bulk_progress", path="bulk/<uuid:run_id>/progress/", view=BulkProgress.as_view())
)
ADMIN_PAGES.fill(
    AdminPage(key="connection_add", path="connections/new/", view=ConnectionAddPage.as_view())
)

# Order of filling, within the section that the entry names.
for _entry in (
    AdminEntry(key="home", section="work", label=_("Home"), url_name="admin:index", icon="home"),
    AdminEntry(
        key="attention",
        section="work",
        label=_("Needs a person"),
        url_name="admin:core_attentionitem_changelist",
        icon="front_hand",
        permission="attention:read",
    ),
    AdminEntry(
        key="company",
        section="company",
        label=_("Company"),
        url_name="admin:company",
        icon="apartment",
        permission="company:read",
    ),
    AdminEntry(
        key="settings",
        section="company",
        label=_("Settings"),
        url_name="admin:settings",
        icon="tune",
        permission="company:read",
    ),
    AdminEntry(
        key="connections",
        section="company",
        label=_("Connections"),
        url_name="admin:core_providerconnection_changelist",
        icon="cable",
        permission="connections:read",
    ),
    AdminEntry(
        key="operations",
        section="system",
        label=_("Operations"),
        url_name="admin:core_operation_changelist",
        icon="swap_vert",
        permission="operations:read",
    ),
    AdminEntry(
        key="bulk",
        section="system",
        label=_("Bulk acts"),
        url_name="admin:core_bulkrun_changelist",
        icon="checklist",
        permission="bulk_runs:read",
    ),
    AdminEntry(
        key="switches",
        section="system",
        label=_("Stop switch"),
        url_name="admin:switches",
        icon="pause_circle",
        permission="operations:read",
    ),
    AdminEntry(
        key="lanes",
        section="system",
        label=_("Parked events"),
        url_name="admin:core_eventdelivery_changelist",
        icon="hourglass_disabled",
        permission="operations:read",
        query="state__exact=parked",
    ),
    AdminEntry(
        key="backup",
        section="system",
        label=_("Backup"),
        url_name="admin:backup",
        icon="backup",
        permission="company:read",
    ),
    AdminEntry(
        key="audit",
        section="system",
        label=_("Audit trail"),
        url_name="admin:core_auditentry_changelist",
        icon="history",
        permission="audit:read",
    ),
):
    ADMIN_NAVIGATION.fill(_entry, order=50)

DASHBOARD_TILES.fill(
    DashboardTile(
        key="truth",
        place=Place.TRUTH,
        title="",
        permission="operations:read",
        template="admin/house/tiles/truth.html",
        content=truth,
    )
)
DASHBOARD_TILES.fill(
    DashboardTile(
        key="setup",
        place=Place.SETUP,
        title=_("Before you sell"),
        permission="company:read",
        template="admin/house/tiles/setup.html",
        content=setup_tile,
    )
)
SETUP_LINES.fill(
    SetupLine(
        key="company",
        label=_("Company and tax data"),
        help=_("Legal name, address and a tax number: each invoice shows them."),
        url_name="admin:company",
        permission="company:update",
        is_done=profile_is_whole,
    ),
    order=10,
)
SETUP_LINES.fill(
    SetupLine(
        key="logo",
        label=_("Logo"),
        help=_(
            "At the head of the shop, of mails and of invoices. Until then your name stands there."
        ),
        url_name="admin:logo",
        permission="company:update",
        is_done=lambda tenant: bool(LOGO.of(tenant)),
    ),
    order=30,
)
SETUP_LINES.fill(
    SetupLine(
        key="backup",
        label=_("Backup tested"),
        help=_("A backup that was loaded apart from the data, and held what it says of itself."),
        url_name="admin:backup",
        permission="company:read",
        is_done=backup_is_proved,
    ),
    order=85,
)
DASHBOARD_TILES.fill(
    DashboardTile(
        key="attention",
        place=Place.NEEDS_A_PERSON,
        title=_("Needs a person"),
        permission="attention:read",
        template="admin/house/tiles/attention.html",
        content=needs_a_person,
    )
)
DASHBOARD_TILES.fill(
    DashboardTile(
        key="connections",
        place=Place.CONNECTIONS,
        title=_("Connections"),
        permission="connections:read",
        template="admin/house/tiles/connections.html",
        content=connections,
    )
)


def _by_reference(term: str, limit: int) -> Iterable[SearchHit]:
    """Find what was done in the request that an error page's reference names."""
    reference = read_reference(term)
    if not reference:
        return []
    entries = AuditEntry.objects.filter(reference=reference).select_related("values")
    return [
        SearchHit(
            title=reference,
            detail=f"{entry.act} {entry.subject_label}",
            url=reverse("admin:core_auditentry_change", args=[entry.pk]),
        )
        for entry in entries.order_by("-id")[:limit]
    ]


SEARCH_SOURCES.fill(
    SearchSource(
        key="references",
        label=_("Audit trail"),
        icon="history",
        permission="audit:read",
        find=_by_reference,
    ),
    order=900,
)
