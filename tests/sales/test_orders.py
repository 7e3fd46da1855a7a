"""From a filled cart to an order that is completed by itself."""

from datetime import timedelta
from decimal import Decimal

import pytest

from billing.choices import InvoiceStatus
from billing.models import Document, Subscription
from ispplatform.core.clock import business_today
from ispplatform.core.errors import NotPermitted
from ispplatform.core.models import AuditEntry, Operation
from provisioning.models import Service
from sales.choices import OrderStatus
from sales.errors import CartClosed, CartEmpty, PriceChanged, TermsNotAccepted
from sales.models import Order, OrderAcceptance
from sales.selectors.quotes import cart_quote
from sales.services.carts import cart_open
from sales.services.orders import PriceOverride, order_place
from tests.factories.billing import DECLINED
from tests.factories.customers import CustomerFactory
from tests.sales.conftest import STAFF


def nothing_ordered() -> bool:
    counts = [Order.objects.count(), Document.objects.count(), Service.objects.count()]
    return counts == [0, 0, 0]


def test_cart_order_and_pro_forma_say_the_same_total(shop):
    cart = shop.full_cart()
    quote = cart_quote(cart)
    order = shop.ordered(cart, expected_total=quote.totals.gross)

    assert quote.totals.net == Decimal("15.00")
    assert (order.net, order.tax, order.gross) == (
        Decimal("15.00"),
        Decimal("2.85"),
        Decimal("17.85"),
    )
    assert order.proforma.gross_total == order.gross
    lines = list(order.lines.all())
    assert sum(line.gross for line in lines) == order.gross
    assert [line.plan.type for line in lines] == ["domain", "hosting", "email"]
    assert lines[0].renewal_gross == Decimal("16.66")
    assert order.order_number.endswith("-00001")
    assert order.expires_on == business_today(shop.tenant) + timedelta(days=7)
    assert order.status == OrderStatus.AWAITING_PAYMENT


def test_an_unpaid_order_sets_nothing_up_and_has_no_invoice(shop):
    order = shop.ordered()
    assert Operation.objects.count() == 0
    assert Document.objects.exclude(kind="pro_forma").count() == 0
    assert set(Subscription.objects.values_list("status", flat=True)) == {"pending"}
    assert {line.service.status for line in order.lines.all()} == {"pending"}


def test_a_paid_order_is_completed_by_itself(shop):
    order = shop.ordered()
    shop.pay(order)

    assert order.status == OrderStatus.COMPLETED
    invoice = shop.invoice(order)
    assert invoice.status == InvoiceStatus.PAID
    assert invoice.gross_total == order.gross
    assert {line.service.status for line in order.lines.all()} == {"active"}
    assert set(Subscription.objects.values_list("status", flat=True)) == {"active"}
    assert AuditEntry.objects.filter(act="sales.order_place").count() == 1


def test_a_declined_card_leaves_the_order_waiting_with_nothing_charged(shop):
    order = shop.ordered()
    payment = shop.pay(order, DECLINED)
    assert payment.state == "failed"
    assert order.status == OrderStatus.AWAITING_PAYMENT
    assert Service.objects.exclude(status="pending").count() == 0


def test_what_was_accepted_is_kept_with_its_version(shop):
    order = shop.ordered()
    kept = OrderAcceptance.objects.get(order=order)
    assert (kept.document, kept.title, kept.version) == ("terms", "Terms of service", "1")


def test_the_terms_have_to_be_accepted(shop):
    cart = shop.full_cart()
    with pytest.raises(TermsNotAccepted):
        shop.ordered(cart, accepted=[])
    assert nothing_ordered()


def test_another_total_than_the_one_shown_is_refused(shop):
    cart = shop.full_cart()
    with pytest.raises(PriceChanged) as refusal:
        shop.ordered(cart, expected_total=Decimal("17.84"))
    assert refusal.value.params["total"] == Decimal("17.85")
    assert nothing_ordered()
    cart.refresh_from_db()
    assert cart.status == "open"


def test_the_same_cart_is_ordered_once(shop):
    cart = shop.full_cart()
    shop.ordered(cart)
    with pytest.raises(CartClosed):
        shop.ordered(cart)
    assert Order.objects.count() == 1


def test_an_empty_cart_is_no_order(shop):
    with pytest.raises(CartEmpty):
        shop.ordered(cart_open(customer=shop.customer))
    assert nothing_ordered()


def test_nobody_orders_for_somebody_else(shop):
    stranger = CustomerFactory(addressed=True)
    with pytest.raises(NotPermitted):
        order_place(actor=shop.buyer, cart=shop.full_cart(), customer=stranger, accepted=["terms"])
    assert nothing_ordered()


def test_staff_sell_at_another_price_with_a_reason(shop):
    cart = shop.full_cart()
    hosting = cart.lines.get(plan=shop.hosting_plan)
    order = order_place(
        actor=STAFF,
        cart=cart,
        customer=shop.customer,
        overrides={hosting.pk: PriceOverride(unit_price=Decimal("2.50"), reason="Fair in May")},
    )
    line = order.lines.get(plan=shop.hosting_plan)
    assert (line.net, line.price_reason) == (Decimal("2.50"), "Fair in May")
    assert order.net == Decimal("12.50")
    assert sum(row.gross for row in order.lines.all()) == order.gross
    assert OrderAcceptance.objects.count() == 0


def test_a_customer_cannot_name_a_price(shop):
    cart = shop.full_cart()
    line = cart.lines.first()
    with pytest.raises(NotPermitted):
        shop.ordered(
            cart, overrides={line.pk: PriceOverride(unit_price=Decimal("0.01"), reason="x")}
        )
    assert nothing_ordered()


def test_order_numbers_follow_each_other(shop):
    first, second = shop.ordered(), shop.ordered(shop.full_cart("laden.example"))
    assert first.order_number[-5:] == "00001"
    assert second.order_number[-5:] == "00002"
