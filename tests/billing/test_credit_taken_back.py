"""Credit that was given by mistake is taken back, as far as it was not used."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from billing.choices import CreditKind
from billing.errors import CreditNotGiven
from billing.models import CreditEntry
from billing.selectors.ledger import account_balances, ledger_differences
from billing.selectors.payments import credit_of
from billing.services.credit import credit_apply, credit_take_back
from ispplatform.core.errors import InvalidInput, NotFound, NotPermitted
from ispplatform.core.models import AuditEntry, OutboxEvent
from ispplatform.core.money import MinorUnits
from tests.billing.test_credit import HELPER, grant
from tests.factories.billing import SYSTEM, issued_invoice, line, transferred
from tests.pages.staff import staff_client

REASON = "It was meant for somebody else."


def told() -> list[dict]:
    events = OutboxEvent.objects.filter(name="billing.credit_taken_back")
    return list(events.values_list("payload", flat=True))


def unchanged(entry: CreditEntry) -> None:
    left = entry.remaining
    entry.refresh_from_db()
    assert (entry.remaining, entry.taken_back) == (left, 0)
    assert told() == []
    assert not AuditEntry.objects.filter(act="billing.credit_take_back").exists()
    assert ledger_differences() == []


def test_what_nobody_used_is_gone_booked_audited_and_told(customer):
    entry = grant(customer, "50.00")
    kept = grant(customer, "5.00")
    taken = credit_take_back(actor=SYSTEM, credit_id=entry.pk, reason=REASON)
    assert (taken.remaining, taken.taken_back) == (0, Decimal("50.00"))
    assert credit_of(customer, "EUR") == kept.remaining == Decimal("5.00")
    assert account_balances(currency="EUR") == {
        "goodwill": Decimal("5.00"),
        "customer_credit": Decimal("-5.00"),
    }
    assert ledger_differences() == []
    assert AuditEntry.objects.get(act="billing.credit_take_back").reason == REASON
    assert [event["amount"] for event in told()] == ["50.00"]


def test_what_has_paid_an_invoice_stays_paid(customer):
    entry = grant(customer, "50.00")
    invoice = issued_invoice(customer, line("10.00"))
    credit_apply(actor=SYSTEM, invoice_id=invoice.pk)
    taken = credit_take_back(actor=SYSTEM, credit_id=entry.pk, reason=REASON)
    assert taken.taken_back == Decimal("50.00") - invoice.gross_total
    invoice.refresh_from_db()
    assert invoice.status == "paid"
    assert credit_of(customer, "EUR") == 0
    assert ledger_differences() == []


def test_it_is_taken_back_once(customer):
    entry = grant(customer, "50.00")
    credit_take_back(actor=SYSTEM, credit_id=entry.pk, reason=REASON)
    with pytest.raises(CreditNotGiven, match="Nothing of it is left"):
        credit_take_back(actor=SYSTEM, credit_id=entry.pk, reason=REASON)
    assert len(told()) == 1


def test_the_customers_own_money_is_not_taken(customer):
    transferred(customer, "7.00")
    entry = CreditEntry.objects.exclude(kind=CreditKind.GOODWILL).get()
    with pytest.raises(CreditNotGiven, match="refund"):
        credit_take_back(actor=SYSTEM, credit_id=entry.pk, reason=REASON)
    unchanged(entry)
    with pytest.raises(IntegrityError), transaction.atomic():
        CreditEntry.objects.filter(pk=entry.pk).update(taken_back=MinorUnits(100))


def test_the_limits_of_giving_hold_and_a_reason_is_asked_for(customer, stranger):
    entry = grant(customer, "50.01")
    for actor, reason, error in (
        (HELPER, REASON, NotPermitted),
        (stranger, REASON, NotPermitted),
        (SYSTEM, " ", InvalidInput),
    ):
        with pytest.raises(error):
            credit_take_back(actor=actor, credit_id=entry.pk, reason=reason)
    unchanged(entry)
    with pytest.raises(NotFound):
        credit_take_back(actor=SYSTEM, credit_id=uuid4(), reason=REASON)


def test_staff_take_it_back_on_its_page(tenant, customer):
    entry = grant(customer, "5.00")
    desk = staff_client(tenant, "billing")
    page = reverse("admin:billing_creditentry_change", args=[entry.pk])
    act = reverse("admin:billing_creditentry_act", args=[entry.pk, "take-back"])
    assert act in desk.get(page).content.decode()
    answer = desk.post(act, {"reason": REASON}, follow=True)
    assert "5.00\xa0€ is taken back." in answer.content.decode()
    entry.refresh_from_db()
    assert entry.remaining == 0
    assert act not in desk.get(page).content.decode()
    onlooker = staff_client(tenant, "operator")
    assert onlooker.post(act, {"reason": REASON}).status_code == 403
