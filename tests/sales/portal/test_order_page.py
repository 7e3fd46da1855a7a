"""An order's page around the moment of its payment."""

import pytest
from django.urls import reverse

from accounts.services.roles import tenant_roles_seed
from billing.choices import PaymentState
from billing.models import Payment
from ispplatform.core.clock import business_today
from ispplatform.core.testing import run_until_quiet
from sales.choices import OrderStatus
from sales.models import Order
from sales.services.expiry import order_follow_up
from tests.billing.test_portal_pages import Browser, text_of
from tests.factories.accounts import PASSWORD, PortalAccountFactory
from tests.factories.billing import AUTHENTICATES, transferred
from tests.sales.conftest import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visit(shop: Shop) -> Browser:
    """The customer of the shop, logged in."""
    tenant_roles_seed(shop.tenant)
    account = PortalAccountFactory(customer_id=shop.customer.pk)
    browser = Browser()
    browser.post(reverse("accounts:log_in"), {"name": account.portal_id, "password": PASSWORD})
    return browser


def test_money_that_has_come_is_not_asked_for_while_the_order_has_not_heard_of_it(visit, shop):
    order = shop.ordered()
    page = reverse("sales:order", args=[order.pk])
    assert "Pay now" in text_of(visit.get(page))
    transferred(shop.customer, str(order.gross), order.proforma)
    order.refresh_from_db()
    assert order.status == OrderStatus.AWAITING_PAYMENT
    between = visit.get(page)
    assert "Pay now" not in text_of(between)
    assert "Your payment is on its way." in text_of(between)
    assert 'hx-trigger="every 2s"' in between.content.decode()
    assert "Pay now" not in text_of(visit.get("/portal"))
    run_until_quiet()
    assert "Everything is ready." in text_of(visit.get(page))


def test_who_left_the_banks_page_can_still_pay(visit, shop):
    order = shop.ordered()
    shop.pay(order, AUTHENTICATES)
    assert Payment.objects.get().state == PaymentState.REQUIRES_ACTION

    for path in (reverse("sales:order", args=[order.pk]), "/portal"):
        assert "Pay now" in text_of(visit.get(path))
    assert order.proforma.number in text_of(visit.get("/billing"))
    shop.pay(order)

    order.refresh_from_db()
    assert order.status == OrderStatus.COMPLETED
    assert sorted(Payment.objects.values_list("state", flat=True)) == ["cancelled", "settled"]


def test_a_held_order_looks_again_by_itself_until_somebody_has_decided(visit, shop):
    shop.tenant.settings["sales.hold_every_order"] = True
    shop.tenant.save()
    order = shop.ordered()
    shop.pay(order)
    answer = visit.get(reverse("sales:order", args=[order.pk]))
    assert "Your payment is safe." in text_of(answer)
    assert 'hx-trigger="every 10s"' in answer.content.decode()


def test_who_pays_by_transfer_finds_account_reference_and_amount_on_the_order(visit, shop):
    shop.tenant.settings["billing.bank_account"] = {"iban": "DE02120300000000202051"}
    shop.tenant.save()
    order = shop.ordered(payment_method="bank_transfer")
    page = text_of(visit.get(reverse("sales:order", args=[order.pk])))
    assert "DE02 1203 0000 0000 2020 51" in page
    assert order.proforma.number in page
    assert "Pay another way" in page
    assert "Pay now" not in page
    other_ways = text_of(visit.get(f"{reverse('billing:pay', args=[order.proforma_id])}"))
    chosen = text_of(
        visit.get(f"{reverse('billing:pay', args=[order.proforma_id])}?method=bank_transfer")
    )
    assert other_ways.index("By card") < other_ways.index("By bank transfer")
    assert chosen.index("By bank transfer") < chosen.index("By card")


def test_an_order_paid_in_part_says_so_and_asks_for_the_rest(visit, shop):
    order = shop.ordered()
    transferred(shop.customer, "10.00", order.proforma)
    page = text_of(visit.get(reverse("sales:order", args=[order.pk])))
    assert "10.00 € of 17.85 € paid" in page
    assert "Pay now" in page
    assert "What you have paid becomes your credit." in page
    pay = text_of(visit.get(reverse("billing:pay", args=[order.proforma_id])))
    assert "Pay 7.85 €" in pay
    assert "With your credit" not in pay
    visit.post(reverse("sales:order_withdraw", args=[order.pk]))
    page = text_of(visit.get(reverse("sales:order", args=[order.pk])))
    assert "Your order is withdrawn. What you had paid is your credit." in page
    assert "The order was withdrawn. What you had paid is your credit." in page
    assert "Nothing was charged" not in page


def test_an_order_that_expired_with_a_part_paid_says_where_the_money_is(visit, shop):
    order = shop.ordered()
    transferred(shop.customer, "10.00", order.proforma)
    Order.objects.filter(pk=order.pk).update(expires_on=business_today(shop.tenant))
    order_follow_up(order_id=order.pk)
    page = text_of(visit.get(reverse("sales:order", args=[order.pk])))
    assert "The order expired before the whole sum came. What you had paid is your credit." in page
    assert "because it was not paid" not in page
