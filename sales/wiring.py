"""What this app plugs into the kernel and into the apps below it."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.slots import SignUpDoor, sign_up_doors
from billing.slots import SubjectPage, subject_pages
from ispplatform.core.attention import MoneyAtStake, attention_kinds, money_at_stake
from ispplatform.core.due import DueSource, due_sources
from ispplatform.core.events import subscribe
from ispplatform.core.pages.home import PORTAL_HOME, HomePart
from ispplatform.core.pages.legal import FOOTER_LINKS, FooterLinks
from ispplatform.core.pages.navigation import PORTAL_NAVIGATION, PortalEntry
from ispplatform.core.permissions import declare_permissions
from provisioning.provisioners import ActivationGuard, activation_guards
from sales import events, statuses, tasks, wiring_mails, wiring_office
from sales.attention import KINDS
from sales.portal import refusals
from sales.portal.entering import checkout_of
from sales.portal.home import orders_part
from sales.portal.legal import document_links
from sales.selectors.orders import stake_of_order
from sales.services.holds import reason_to_hold
from sales.subscribers import refresh_orders_of_service
from sales.workflows.due import next_order_due, orders_run

__all__ = ["events", "refusals", "statuses", "tasks", "wiring_mails", "wiring_office"]

sign_up_doors.fill(SignUpDoor(key="checkout", go_on=checkout_of))

declare_permissions(
    ("orders:read", "See orders", "support", "billing", "sales", "operator"),
    ("orders:create", "Place orders for customers", "billing", "sales"),
    ("orders:override_price", "Sell at another price than the catalogue's", "billing"),
    ("orders:provision_unpaid", "Set orders up before they are paid", "billing"),
    ("orders:decide", "Accept or refuse held orders", "billing"),
    ("orders:cancel", "Withdraw unpaid orders", "support", "billing", "sales"),
    ("own_orders:read", "See own orders", "customer"),
    ("own_orders:create", "Order and withdraw orders", "customer"),
)

activation_guards.fill(ActivationGuard(key="sales.holds", reason=reason_to_hold, asks_itself=True))
for kind in KINDS:
    attention_kinds.fill(kind)
money_at_stake.fill(MoneyAtStake(subject_type="sales.order", amount=stake_of_order))

for name in ("activated", "held", "needs_person", "terminated", "suspended"):
    subscribe(
        f"provisioning.service_{name}",
        f"sales.refresh_on_service_{name}",
        refresh_orders_of_service,
    )

FOOTER_LINKS.fill(FooterLinks(key="sales.documents", links=document_links))
PORTAL_NAVIGATION.fill(
    PortalEntry(key="orders", label=_("Orders"), url_name="sales:orders", icon="shopping-cart"),
    order=25,
)
due_sources.fill(
    DueSource(
        key="sales.orders",
        label=_("Unpaid orders reminded of or expired"),
        next_due=next_order_due,
        run_due=orders_run,
    )
)


def _order_url(order_id: UUID) -> str:
    return reverse("sales:order", args=[order_id])


subject_pages.fill(SubjectPage(type="sales.order", label=_("Go to your order"), url=_order_url))
PORTAL_HOME.fill(
    HomePart(
        key="orders",
        title=_("Orders under way"),
        permission="own_orders:read",
        template="sales/home_part.html",
        content=orders_part,
        is_wide=True,
    ),
    order=10,
)
