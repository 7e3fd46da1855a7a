"""Customers' credit: where it comes from, what it pays, that it is never negative."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from billing.choices import CreditKind, InvoiceStatus, ProFormaStatus
from billing.errors import CreditNotEnough, InvoiceNotOpen, ProFormaNotOpen
from billing.models import CreditEntry, CreditUse, Invoice, ProForma
from billing.selectors.ledger import account_balances, ledger_differences
from billing.selectors.payments import credit_of
from billing.services.credit import credit_apply, credit_grant
from billing.services.wallet import pay_with_credit
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.models import AttentionItem, AuditEntry, OutboxEvent
from ispplatform.core.money import MinorUnits
from tests.factories.billing import (
    SYSTEM,
    addressed_customer,
    issued_invoice,
    line,
    open_pro_forma,
    transferred,
)


def grant(customer, amount: str) -> CreditEntry:
    return credit_grant(actor=SYSTEM, customer=customer, amount=Decimal(amount), reason="Sorry")


def told(name: str) -> int:
    return OutboxEvent.objects.filter(name=f"billing.{name}").count()


def test_goodwill_is_booked_audited_and_told(customer, clerk):
    entry = credit_grant(actor=clerk, customer=customer, amount=Decimal("5.00"), reason="Outage")
    assert (entry.kind, entry.remaining) == (CreditKind.GOODWILL, Decimal("5.00"))
    assert account_balances(currency="EUR") == {
        "goodwill": Decimal("5.00"),
        "customer_credit": Decimal("-5.00"),
    }
    granted = AuditEntry.objects.filter(act="billing.credit_grant")
    assert [entry.reason for entry in granted] == ["Outage"]
    assert told("credit_granted") == 1
    assert credit_of(customer, "EUR") == Decimal("5.00")


HELPER = Actor(type=ActorType.USER, id="7", label="sami", permissions=frozenset({"credits:grant"}))


def test_who_may_not_give_any_sum_gives_up_to_the_limit_of_the_company(customer):
    credit_grant(actor=HELPER, customer=customer, amount=Decimal("50.00"), reason="Outage")
    with pytest.raises(NotPermitted, match="up to 50 EUR at once"):
        credit_grant(actor=HELPER, customer=customer, amount=Decimal("50.01"), reason="Outage")
    assert CreditEntry.objects.get().amount == Decimal("50.00")


def test_the_limit_says_nothing_about_other_currencies_so_they_need_who_may_give_any_sum(tenant):
    abroad = addressed_customer(currency="JPY")
    with pytest.raises(NotPermitted):
        credit_grant(actor=HELPER, customer=abroad, amount=Decimal(1), reason="Outage")
    assert CreditEntry.objects.count() == 0


def test_a_company_sets_its_own_limit(customer, tenant):
    tenant.settings = {**tenant.settings, "billing.credit_limit": 5}
    tenant.save(update_fields=["settings"])
    with pytest.raises(NotPermitted, match="up to 5 EUR at once"):
        credit_grant(actor=HELPER, customer=customer, amount=Decimal("5.01"), reason="Outage")


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"amount": Decimal(0)}, InvalidInput),
        ({"amount": Decimal("-1")}, InvalidInput),
        ({"amount": Decimal("0.001")}, InvalidInput),
        ({"amount": Decimal(10) ** 8}, InvalidInput),
        ({"reason": " "}, InvalidInput),
    ],
)
def test_what_cannot_be_granted(customer, clerk, values, error):
    given = {"amount": Decimal(1), "reason": "x", **values}
    with pytest.raises(error):
        credit_grant(actor=clerk, customer=customer, **given)
    assert (CreditEntry.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_granting_and_applying_take_permissions(customer, stranger):
    invoice = issued_invoice(customer)
    grant(customer, "5.00")
    with pytest.raises(NotPermitted):
        credit_grant(actor=stranger, customer=customer, amount=Decimal(1), reason="x")
    with pytest.raises(NotPermitted):
        credit_apply(actor=stranger, invoice_id=invoice.pk)
    assert CreditEntry.objects.get().remaining == Decimal("5.00")


def test_the_oldest_credit_pays_first(customer, clerk):
    invoice = issued_invoice(customer)
    first, second = grant(customer, "5.00"), grant(customer, "20.00")
    credit_apply(actor=clerk, invoice_id=invoice.pk)
    first.refresh_from_db()
    second.refresh_from_db()
    invoice.refresh_from_db()
    assert (first.remaining, second.remaining) == (Decimal(0), Decimal("13.10"))
    assert (invoice.status, invoice.amount_paid) == (InvoiceStatus.PAID, Decimal("11.90"))
    assert CreditUse.objects.count() == 2
    assert told("invoice_paid") == 1
    assert ledger_differences() == []


def test_credit_can_pay_in_part(customer, clerk):
    invoice = issued_invoice(customer)
    grant(customer, "5.00")
    credit_apply(actor=clerk, invoice_id=invoice.pk, amount=Decimal("3.00"))
    invoice.refresh_from_db()
    assert (invoice.status, invoice.amount_due) == (InvoiceStatus.SENT, Decimal("8.90"))
    with pytest.raises(CreditNotEnough):
        credit_apply(actor=clerk, invoice_id=invoice.pk, amount=Decimal("2.01"))
    for amount in ("0", "-1", "0.001", "8.91"):
        with pytest.raises(InvalidInput):
            credit_apply(actor=clerk, invoice_id=invoice.pk, amount=Decimal(amount))
    credit_apply(actor=clerk, invoice_id=invoice.pk)
    with pytest.raises(CreditNotEnough):
        credit_apply(actor=clerk, invoice_id=invoice.pk)
    assert CreditEntry.objects.get().remaining == 0
    assert ledger_differences() == []


def test_credit_pays_only_what_is_open(customer, clerk):
    invoice = issued_invoice(customer)
    transferred(customer, "11.90", invoice.document)
    grant(customer, "5.00")
    with pytest.raises(InvoiceNotOpen):
        credit_apply(actor=clerk, invoice_id=invoice.pk)
    assert CreditEntry.objects.get().remaining == Decimal("5.00")


def test_credit_of_another_customer_or_currency_does_not_pay(customer, clerk):
    invoice = issued_invoice(customer)
    grant(addressed_customer(), "50.00")
    with pytest.raises(CreditNotEnough):
        credit_apply(actor=clerk, invoice_id=invoice.pk)
    assert Invoice.objects.get().amount_paid == 0


def test_the_database_refuses_negative_credit(customer):
    entry = grant(customer, "5.00")
    rows = CreditEntry.objects.filter(pk=entry.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(remaining=F("remaining") - MinorUnits(501))
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(remaining=F("remaining") + MinorUnits(1))
    entry.refresh_from_db()
    assert entry.remaining == Decimal("5.00")


def test_an_order_is_paid_with_credit_when_it_covers_it(customer):
    document = open_pro_forma(customer, line("100.00"))
    transferred(customer, "100.00")
    own = Actor(type=ActorType.CUSTOMER, id="1", label="x", customer_id=customer.pk)
    with pytest.raises(CreditNotEnough):
        pay_with_credit(actor=own, document=document)
    assert ProForma.objects.get().status == ProFormaStatus.OPEN
    grant(customer, "30.00")
    invoice = pay_with_credit(actor=own, document=document)
    assert (invoice.status, invoice.amount_paid) == (InvoiceStatus.PAID, Decimal("119.00"))
    assert credit_of(customer, "EUR") == Decimal("11.00")
    assert AttentionItem.objects.filter(resolved_at=None).count() == 0
    assert (told("invoice_issued"), told("invoice_paid")) == (1, 1)
    assert ledger_differences() == []
    with pytest.raises(ProFormaNotOpen):
        pay_with_credit(actor=own, document=document)
    assert Invoice.objects.count() == 1


def test_an_order_that_costs_nothing_needs_no_credit(customer):
    document = open_pro_forma(customer, line("0"))
    invoice = pay_with_credit(actor=SYSTEM, document=document)
    assert (invoice.status, invoice.gross_total) == (InvoiceStatus.PAID, Decimal(0))
    assert told("invoice_paid") == 1


def test_nobody_pays_with_anothers_credit(customer, stranger):
    document = open_pro_forma(customer)
    grant(customer, "50.00")
    other = Actor(type=ActorType.CUSTOMER, id="1", label="x", customer_id=addressed_customer().pk)
    for actor in (other, stranger):
        with pytest.raises(NotPermitted):
            pay_with_credit(actor=actor, document=document)
    assert ProForma.objects.get().status == ProFormaStatus.OPEN
