"""Several at once: whoever is first, money moves once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from billing.models import CreditEntry, Invoice, Payment, Refund
from billing.selectors.ledger import ledger_differences
from billing.services.credit import credit_apply, credit_grant
from billing.services.payments import payment_start
from billing.services.refunds import refund_start
from billing.services.settlement import payment_fail, payment_settle
from ispplatform.core.errors import PlatformError
from ispplatform.core.models import OutboxEvent
from ispplatform.core.tenancy.context import tenant_context
from tests.factories.billing import (
    SYSTEM,
    issued_invoice,
    kept_card,
    line,
    open_pro_forma,
    transferred,
)

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(tenant, *acts: Callable[[], object]) -> list[bool]:
    """Do the acts in threads of their own at the same moment; tell which of them were allowed."""
    start = Barrier(len(acts))

    def work(act: Callable[[], object]) -> bool:
        try:
            with tenant_context(tenant.pk):
                start.wait(60)
                act()
        except PlatformError:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(work, acts))


def told(name: str) -> int:
    return OutboxEvent.objects.filter(name=f"billing.{name}").count()


def card_payment(document, key: str = "k") -> Payment:
    return Payment.objects.create(
        customer_id=document.customer_id,
        document=document,
        currency="EUR",
        amount=document.gross_total,
        method="card",
        idempotency_key=key,
    )


def test_webhook_beat_browser_and_staff_settle_one_payment(tenant, customer):
    payment = card_payment(open_pro_forma(customer, line("100.00")))
    at_once(tenant, *[lambda: payment_settle(actor=SYSTEM, payment=payment)] * 4)
    assert Invoice.objects.count() == 1
    assert (told("invoice_paid"), told("payment_received")) == (1, 1)
    assert CreditEntry.objects.count() == 0
    assert ledger_differences() == []


def test_two_payments_of_one_order_make_one_invoice_and_credit(tenant, customer):
    document = open_pro_forma(customer, line("100.00"))
    first, second = card_payment(document), card_payment(document, "l")
    at_once(
        tenant,
        lambda: payment_settle(actor=SYSTEM, payment=first),
        lambda: payment_settle(actor=SYSTEM, payment=second),
    )
    assert Invoice.objects.count() == 1
    assert CreditEntry.objects.get().remaining == Decimal("119.00")
    assert ledger_differences() == []


def test_a_decline_and_a_settlement_end_settled(tenant, customer):
    payment = card_payment(open_pro_forma(customer))
    at_once(
        tenant,
        lambda: payment_settle(actor=SYSTEM, payment=payment),
        lambda: payment_fail(actor=SYSTEM, payment=payment, code="x", message="x"),
    )
    payment.refresh_from_db()
    assert payment.state == "settled"
    assert Invoice.objects.count() == 1


def test_credit_is_spent_once(tenant, customer):
    first, second = issued_invoice(customer), issued_invoice(customer)
    credit_grant(actor=SYSTEM, customer=customer, amount=Decimal("11.90"), reason="x")
    done = at_once(
        tenant,
        lambda: credit_apply(actor=SYSTEM, invoice_id=first.pk),
        lambda: credit_apply(actor=SYSTEM, invoice_id=second.pk),
    )
    assert sorted(done) == [False, True]
    assert CreditEntry.objects.get().remaining == 0
    assert ledger_differences() == []


def test_two_refunds_never_send_more_back_than_came(tenant, customer):
    payment = transferred(customer, "119.00", open_pro_forma(customer, line("100.00")))
    done = at_once(
        tenant,
        *[lambda: refund_start(actor=SYSTEM, payment=payment, reason="x", amount=Decimal("80.00"))]
        * 2,
    )
    assert sorted(done) == [False, True]
    assert Refund.objects.count() == 1
    assert ledger_differences() == []


def test_two_clicks_on_pay_start_one_charge(tenant, customer, gateway):
    document = open_pro_forma(customer)
    card = kept_card(customer, gateway)
    done = at_once(
        tenant,
        *[lambda: payment_start(actor=SYSTEM, document=document, payment_method=card)] * 3,
    )
    assert sorted(done) == [False, False, True]
    assert Payment.objects.count() == 1


def test_one_key_at_once_is_one_payment(tenant, customer, gateway):
    document = open_pro_forma(customer)
    card = kept_card(customer, gateway)
    done = at_once(
        tenant,
        *[
            lambda: payment_start(
                actor=SYSTEM, document=document, payment_method=card, idempotency_key="one"
            )
        ]
        * 3,
    )
    assert any(done)
    assert Payment.objects.count() == 1
