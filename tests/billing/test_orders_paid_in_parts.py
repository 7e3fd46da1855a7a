"""An order of which a part was paid: only the rest is asked for, whichever way it is paid."""

from datetime import date
from decimal import Decimal

import pytest

from billing.choices import PaymentState, ProFormaStatus
from billing.errors import CreditNotEnough
from billing.models import CreditEntry, Invoice, Payment, ProForma, SandboxCharge
from billing.selectors.invoices import amount_due
from billing.selectors.ledger import ledger_differences
from billing.selectors.pro_formas import held_for, pro_forma_amounts
from billing.services.payments import payment_start
from billing.services.pro_formas import proforma_cancel
from billing.services.refunds import refund_start
from billing.services.settlement import payment_settle
from billing.services.wallet import pay_with_credit
from ispplatform.core.errors import InvalidInput
from ispplatform.core.models import AttentionItem
from ispplatform.core.testing import run_until_quiet
from tests.factories.billing import SYSTEM, kept_card, line, open_pro_forma, transferred

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def document(customer):
    """An order of 119.00 EUR, of which 60.00 EUR came by transfer."""
    row = open_pro_forma(customer, line("100.00"))
    transferred(customer, "60.00", row)
    return row


def by_card(document, customer, gateway, **values) -> Payment:
    payment = payment_start(
        actor=SYSTEM, document=document, payment_method=kept_card(customer, gateway), **values
    )
    run_until_quiet()
    payment.refresh_from_db()
    return payment


def open_rows() -> list[str]:
    rows = AttentionItem.objects.filter(resolved_at=None).order_by("id")
    return list(rows.values_list("sentence", flat=True))


def said(document) -> tuple[Decimal, Decimal]:
    asked = pro_forma_amounts([document.pk])[document.pk]
    return asked.paid, asked.due


def test_a_card_is_charged_for_the_rest_and_the_row_closes(document, customer, gateway):
    assert said(document) == (Decimal("60.00"), Decimal("59.00"))
    assert open_rows() == [f"{document.number} was paid in part; 59.00 EUR is missing."]
    payment = by_card(document, customer, gateway)
    assert (payment.state, payment.amount_settled) == (PaymentState.SETTLED, Decimal("59.00"))
    assert SandboxCharge.objects.get().amount == Decimal("59.00")
    invoice = Invoice.objects.get()
    assert (invoice.amount_paid, invoice.amount_due) == (Decimal("119.00"), Decimal(0))
    assert not CreditEntry.objects.filter(remaining__gt=0).exists()
    assert said(document) == (Decimal("119.00"), Decimal(0))
    assert (open_rows(), ledger_differences()) == ([], [])


def test_the_rest_is_charged_whole(document, customer, gateway):
    for amount in ("58.99", "59.01", "119.00"):
        with pytest.raises(InvalidInput):
            by_card(document, customer, gateway, amount=Decimal(amount))
    assert Payment.objects.filter(method="card").count() == 0
    assert by_card(document, customer, gateway, amount=Decimal("59.00")).amount_settled == 59


def test_a_transfer_of_the_whole_after_a_part_leaves_the_excess_as_credit(document, customer):
    transferred(customer, "119.00", document)
    assert Invoice.objects.get().amount_paid == Decimal("119.00")
    (kept,) = CreditEntry.objects.filter(remaining__gt=0)
    assert (kept.kind, kept.remaining) == ("overpayment", Decimal("60.00"))
    assert open_rows() == [f"60.00 more came than {document.number} asked for."]
    assert ledger_differences() == []


def test_credit_pays_the_rest_and_its_own_part_goes_first(document, customer):
    with pytest.raises(CreditNotEnough):
        pay_with_credit(actor=SYSTEM, document=document)
    transferred(customer, "100.00")
    pay_with_credit(actor=SYSTEM, document=document)
    assert ProForma.objects.get().status == ProFormaStatus.SETTLED
    assert held_for(document) == 0
    (left,) = CreditEntry.objects.filter(remaining__gt=0)
    assert (left.document_id, left.remaining) == (None, Decimal("41.00"))
    assert ledger_differences() == []


def test_money_in_another_currency_counts_for_nothing(customer, gateway):
    document = open_pro_forma(customer, line("100.00"))
    stray = Payment.objects.create(
        customer=customer,
        document=document,
        currency="USD",
        amount=Decimal("60.00"),
        method="bank_transfer",
        idempotency_key="stray",
    )
    payment_settle(actor=SYSTEM, payment=stray, settled_on=date(2026, 1, 5))
    assert (held_for(document), amount_due(document)) == (0, Decimal("119.00"))
    assert by_card(document, customer, gateway).amount_settled == Decimal("119.00")
    assert CreditEntry.objects.get().currency == "USD"
    assert ledger_differences() == []


def test_a_part_that_went_back_is_asked_for_again(document, clerk):
    refund_start(actor=clerk, payment=Payment.objects.get(), reason="Wrong account")
    assert said(document) == (Decimal(0), Decimal("119.00"))


def test_a_withdrawn_pro_forma_asks_for_nothing(document):
    proforma_cancel(actor=SYSTEM, document_id=document.pk, reason="Withdrawn")
    assert said(document) == (Decimal(0), Decimal(0))
    assert amount_due(document) == 0
