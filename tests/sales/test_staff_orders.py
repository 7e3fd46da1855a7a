"""Staff place orders for customers: at another price, by link, by transfer, before payment."""

from decimal import Decimal

import pytest
from django.urls import reverse

from billing.choices import InvoiceStatus
from billing.models import Invoice
from billing.selectors.ledger import ledger_differences
from billing.selectors.unpaid_lines import anchors_of
from billing.services.dunning import dunning_open
from domains.models import Domain
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.models import AuditEntry, Operation
from ispplatform.core.testing import run_until_quiet
from notifications.models import Mail
from provisioning.choices import ServiceStatus
from provisioning.models import Service
from sales.choices import OrderStatus, StaffPayment
from sales.errors import OrderNotOpen
from sales.models import Cart, Order
from sales.services.expiry import orders_due
from sales.services.payment_links import order_payment_ask
from sales.services.provisioning import order_provision_unpaid
from sales.services.staff_orders import order_place_for, order_preview
from tests.actors import staff
from tests.factories.billing import transferred
from tests.sales.conftest import STAFF, Shop


def wish(shop: Shop, **more: object) -> dict[str, object]:
    return {
        "plan_id": shop.domain_plan.pk,
        "cycle": "yearly",
        "quantity": 1,
        "domain_mode": "",
        "domain_name": "kontor.example",
        "configuration": {},
        **more,
    }


CHEAPER = {"unit_price": Decimal("5.00"), "price_reason": "Old friend"}


def placed(shop: Shop, *wishes: dict[str, object], **values: object) -> Order:
    given = {"payment": StaffPayment.TRANSFER, **values}
    return order_place_for(
        actor=STAFF, customer=shop.customer, wishes=wishes or [wish(shop)], **given
    )


def ahead(shop: Shop, *wishes: dict[str, object]) -> Order:
    order = placed(
        shop, *wishes, payment=StaffPayment.LATER, provision_reason="A customer of ten years"
    )
    run_until_quiet()
    order.refresh_from_db()
    return order


def test_another_price_stands_on_the_order_with_its_reason(shop: Shop):
    order = placed(shop, wish(shop, **CHEAPER))

    line = order.lines.get()
    assert (line.gross, line.price_reason) == (Decimal("5.95"), "Old friend")
    assert order.proforma.gross_total == order.gross == Decimal("5.95")
    entry = AuditEntry.objects.get(act="sales.order_place")
    assert entry.values.after["other_prices"] == [{"unit_price": "5.00", "reason": "Old friend"}]


@pytest.mark.parametrize(
    ("actor", "reason", "error"),
    [
        (staff("orders:create", "services:*", "plans:read"), "Old friend", NotPermitted),
        (STAFF, " ", InvalidInput),
    ],
)
def test_another_price_needs_its_permission_and_a_reason(shop: Shop, actor, reason, error):
    with pytest.raises(error):
        order_place_for(
            actor=actor,
            customer=shop.customer,
            wishes=[wish(shop, unit_price=Decimal("5.00"), price_reason=reason)],
            payment=StaffPayment.TRANSFER,
        )
    assert (Order.objects.count(), Cart.objects.count(), Service.objects.count()) == (0, 0, 0)


def test_a_preview_keeps_nothing_and_says_what_the_order_will_say(shop: Shop):
    hosting = wish(
        shop,
        plan_id=shop.hosting_plan.pk,
        cycle="monthly",
        domain_mode="register",
        domain_name="kontor.example",
    )
    seen = order_preview(
        actor=STAFF,
        customer=shop.customer,
        wishes=[hosting, wish(shop, **CHEAPER) | {"domain_name": "kontor2.example"}],
    )
    assert (Cart.objects.count(), AuditEntry.objects.count()) == (0, 0)
    order = placed(
        shop,
        hosting,
        wish(shop, domain_name="kontor2.example", **CHEAPER),
        expected_total=seen.gross,
    )
    assert [line.gross for line in seen.lines] == [
        Decimal("5.95"),
        Decimal("10.71"),
        Decimal("5.95"),
    ]
    assert (order.net, order.tax, order.gross) == (seen.net, seen.tax, seen.gross)


def test_what_is_set_up_before_payment_is_invoiced_at_once(shop: Shop):
    order = ahead(shop)

    assert (order.status, order.paid_at) == (OrderStatus.COMPLETED, None)
    assert order.provisioned_by == STAFF.label
    assert order.provision_reason == "A customer of ten years"
    invoice = shop.invoice(order)
    assert (invoice.status, invoice.amount_due) == (InvoiceStatus.SENT, Decimal("10.71"))
    assert (invoice.due_date - invoice.issue_date).days == 14
    anchors = anchors_of(invoice.document, tenant=shop.tenant)
    assert (anchors.due_on, anchors.expires_on) == (invoice.due_date, None)
    assert Service.objects.get().status == ServiceStatus.ACTIVE
    told = AuditEntry.objects.get(act="sales.order_provision_unpaid")
    assert (told.actor_label, told.reason) == (STAFF.label, order.provision_reason)
    assert order.pk not in orders_due(shop.tenant)
    assert ledger_differences() == []
    with pytest.raises(OrderNotOpen):
        order_provision_unpaid(actor=STAFF, order_id=order.pk, reason="Once more")
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize("by_pro_forma", [True, False])
def test_its_payment_pays_the_invoice_and_renews_nothing(shop: Shop, by_pro_forma: bool):
    order = ahead(shop)
    invoice = shop.invoice(order)
    expiry = Domain.objects.get().expires_at

    transferred(shop.customer, "10.71", order.proforma if by_pro_forma else invoice.document)
    run_until_quiet()

    invoice.refresh_from_db()
    assert (invoice.status, invoice.amount_due) == (InvoiceStatus.PAID, 0)
    assert Domain.objects.get().expires_at == expiry
    assert not Operation.objects.filter(kind="domains.renew").exists()
    assert shop.credit() == 0
    assert ledger_differences() == []


def test_a_part_that_came_before_pays_its_share(shop: Shop):
    order = placed(shop)
    transferred(shop.customer, "4.00", order.proforma)
    run_until_quiet()

    order_provision_unpaid(actor=STAFF, order_id=order.pk, reason="The rest is on its way")
    run_until_quiet()

    invoice = shop.invoice(order)
    assert (invoice.amount_paid, invoice.amount_due) == (Decimal("4.00"), Decimal("6.71"))
    assert shop.credit() == 0
    assert ledger_differences() == []


@pytest.mark.parametrize(
    ("permissions", "reason", "error"),
    [
        (("orders:create", "services:*", "orders:override_price"), "Trusted", NotPermitted),
        (("orders:*", "services:*"), " ", InvalidInput),
    ],
)
def test_before_payment_needs_its_own_permission_and_a_reason(
    shop: Shop, permissions, reason, error
):
    with pytest.raises(error):
        order_place_for(
            actor=staff("plans:read", *permissions),
            customer=shop.customer,
            wishes=[wish(shop)],
            payment=StaffPayment.LATER,
            provision_reason=reason,
        )
    assert (Order.objects.count(), Invoice.objects.count(), Operation.objects.count()) == (0, 0, 0)


def test_the_link_is_mailed_with_the_order_and_again_on_demand(shop: Shop):
    order = placed(shop, payment=StaffPayment.LINK)
    run_until_quiet()
    order_payment_ask(actor=STAFF, order_id=order.pk)
    run_until_quiet()

    mails = list(Mail.objects.filter(customer_id=shop.customer.pk).order_by("pk"))
    assert [mail.kind for mail in mails] == ["sales.order_placed", "sales.order_payment_link"]
    assert all(reverse("billing:pay", args=[order.proforma_id]) in mail.text for mail in mails)
    with pytest.raises(NotPermitted):
        order_payment_ask(actor=staff("orders:read"), order_id=order.pk)


def test_an_order_set_up_before_payment_mails_its_invoice_and_no_request_to_pay_first(shop: Shop):
    ahead(shop)
    kinds = set(Mail.objects.filter(customer_id=shop.customer.pk).values_list("kind", flat=True))
    assert "billing.invoice_issued" in kinds
    assert "sales.order_placed" not in kinds


def test_an_order_set_up_before_payment_can_be_dunned(shop: Shop):
    order = ahead(shop)
    case = dunning_open(invoice=shop.invoice(order))
    assert case is not None
    assert case.due_on == shop.invoice(order).due_date
