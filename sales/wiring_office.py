"""What sales plugs into the back office; read by ``wiring.py``."""

from django.utils.translation import gettext_lazy as _

from customers.slots import CustomerAct, CustomerPanel, customer_acts, customer_panels
from ispplatform.core.admin.acts import ROW_ACTS
from ispplatform.core.admin.dashboard import DASHBOARD_TILES, DashboardTile, Place
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.setting_areas import SETTING_AREAS, SettingArea
from sales import office, office_bulk, office_refused, office_search

__all__ = ["office_bulk", "office_search"]

ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="sales.orders",
        section="sales",
        label=_("Orders"),
        url_name="admin:sales_order_changelist",
        icon="shopping_cart",
        permission="orders:read",
    )
)
DASHBOARD_TILES.fill(
    DashboardTile(
        key="sales_today",
        place=Place.TODAY,
        title=_("Orders today"),
        permission="orders:read",
        template="sales/admin/tile_today.html",
        content=office.today_tile,
    ),
    order=50,
)
for row_act in office_refused.ROW_ACTS_OF_SALES:
    ROW_ACTS.fill(row_act)
customer_acts.fill(
    CustomerAct(
        key="new-order",
        label=_("New order"),
        permission="orders:create",
        url=office.new_order_url,
    ),
    order=10,
)
customer_panels.fill(
    CustomerPanel(
        key="orders",
        title=_("Orders"),
        permission="orders:read",
        template="sales/admin/panel.html",
        context=office.customer_panel,
    ),
    order=35,
)
SETTING_AREAS.fill(SettingArea(key="sales.", title=_("Orders")), order=20)
