"""Money of an order that goes back, in whichever parts it came."""

from decimal import Decimal

import pytest

from billing.models import CreditEntry, Refund
from billing.selectors.ledger import ledger_differences
from billing.services.credit import credit_grant
from billing.services.wallet import pay_with_credit
from ispplatform.core.actors import Actor
from ispplatform.core.testing import run_until_quiet
from sales.choices import OrderStatus
from sales.services.decisions import order_refuse
from sales.services.returns import order_line_return
from tests.factories.billing import transferred
from tests.sales.conftest import STAFF

SYSTEM = Actor.system("tests")


@pytest.fixture
def held_order(shop):
    """An order of 17.85 EUR that nobody has paid yet and that a person will look at."""
    shop.tenant.settings["sales.hold_every_order"] = True
    shop.tenant.save()
    return shop.ordered()


def came(shop, order, *amounts: str):
    payments = [transferred(shop.customer, amount, order.proforma) for amount in amounts]
    run_until_quiet()
    order.refresh_from_db()
    return payments


def refuse(order):
    order_refuse(actor=STAFF, order_id=order.pk, reason="Not here")
    run_until_quiet()
    order.refresh_from_db()
    assert order.status == OrderStatus.REFUSED
    assert ledger_differences() == []


def going_back(payments) -> list[Decimal]:
    return [
        sum((row.amount for row in Refund.objects.filter(payment=payment)), Decimal(0))
        for payment in payments
    ]


@pytest.mark.parametrize(
    "amounts", [("8.92", "8.93"), ("1.00", "2.00", "14.85"), ("17.85",), ("8.92", "20.00")]
)
def test_refusing_sends_every_payment_back_whole(shop, held_order, amounts):
    assert held_order.gross == Decimal("17.85")
    payments = came(shop, held_order, *amounts)
    refuse(held_order)
    assert going_back(payments) == [Decimal(amount) for amount in amounts]
    assert shop.invoice(held_order).amount_credited == held_order.gross
    assert shop.credit() == 0


def test_refusing_sends_money_back_that_came_twice(shop, held_order):
    payments = came(shop, held_order, "17.85", "17.85")
    refuse(held_order)
    assert going_back(payments) == [Decimal("17.85"), Decimal("17.85")]
    assert shop.credit() == 0


def test_refusing_leaves_credit_that_the_order_did_not_take(shop, held_order):
    deposit = transferred(shop.customer, "100.00")
    credit_grant(actor=SYSTEM, customer=shop.customer, amount=Decimal("5.00"), reason="Sorry")
    pay_with_credit(actor=SYSTEM, document=held_order.proforma)
    run_until_quiet()
    refuse(held_order)
    assert going_back([deposit]) == [Decimal("17.85")]
    assert shop.credit() == Decimal("87.15")


def test_goodwill_that_paid_an_order_is_credit_again(shop, held_order):
    credit_grant(actor=SYSTEM, customer=shop.customer, amount=Decimal("17.85"), reason="Sorry")
    pay_with_credit(actor=SYSTEM, document=held_order.proforma)
    run_until_quiet()
    refuse(held_order)
    assert Refund.objects.count() == 0
    assert shop.credit() == Decimal("17.85")


def test_lines_of_an_order_paid_in_parts_go_back_until_nothing_is_left(shop):
    order = shop.ordered()
    payments = came(shop, order, "8.92", "8.93")
    for row in order.lines.order_by("-position"):
        order_line_return(actor=STAFF, order_id=order.pk, line_id=row.pk, reason="Not possible")
    run_until_quiet()
    assert going_back(payments) == [Decimal("8.92"), Decimal("8.93")]
    assert not CreditEntry.objects.filter(remaining__gt=0).exists()
    assert ledger_differences() == []


def test_a_line_kept_as_credit_stays_credit(shop):
    order = shop.ordered()
    came(shop, order, "8.92", "8.93")
    line = order.lines.get(plan=shop.email_plan)
    order_line_return(
        actor=STAFF, order_id=order.pk, line_id=line.pk, reason="Not possible", as_credit=True
    )
    assert (Refund.objects.count(), shop.credit()) == (0, Decimal("1.19"))
    assert ledger_differences() == []
