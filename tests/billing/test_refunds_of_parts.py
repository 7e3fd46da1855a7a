"""Sending back money that paid an order in parts, and so came to its invoice as credit."""

from decimal import Decimal

import pytest

from billing.choices import RefundState
from billing.errors import PaymentNotRefundable
from billing.models import CreditEntry, Invoice, Refund
from billing.selectors.ledger import account_balances, ledger_differences
from billing.services.credit import credit_apply
from billing.services.refunds import refund_confirm, refund_start
from billing.services.wallet import pay_with_credit
from ispplatform.core.models import AttentionItem
from tests.factories.billing import SYSTEM, issued_invoice, line, open_pro_forma, transferred


@pytest.fixture
def parts(customer):
    """An order of 119.00 EUR that two transfers paid, 60.00 and 59.00."""
    document = open_pro_forma(customer, line("100.00"))
    return [transferred(customer, amount, document) for amount in ("60.00", "59.00")]


def sent_back(clerk, payment, **values) -> Refund:
    row = refund_start(actor=clerk, payment=payment, reason="Not wanted", **values)
    return refund_confirm(actor=clerk, refund_id=row.pk, sent=True)


@pytest.mark.parametrize("turn", [1, -1])
def test_every_part_goes_back_in_either_order(parts, clerk, turn):
    for payment in parts[::turn]:
        assert sent_back(clerk, payment).state == RefundState.SETTLED
    invoice = Invoice.objects.get()
    assert (invoice.amount_credited, invoice.amount_refunded) == (
        Decimal("119.00"),
        Decimal("119.00"),
    )
    assert set(account_balances(currency="EUR").values()) == {Decimal(0)}
    assert not CreditEntry.objects.filter(remaining__gt=0).exists()
    assert ledger_differences() == []
    for payment in parts:
        with pytest.raises(PaymentNotRefundable):
            refund_start(actor=clerk, payment=payment, reason="Again")
    assert sum(row.amount for row in Refund.objects.all()) == Decimal("119.00")


def test_a_piece_of_the_first_part_credits_only_that_piece(parts, clerk):
    sent_back(clerk, parts[0], amount=Decimal("20.00"))
    invoice = Invoice.objects.get()
    assert (invoice.amount_credited, invoice.amount_refunded) == (Decimal("20.00"),) * 2
    sent_back(clerk, parts[0])
    invoice.refresh_from_db()
    assert invoice.amount_refunded == Decimal("60.00")
    assert ledger_differences() == []


def test_money_that_paid_another_invoice_as_credit_goes_back_too(customer, clerk):
    payment = transferred(customer, "50.00")
    pay_with_credit(actor=SYSTEM, document=open_pro_forma(customer))
    sent_back(clerk, payment)
    assert Invoice.objects.get().amount_refunded == Decimal("11.90")
    assert account_balances(currency="EUR")["bank"] == 0
    assert ledger_differences() == []


def test_credit_in_an_invoice_that_is_still_open_does_not_go_back(customer, clerk):
    payment = transferred(customer, "5.00")
    credit_apply(actor=SYSTEM, invoice_id=issued_invoice(customer).pk)
    with pytest.raises(PaymentNotRefundable):
        refund_start(actor=clerk, payment=payment, reason="x")
    assert Refund.objects.count() == 0
    assert ledger_differences() == []


def test_a_part_that_goes_back_is_nobodys_question_any_more(customer, clerk):
    payment = transferred(customer, "60.00", open_pro_forma(customer, line("100.00")))
    row = AttentionItem.objects.get(kind="billing.unmatched_money")
    refund_start(actor=clerk, payment=payment, reason="x", amount=Decimal("10.00"))
    row.refresh_from_db()
    assert row.resolved_at is None
    refund_start(actor=clerk, payment=payment, reason="x")
    row.refresh_from_db()
    assert (row.resolved_at is None, row.resolution) == (False, "It goes back.")
