"""A payment gateway that ships with the product: no network, no real money, its own books.

It behaves as a real one does where that matters: it keeps our idempotency keys, can be asked for a
charge by key, knows declines, confirmation by the customer, late settlement and failing refunds.
"""

import secrets
from datetime import timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse

from billing.models.sandbox import SandboxCard, SandboxCharge, SandboxRefund
from billing.providers.payments.base import (
    CardForm,
    CardFormKind,
    CardSetup,
    ChargeOrder,
    ChargeReceipt,
    ChargeState,
    CustomerOrder,
    DisputeReceipt,
    MethodReceipt,
    RefundOrder,
    RefundOutcome,
    RefundReceipt,
)
from billing.providers.payments.cards import (
    DECLINES,
    TEST_CARDS,
    TOKEN_PREFIX,
    CardBehavior,
)
from ispplatform.core.clock import system_now
from ispplatform.core.errors import ProviderRejected
from ispplatform.core.money import MinorUnits, to_minor
from ispplatform.core.providers.base import ProbeReport, ProviderContext
from ispplatform.core.sandbox import sandbox_call

LATE_BY = timedelta(seconds=60)  # business time after which a late charge settles
EXPIRES_IN_YEARS = 3
CUSTOMER_PREFIX = "sbx_cus_"
OVER = (ChargeState.SETTLED, ChargeState.DECLINED, ChargeState.CANCELLED)


class SandboxGateway:
    """The sandbox's front: every call is recorded and can be broken at the bench."""

    def __init__(self, context: ProviderContext) -> None:
        self.context = context

    def probe(self) -> ProbeReport:
        with sandbox_call(self.context, "probe", request={}, changes=False):
            return ProbeReport(account="Sandbox gateway", is_live=False)

    def card_form(self) -> CardForm:
        return CardForm(kind=CardFormKind.SANDBOX)

    def create_customer(self, order: CustomerOrder) -> str:
        with sandbox_call(self.context, "create_customer", request={"customer": order.reference}):
            return f"{CUSTOMER_PREFIX}{order.reference}"

    def find_customer(self, reference: str) -> str | None:
        return f"{CUSTOMER_PREFIX}{reference}"

    def begin_card(self, *, customer_reference: str) -> CardSetup:
        raise ProviderRejected("The sandbox takes its test numbers without preparation.")

    def charge_secret(self, reference: str) -> str:
        return ""

    def attach_method(self, token: str, *, customer_reference: str) -> MethodReceipt:
        request = {"customer": customer_reference}
        with sandbox_call(self.context, "attach_method", request=request) as call:
            card = TEST_CARDS.get(token.removeprefix(TOKEN_PREFIX))
            if card is None or not token.startswith(TOKEN_PREFIX):
                raise ProviderRejected("The sandbox does not know this card.")
            row = SandboxCard.objects.create(
                connection_id=self.context.connection_id,
                reference=f"sbx_card_{secrets.token_hex(8)}",
                number=card.number,
            )
            call.answer = {"reference": row.reference, "last_four": card.last_four}
            return self._method(row)

    def detach_method(self, reference: str) -> None:
        with sandbox_call(self.context, "detach_method", request={"reference": reference}):
            rows = SandboxCard.objects.filter(reference=reference, forgotten_at=None)
            rows.update(forgotten_at=system_now())

    def charge(self, order: ChargeOrder) -> ChargeReceipt:
        request = {
            "key": order.idempotency_key,
            "amount": str(order.amount),
            "currency": order.currency,
            "capture": order.capture,
        }
        with sandbox_call(self.context, "charge", request=request) as call:
            charge = self._by_key(order.idempotency_key)
            if charge is None:
                charge = self._charged(order, authenticate=call.needs_authentication)
            elif (charge.amount, charge.currency) != (order.amount, order.currency):
                raise ProviderRejected("This idempotency key was used with other parameters.")
            receipt = self._receipt(charge)
            call.answer = receipt.as_data()
            return receipt

    def find_charge(self, idempotency_key: str, *, customer_reference: str) -> ChargeReceipt | None:
        request = {"key": idempotency_key}
        with sandbox_call(self.context, "find_charge", request=request, changes=False) as call:
            charge = self._by_key(idempotency_key)
            receipt = None if charge is None else self._receipt(charge)
            call.answer = {"found": receipt is not None}
            return receipt

    def read_charge(self, reference: str) -> ChargeReceipt:
        request = {"reference": reference}
        with sandbox_call(self.context, "read_charge", request=request, changes=False) as call:
            receipt = self._receipt(self._by_reference(reference))
            call.answer = receipt.as_data()
            return receipt

    def capture(self, reference: str, *, amount: Decimal, currency: str) -> ChargeReceipt:
        request = {"reference": reference, "amount": str(amount)}
        with sandbox_call(self.context, "capture", request=request) as call:
            charge = self._by_reference(reference)
            if charge.state != ChargeState.AUTHORIZED:
                raise ProviderRejected("Nothing is reserved on this charge.")
            if currency != charge.currency or amount > charge.amount:
                raise ProviderRejected("More is asked for than was reserved.")
            charge.amount, charge.state = amount, ChargeState.SETTLED
            charge.save(update_fields=["amount", "state"])
            receipt = self._receipt(charge)
            call.answer = receipt.as_data()
            return receipt

    def cancel_charge(self, reference: str) -> ChargeReceipt:
        with sandbox_call(self.context, "cancel_charge", request={"reference": reference}) as call:
            charge = self._by_reference(reference)
            if charge.state not in OVER:
                charge.state = ChargeState.CANCELLED
                charge.save(update_fields=["state"])
            receipt = self._receipt(charge)
            call.answer = receipt.as_data()
            return receipt

    def refund(self, order: RefundOrder) -> RefundReceipt:
        request = {
            "key": order.idempotency_key,
            "charge": order.charge_reference,
            "amount": str(order.amount),
        }
        with sandbox_call(self.context, "refund", request=request) as call:
            found = SandboxRefund.objects.filter(idempotency_key=order.idempotency_key).first()
            receipt = _refund_receipt(found or self._refunded(order))
            call.answer = receipt.as_data()
            return receipt

    def find_refund(self, idempotency_key: str, *, charge_reference: str) -> RefundReceipt | None:
        request = {"key": idempotency_key}
        with sandbox_call(self.context, "find_refund", request=request, changes=False) as call:
            found = SandboxRefund.objects.filter(idempotency_key=idempotency_key).first()
            call.answer = {"found": found is not None}
            return None if found is None else _refund_receipt(found)

    def read_refund(self, reference: str) -> RefundReceipt:
        request = {"reference": reference}
        with sandbox_call(self.context, "read_refund", request=request, changes=False):
            rows = SandboxRefund.objects.filter(charge__connection_id=self.context.connection_id)
            found = rows.filter(reference=reference).first()
            if found is None:
                raise ProviderRejected(f"The sandbox knows no refund {reference}.")
            return _refund_receipt(found)

    def read_method(self, reference: str, *, customer_reference: str) -> MethodReceipt | None:
        request = {"reference": reference}
        with sandbox_call(self.context, "read_method", request=request, changes=False):
            row = SandboxCard.objects.filter(reference=reference, forgotten_at=None).first()
            return None if row is None else self._method(row)

    def read_dispute(self, reference: str) -> DisputeReceipt:
        raise ProviderRejected("Nobody disputes anything in the sandbox.")

    def _method(self, row: SandboxCard) -> MethodReceipt:
        card = TEST_CARDS[row.number]
        return MethodReceipt(
            reference=row.reference,
            brand=card.brand,
            last_four=card.last_four,
            expires_month=12,
            expires_year=self.context.business_now().year + EXPIRES_IN_YEARS,
            country=card.country,
        )

    def _by_key(self, key: str) -> SandboxCharge | None:
        rows = SandboxCharge.objects.filter(
            connection_id=self.context.connection_id, idempotency_key=key
        )
        return rows.select_related("card").first()

    def _by_reference(self, reference: str) -> SandboxCharge:
        rows = SandboxCharge.objects.filter(
            connection_id=self.context.connection_id, reference=reference
        )
        charge = rows.select_related("card").first()
        if charge is None:
            raise ProviderRejected(f"The sandbox knows no charge {reference}.")
        return charge

    def _charged(self, order: ChargeOrder, *, authenticate: bool) -> SandboxCharge:
        card = SandboxCard.objects.filter(
            connection_id=self.context.connection_id,
            reference=order.method_reference,
            forgotten_at=None,
        ).first()
        if card is None:
            raise ProviderRejected("The sandbox knows no such card.")
        row = SandboxCharge(
            connection_id=self.context.connection_id,
            card=card,
            idempotency_key=order.idempotency_key,
            reference=f"sbx_ch_{secrets.token_hex(8)}",
            description=order.description[:200],
            currency=order.currency,
            amount=order.amount,
            capture=order.capture,
            return_url=order.return_url,
        )
        self._decide(row, authenticate=authenticate, off_session=order.off_session)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:  # the same key at the same moment: the first one counts
            found = self._by_key(order.idempotency_key)
            if found is None:
                raise
            return found
        return row

    def _decide(self, row: SandboxCharge, *, authenticate: bool, off_session: bool) -> None:
        card = TEST_CARDS[row.card.number]
        if card.behavior is CardBehavior.DECLINED:
            row.state, row.decline_code = ChargeState.DECLINED, card.decline_code
        elif authenticate or card.behavior is CardBehavior.AUTHENTICATES:
            row.state = ChargeState.REQUIRES_ACTION
            if off_session:
                row.state = ChargeState.DECLINED
                row.decline_code = "authentication_required"
        elif card.behavior is CardBehavior.LATE:
            row.state = ChargeState.PROCESSING
            row.settles_at = self.context.business_now() + LATE_BY
        else:
            row.state = charge_taken(row)

    def _receipt(self, charge: SandboxCharge) -> ChargeReceipt:
        due = charge.settles_at is not None and charge.settles_at <= self.context.business_now()
        if due and charge.state == ChargeState.PROCESSING:
            charge.state = charge_taken(charge)
            charge.save(update_fields=["state"])
        url = ""
        if charge.state == ChargeState.REQUIRES_ACTION:
            url = reverse("billing_sandbox:pay", args=[charge.reference])
        return ChargeReceipt(
            reference=charge.reference,
            state=ChargeState(charge.state),
            amount=charge.amount,
            currency=charge.currency,
            action_url=url,
            decline_code=charge.decline_code,
            decline_message=str(DECLINES.get(charge.decline_code, "")),
            idempotency_key=charge.idempotency_key,
        )

    def _refunded(self, order: RefundOrder) -> SandboxRefund:
        charge = self._by_reference(order.charge_reference)
        fails = TEST_CARDS[charge.card.number].behavior is CardBehavior.REFUND_FAILS
        if charge.state != ChargeState.SETTLED or order.currency != charge.currency:
            raise ProviderRejected("This charge took no money.")
        with transaction.atomic():
            units = MinorUnits(to_minor(order.amount, order.currency))
            room = SandboxCharge.objects.filter(
                pk=charge.pk, amount__gte=F("amount_refunded") + units
            )
            if not fails and not room.update(amount_refunded=F("amount_refunded") + units):
                raise ProviderRejected("More would be refunded than is left of the charge.")
            return SandboxRefund.objects.create(
                charge=charge,
                idempotency_key=order.idempotency_key,
                reference=f"sbx_re_{secrets.token_hex(8)}",
                currency=order.currency,
                amount=order.amount,
                outcome=RefundOutcome.FAILED if fails else RefundOutcome.SETTLED,
            )


def charge_taken(charge: SandboxCharge) -> ChargeState:
    """Return the state of a charge that nothing stands in the way of any more."""
    return ChargeState.SETTLED if charge.capture else ChargeState.AUTHORIZED


def _refund_receipt(row: SandboxRefund) -> RefundReceipt:
    failed = row.outcome == RefundOutcome.FAILED
    return RefundReceipt(
        reference=row.reference,
        outcome=RefundOutcome(row.outcome),
        amount=row.amount,
        currency=row.currency,
        failure_code="refund_failed" if failed else "",
        failure_message="The card's bank refused the refund." if failed else "",
        charge_reference=row.charge.reference,
        idempotency_key=row.idempotency_key,
    )
