"""What this app plugs into the back office; read by ``wiring.py``."""

from django.utils.translation import gettext_lazy as _

from customers.slots import (
    CustomerAct,
    CustomerFigure,
    CustomerPanel,
    DeletionGuard,
    customer_acts,
    customer_figures,
    customer_panels,
    deletion_guards,
    timeline_sentences,
)
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.setting_areas import SETTING_AREAS, SettingArea
from provisioning import office, office_bulk, office_search

__all__ = ["office_bulk", "office_search"]

ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="provisioning.services",
        section="services",
        label=_("Services"),
        url_name="admin:provisioning_service_changelist",
        icon="deployed_code",
        permission="services:read",
    )
)

customer_acts.fill(
    CustomerAct(key="adopt", label=_("Adopt"), permission="services:adopt", url=office.adopt_url),
    order=15,
)
customer_panels.fill(
    CustomerPanel(
        key="services",
        title=_("Services"),
        permission="services:read",
        template="provisioning/admin/panel.html",
        context=office.customer_panel,
    ),
    order=30,
)
customer_figures.fill(CustomerFigure(name="services_count", expression=office.services_count))
deletion_guards.fill(DeletionGuard(key="provisioning", refusal=office.deletion_refusal))
for sentence in office.SENTENCES:
    timeline_sentences.fill(sentence)
SETTING_AREAS.fill(SettingArea(key="provisioning.", title=_("Services")), order=60)
