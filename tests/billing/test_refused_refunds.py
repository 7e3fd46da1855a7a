"""A refund that the gateway refused is really sent again, once, or says why not."""

from decimal import Decimal

import pytest

from billing.choices import RefundState
from billing.models import CreditEntry, Invoice, Refund, SandboxRefund
from billing.selectors.ledger import account_balances, ledger_differences
from billing.services.credit import credit_apply
from billing.services.payments import payment_start
from billing.services.refunds import refund_start
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.models import AttentionItem, AuditEntry, Operation, OperationState
from ispplatform.core.models.sandbox import FaultMode, SandboxFault
from ispplatform.core.operations.decisions import operation_retry
from ispplatform.core.operations.errors import OperationNotPossible, OperationNotWanted
from ispplatform.core.testing import run_until_quiet
from tests.factories.billing import SYSTEM, issued_invoice, kept_card, line, open_pro_forma

pytestmark = pytest.mark.django_db(transaction=True)

MANAGER = Actor(
    type=ActorType.USER,
    id="7",
    label="desk@northwind.example",
    permissions=frozenset({"operations:manage", "operations:retry"}),
)


@pytest.fixture
def payment(customer, gateway):
    """An order of 119.00 EUR that a card paid."""
    row = payment_start(
        actor=SYSTEM,
        document=open_pro_forma(customer, line("100.00")),
        payment_method=kept_card(customer, gateway),
    )
    run_until_quiet()
    row.refresh_from_db()
    return row


def gateway_refuses(gateway) -> None:
    SandboxFault.objects.create(connection=gateway, mode=FaultMode.REFUSED, call="refund")


@pytest.fixture
def refused(payment, clerk, gateway) -> Refund:
    """The whole payment, whose way back the gateway refused."""
    gateway_refuses(gateway)
    row = refund_start(actor=clerk, payment=payment, reason="Not wanted")
    run_until_quiet()
    row.refresh_from_db()
    assert row.state == RefundState.FAILED
    return row


def newest(refund: Refund) -> Operation:
    return Operation.objects.filter(kind="billing.refund", subject_id=refund.pk).latest("id")


def retry(refund: Refund) -> None:
    operation_retry(actor=MANAGER, operation_id=newest(refund).pk)
    run_until_quiet()
    refund.refresh_from_db()


def open_rows() -> int:
    return AttentionItem.objects.filter(resolved_at=None).count()


def test_it_is_sent_again_under_a_key_of_its_own(refused, payment):
    retry(refused)
    assert refused.state == RefundState.SETTLED
    sent = SandboxRefund.objects.get()
    assert (sent.idempotency_key, sent.amount) == (f"{refused.pk}~2", Decimal("119.00"))
    payment.refresh_from_db()
    invoice = Invoice.objects.get()
    assert (payment.amount_refunded, invoice.amount_refunded) == (Decimal("119.00"),) * 2
    assert set(account_balances(currency="EUR").values()) == {Decimal(0)}
    assert (open_rows(), ledger_differences()) == (0, [])
    entry = AuditEntry.objects.get(act="billing.refund_restart")
    assert (entry.actor_label, entry.values.after["state"]) == (MANAGER.label, "created")


def test_while_it_is_on_its_way_its_money_is_nobody_elses(refused, payment, clerk, customer):
    operation_retry(actor=MANAGER, operation_id=newest(refused).pk)
    assert CreditEntry.objects.get().remaining == 0
    payment.refresh_from_db()
    assert payment.amount_refunded == Decimal("119.00")
    assert ledger_differences() == []
    with pytest.raises(OperationNotPossible):
        operation_retry(actor=MANAGER, operation_id=newest(refused).retry_of_id)


def test_refused_again_and_again_it_gives_the_money_back_once_each_time(refused, payment, gateway):
    for number in (2, 3):
        gateway_refuses(gateway)
        retry(refused)
        assert (refused.state, newest(refused).key) == (
            RefundState.FAILED,
            f"{refused.pk}~{number}",
        )
        assert CreditEntry.objects.get().remaining == Decimal("119.00")
        assert ledger_differences() == []
    assert open_rows() == 2
    retry(refused)
    assert (refused.state, SandboxRefund.objects.count()) == (RefundState.SETTLED, 1)
    assert Invoice.objects.get().amount_refunded == Decimal("119.00")
    assert (open_rows(), ledger_differences()) == (0, [])


def test_money_that_was_spent_since_is_not_sent(refused, payment, customer):
    credit_apply(actor=SYSTEM, invoice_id=issued_invoice(customer).pk)
    before = CreditEntry.objects.get().remaining
    with pytest.raises(OperationNotWanted):
        retry(refused)
    run_until_quiet()
    refused.refresh_from_db()
    payment.refresh_from_db()
    assert (refused.state, payment.amount_refunded) == (RefundState.FAILED, 0)
    assert CreditEntry.objects.get().remaining == before == Decimal("107.10")
    assert newest(refused).state == OperationState.REJECTED
    assert (open_rows(), SandboxRefund.objects.count(), ledger_differences()) == (2, 0, [])


def test_money_that_went_back_by_another_refund_is_not_sent_twice(refused, payment, clerk):
    refund_start(actor=clerk, payment=payment, reason="Once more")
    run_until_quiet()
    with pytest.raises(OperationNotWanted):
        retry(refused)
    run_until_quiet()
    assert SandboxRefund.objects.count() == 1
    assert ledger_differences() == []
