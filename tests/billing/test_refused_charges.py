"""A charge that a gateway refused: tried again only while its money is owed and not on its way."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from billing.choices import PaymentState
from billing.models import Invoice, Payment, SandboxCharge
from billing.selectors.ledger import ledger_differences
from billing.services.credit_notes import invoice_void
from billing.services.payments import payment_start
from billing.services.pro_formas import proforma_cancel
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.models import AttentionItem, AuditEntry, Operation, OperationState
from ispplatform.core.models.sandbox import FaultMode, SandboxFault
from ispplatform.core.operations.decisions import operation_retry, operations_retry_waiting
from ispplatform.core.operations.errors import OperationNotWanted
from ispplatform.core.testing import run_until_quiet
from tests.factories.billing import (
    LATE,
    SUCCEEDS,
    SYSTEM,
    issued_invoice,
    kept_card,
    line,
    open_pro_forma,
    transferred,
)

pytestmark = pytest.mark.django_db(transaction=True)

MANAGER = Actor(
    type=ActorType.USER,
    id="7",
    label="desk@northwind.example",
    permissions=frozenset({"operations:manage", "operations:retry"}),
)


@pytest.fixture
def document(customer):
    """An order of 119.00 EUR."""
    return open_pro_forma(customer, line("100.00"))


@pytest.fixture
def charge(customer, gateway):
    """Charge a test card for a document and let the workers work."""

    def start(document, number=SUCCEEDS, **values) -> Payment:
        payment = payment_start(
            actor=SYSTEM,
            document=document,
            payment_method=kept_card(customer, gateway, number, is_saved=False),
            **values,
        )
        run_until_quiet()
        payment.refresh_from_db()
        return payment

    return start


@pytest.fixture
def refused(charge, gateway):
    """Have the gateway refuse a charge of a document; returns its payment."""

    def start(document) -> Payment:
        SandboxFault.objects.create(connection=gateway, mode=FaultMode.REFUSED, call="charge")
        payment = charge(document)
        assert payment.state == PaymentState.FAILED
        return payment

    return start


def operation_of(payment: Payment) -> Operation:
    return Operation.objects.get(kind="billing.charge", subject_id=payment.pk, retry_of=None)


def open_rows() -> list[str]:
    rows = AttentionItem.objects.filter(resolved_at=None).order_by("id")
    return list(rows.values_list("kind", flat=True))


def resolutions() -> set[str]:
    return set(AttentionItem.objects.values_list("resolution", flat=True))


def retry(payment: Payment) -> None:
    operation_retry(actor=MANAGER, operation_id=operation_of(payment).pk)
    run_until_quiet()
    payment.refresh_from_db()


def test_a_refused_charge_of_what_is_still_owed_is_tried_again_and_audited(refused, document):
    payment = refused(document)
    retry(payment)
    assert (payment.state, payment.failure_code) == (PaymentState.SETTLED, "")
    assert (SandboxCharge.objects.count(), open_rows()) == (1, [])
    entry = AuditEntry.objects.get(act="billing.payment_restart")
    assert (entry.actor_label, entry.values.before["state"], entry.values.after) == (
        MANAGER.label,
        "failed",
        {"state": "created"},
    )


def test_the_row_of_a_refused_charge_closes_when_another_card_pays(refused, charge, document):
    refused(document)
    assert open_rows() == ["core.operation_urgent"]
    charge(document)
    assert (open_rows(), resolutions()) == ([], {"It was paid otherwise."})


def test_a_card_is_not_charged_again_for_what_another_card_paid(refused, charge, document):
    payment = refused(document)
    charge(document)
    with pytest.raises(OperationNotWanted):
        retry(payment)
    run_until_quiet()
    payment.refresh_from_db()
    assert payment.state == PaymentState.FAILED
    assert Operation.objects.filter(kind="billing.charge").count() == 2
    assert (SandboxCharge.objects.count(), Invoice.objects.count()) == (1, 1)
    assert ledger_differences() == []


def test_a_card_is_not_charged_again_while_another_payment_is_on_its_way(refused, charge, document):
    payment = refused(document)
    charge(document, LATE)
    with pytest.raises(OperationNotWanted):
        retry(payment)
    assert SandboxCharge.objects.count() == 1
    assert open_rows() == ["core.operation_urgent"]


def test_a_card_is_not_charged_again_for_more_than_is_owed_by_now(refused, customer):
    invoice = issued_invoice(customer, line("100.00"))
    payment = refused(invoice.document)
    transferred(customer, "19.00", invoice.document)
    with pytest.raises(OperationNotWanted):
        retry(payment)
    assert SandboxCharge.objects.count() == 0


def test_a_charge_that_waits_for_its_turn_is_dropped_when_the_money_comes(
    charge, customer, gateway, document
):
    SandboxFault.objects.create(connection=gateway, mode=FaultMode.UNAVAILABLE, call="charge")
    payment = charge(document)
    assert payment.state == PaymentState.CREATED
    transferred(customer, "119.00", document)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=2)):
        run_until_quiet()
    payment.refresh_from_db()
    assert payment.state == PaymentState.CANCELLED
    assert operation_of(payment).state == OperationState.CANCELLED
    assert SandboxCharge.objects.count() == 0


def test_trying_everything_again_charges_only_what_is_owed(refused, charge, customer):
    documents = [open_pro_forma(customer, line("100.00")) for _ in range(3)]
    payments = [refused(document) for document in documents]
    operations = [operation_of(payment).pk for payment in payments]
    transferred(customer, "119.00", documents[0])
    charge(documents[1], LATE)
    # the row of a paid document is open once more, as an older release left it
    AttentionItem.objects.filter(subject_id=operations[0]).update(resolved_at=None)
    done = operations_retry_waiting(
        actor=MANAGER, subject_ids=[payment.pk for payment in payments], reason="All of them"
    )
    run_until_quiet()
    assert done == 1
    states = [Payment.objects.get(pk=payment.pk).state for payment in payments]
    assert states == [PaymentState.FAILED, PaymentState.FAILED, PaymentState.SETTLED]
    assert list(Operation.objects.filter(retry_of__isnull=False).values_list("retry_of_id")) == [
        (operations[2],)
    ]
    assert SandboxCharge.objects.count() == 2
    came = [payment.amount_settled for payment in Payment.objects.filter(state="settled")]
    assert came == [Decimal("119.00")] * 2
    assert ledger_differences() == []


def test_the_row_closes_when_nothing_is_asked_for_any_more(refused, clerk, customer, document):
    invoice = issued_invoice(customer)
    refused(document)
    refused(invoice.document)
    assert len(open_rows()) == 2
    proforma_cancel(actor=SYSTEM, document_id=document.pk, reason="Expired")
    invoice_void(actor=clerk, invoice_id=invoice.pk, reason="Wrong")
    assert open_rows() == []
    assert resolutions() == {"The pro-forma was cancelled: Expired", "The invoice was cancelled."}
