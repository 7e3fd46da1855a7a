"""Whatever happens to money, in whatever order: entries balance, and balances follow from them."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.choices import LedgerRole, RefundState
from billing.models import Invoice, JournalEntry, JournalLine, LedgerAccount, Payment, Refund
from billing.selectors.ledger import account_balances, journal_entries_for, ledger_differences
from billing.services.credit import credit_apply, credit_grant
from billing.services.credit_notes import invoice_credit
from billing.services.journal import Booking, JournalUnbalanced, journal_post
from billing.services.refunds import refund_confirm, refund_start
from ispplatform.core.clock import business_today
from ispplatform.core.errors import NotPermitted, PlatformError
from ispplatform.core.ids import uuid7
from ispplatform.core.subjects import Subject
from tests.factories.billing import (
    SYSTEM,
    addressed_customer,
    issued_invoice,
    line,
    open_pro_forma,
    transferred,
)

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["invoice", "order", "pay", "credit", "note", "apply", "refund", "end"]),
        st.integers(1, 40_000),
    ),
    max_size=14,
)


def act(customer, name: str, units: int) -> None:
    """Do something with money; a refusal by a rule is an outcome like any other."""
    amount = Decimal(units) / 100
    invoice = Invoice.objects.filter(customer=customer).order_by("-pk").first()
    payment = Payment.objects.filter(customer=customer).order_by("-pk").first()
    refund = Refund.objects.filter(customer=customer, state=RefundState.CREATED).first()
    if name == "invoice":
        issued_invoice(customer, line(str(amount)), line("3.33"))
    elif name == "order":
        transferred(customer, str(amount), open_pro_forma(customer, line(str(amount))))
    elif name == "pay":
        transferred(customer, str(amount), invoice.document if invoice else None)
    elif name == "credit":
        credit_grant(actor=SYSTEM, customer=customer, amount=amount, reason="x")
    elif name == "note" and invoice:
        invoice_credit(actor=SYSTEM, invoice_id=invoice.pk, reason="x", amount=amount)
    elif name == "apply" and invoice:
        credit_apply(actor=SYSTEM, invoice_id=invoice.pk)
    elif name == "refund" and payment:
        refund_start(actor=SYSTEM, payment=payment, reason="x", amount=amount)
    elif name == "end" and refund:
        refund_confirm(actor=SYSTEM, refund_id=refund.pk, sent=units % 2 == 0)


@settings(max_examples=25)
@given(ACTS)
def test_balances_follow_from_the_journal_after_any_course_of_events(tenant, acts):
    customer = addressed_customer()
    for name, units in acts:
        try:
            act(customer, name, units)
        except PlatformError:
            continue
    assert ledger_differences() == []
    assert sum(account_balances(currency="EUR").values()) == 0


def test_an_entry_that_does_not_balance_is_not_written(customer, tenant):
    with pytest.raises(JournalUnbalanced):
        journal_post(
            kind="test",
            subject=Subject(type="billing.test", id=uuid7()),
            customer=customer,
            currency="EUR",
            booked_on=business_today(tenant),
            bookings=[
                Booking(LedgerRole.BANK, Decimal("1.00")),
                Booking(LedgerRole.REVENUE, Decimal("-0.99")),
            ],
        )
    assert (JournalEntry.objects.count(), JournalLine.objects.count()) == (0, 0)


def test_the_check_sees_what_is_wrong(customer):
    invoice = issued_invoice(customer)
    credit_grant(actor=SYSTEM, customer=customer, amount=Decimal("5.00"), reason="x")
    assert ledger_differences() == []
    Invoice.objects.filter(pk=invoice.pk).update(status="cancelled", amount_due=0)
    customer.credit_entries.update(remaining=400)
    differences = ledger_differences()
    assert len(differences) == 2
    assert f"Invoice {invoice.pk}: 0 due, 1190 booked." in differences


def test_accounts_come_with_a_code_that_the_company_may_change(customer):
    issued_invoice(customer)
    account = LedgerAccount.objects.get(role=LedgerRole.REVENUE)
    assert str(account) == "4000 Revenue"
    account.code, account.name = "8400", "Erlöse 19 %"
    account.save()
    issued_invoice(customer)
    assert LedgerAccount.objects.filter(role=LedgerRole.REVENUE).count() == 1
    assert account_balances(currency="EUR")["revenue"] == Decimal("-20.00")


def test_balances_can_be_asked_for_a_span_of_days(customer, tenant):
    issued_invoice(customer)
    today = business_today(tenant)
    assert account_balances(currency="EUR", since=today)["revenue"] == Decimal("-10.00")
    assert account_balances(currency="EUR", before=today)["revenue"] == 0


def test_reading_the_journal_takes_a_permission(customer, clerk, stranger):
    issued_invoice(customer)
    assert journal_entries_for(clerk).count() == 1
    with pytest.raises(NotPermitted):
        journal_entries_for(stranger)
