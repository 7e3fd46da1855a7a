"""Stripe's PaymentIntents, SetupIntents, customers and refunds, as billing needs them.

Each request that changes something carries our key twice: as Idempotency-Key, which Stripe keeps
for at least 24 hours, and in the metadata, by which it is found for ever.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

import stripe

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
    RefundReceipt,
)
from billing.providers.payments.stripe import receipts
from billing.providers.payments.stripe.access import (
    ACCOUNT,
    API_BASE,
    PUBLISHABLE_KEY,
    SECRET_KEY,
)
from billing.providers.payments.stripe.amounts import to_units
from billing.providers.payments.stripe.books import StripeBooks
from billing.providers.payments.stripe.transport import (
    API_VERSION,
    ContextTransport,
    acting,
    probing,
    reading,
)
from ispplatform.core.errors import ProviderRejected, ProviderUnavailable
from ispplatform.core.providers.base import ProbeReport, ProviderContext

PAGE = 100  # the most that one list of Stripe's holds
LOOKED_THROUGH_MAX = 1000  # charges of one customer
OVER = (ChargeState.SETTLED, ChargeState.CANCELLED)
DESCRIPTION_CHARACTERS = 200


class StripeGateway:
    """Stripe's answer to each method of the Protocol."""

    def __init__(self, context: ProviderContext) -> None:
        self.context = context
        base = context.config.get(API_BASE)
        self._v1 = stripe.StripeClient(
            context.credentials[SECRET_KEY],
            stripe_account=context.config.get(ACCOUNT),
            stripe_version=API_VERSION,
            base_addresses={"api": str(base).rstrip("/")} if base else None,
            max_network_retries=0,
            http_client=ContextTransport(context.http),
        ).v1

    @property
    def books(self) -> StripeBooks:
        """What Stripe's own books say; read for the mirror and for comparisons."""
        return StripeBooks(self._v1)

    def probe(self) -> ProbeReport:
        with probing():
            account = _plain(self._v1.accounts.retrieve_current())
            balance = self._v1.balance.retrieve()
        dashboard = (account.get("settings") or {}).get("dashboard") or {}
        takes = account.get("charges_enabled") is not False
        return ProbeReport(
            account=str(dashboard.get("display_name") or account["id"]),
            is_live=balance.livemode,
            note="" if takes else "Stripe does not let this account take payments yet",
        )

    def card_form(self) -> CardForm:
        key = self.context.credentials[PUBLISHABLE_KEY]
        account = self.context.config.get(ACCOUNT) or ""
        return CardForm(kind=CardFormKind.STRIPE, publishable_key=key, account=account)

    def create_customer(self, order: CustomerOrder) -> str:
        # Nothing that may change later: the same key has to come with the same values.
        with acting():
            customer = self._v1.customers.create(
                {
                    "description": order.label,
                    "metadata": {receipts.OUR_CUSTOMER: order.reference},
                },
                {"idempotency_key": order.idempotency_key},
            )
        return customer.id

    def find_customer(self, reference: str) -> str | None:
        query = f"metadata['{receipts.OUR_CUSTOMER}']:'{reference}'"
        with reading():
            found = self._v1.customers.search({"query": query, "limit": 1})
        return found.data[0].id if found.data else None

    def begin_card(self, *, customer_reference: str) -> CardSetup:
        with acting():
            intent = self._v1.setup_intents.create(
                {
                    "customer": customer_reference,
                    "usage": "off_session",
                    "payment_method_types": ["card"],
                }
            )
        return CardSetup(reference=intent.id, client_secret=intent.client_secret or "")

    def attach_method(self, token: str, *, customer_reference: str) -> MethodReceipt:
        reference = token
        if token.startswith("seti_"):
            reference = self._set_up(token, customer_reference)
        if not reference.startswith("pm_"):
            raise ProviderRejected("This is no card of Stripe's form.")
        with reading():
            method = _plain(self._v1.payment_methods.retrieve(reference))
        owner = receipts.customer_of(method)
        if owner and owner != customer_reference:
            raise ProviderRejected("This card is another customer's.")
        if not owner:
            with acting():
                method = _plain(
                    self._v1.payment_methods.attach(method["id"], {"customer": customer_reference})
                )
        return receipts.method_receipt(method)

    def _set_up(self, token: str, customer_reference: str) -> str:
        """Return the id of the card that the customer's browser has confirmed."""
        with reading():
            intent = _plain(self._v1.setup_intents.retrieve(token))
        if receipts.customer_of(intent) != customer_reference:
            raise ProviderRejected("This card is another customer's.")
        if intent["status"] != "succeeded":
            raise ProviderRejected("The card was not confirmed.")
        return str(intent["payment_method"])

    def detach_method(self, reference: str) -> None:
        with acting():
            try:
                self._v1.payment_methods.detach(reference)
            except stripe.InvalidRequestError:  # perhaps because it was detached before
                method = _plain(self._v1.payment_methods.retrieve(reference))
                if receipts.customer_of(method):
                    raise

    def charge(self, order: ChargeOrder) -> ChargeReceipt:
        params = self._charge_params(order)
        with acting():
            try:
                intent = self._v1.payment_intents.create(
                    params, {"idempotency_key": order.idempotency_key}
                )
            except stripe.CardError as error:
                return receipts.declined_receipt(error, order)
        return receipts.charge_receipt(_plain(intent))

    def _charge_params(self, order: ChargeOrder) -> Any:
        params: dict[str, Any] = {
            "amount": to_units(order.amount, order.currency),
            "currency": order.currency.lower(),
            "customer": order.customer_reference,
            "payment_method": order.method_reference,
            "payment_method_types": ["card"],
            "capture_method": "automatic" if order.capture else "manual",
            "confirm": True,
            "description": order.description[:DESCRIPTION_CHARACTERS],
            "metadata": {receipts.OUR_KEY: order.idempotency_key},
        }
        if order.off_session:
            return {**params, "off_session": True}
        if order.return_url:
            params["return_url"] = order.return_url
        if order.keep_method:
            params["setup_future_usage"] = "off_session"
        return params

    def find_charge(self, idempotency_key: str, *, customer_reference: str) -> ChargeReceipt | None:
        # Lists show a charge at once; Stripe's search may lag behind by a minute and more.
        with reading():
            found = self._v1.payment_intents.list({"customer": customer_reference, "limit": PAGE})
            intent = _with_key(found.auto_paging_iter(), idempotency_key)
        return None if intent is None else receipts.charge_receipt(intent)

    def read_charge(self, reference: str) -> ChargeReceipt:
        return receipts.charge_receipt(self._intent(reference))

    def charge_secret(self, reference: str) -> str:
        return str(self._intent(reference).get("client_secret") or "")

    def _intent(self, reference: str) -> dict[str, Any]:
        if not reference.startswith("pi_"):
            raise ProviderRejected("This is no payment of Stripe.")
        with reading():
            return _plain(self._v1.payment_intents.retrieve(reference))

    def capture(self, reference: str, *, amount: Decimal, currency: str) -> ChargeReceipt:
        units = to_units(amount, currency)
        with acting():
            intent = self._v1.payment_intents.capture(
                reference,
                {"amount_to_capture": units},
                {"idempotency_key": f"capture:{reference}:{units}"},
            )
        return receipts.charge_receipt(_plain(intent))

    def cancel_charge(self, reference: str) -> ChargeReceipt:
        receipt = self.read_charge(reference)
        if receipt.state in OVER or receipt.state is ChargeState.PROCESSING:
            return receipt
        with acting():
            try:
                intent = self._v1.payment_intents.cancel(reference)
            except stripe.InvalidRequestError:  # it went on in between
                return self.read_charge(reference)
        return receipts.charge_receipt(_plain(intent))

    def refund(self, order: RefundOrder) -> RefundReceipt:
        if not order.charge_reference.startswith("pi_"):
            raise ProviderRejected("This payment took no money at Stripe.")
        with acting():
            refund = self._v1.refunds.create(
                {
                    "payment_intent": order.charge_reference,
                    "amount": to_units(order.amount, order.currency),
                    "metadata": {receipts.OUR_KEY: order.idempotency_key},
                },
                {"idempotency_key": order.idempotency_key},
            )
        return receipts.refund_receipt(_plain(refund))

    def find_refund(self, idempotency_key: str, *, charge_reference: str) -> RefundReceipt | None:
        with reading():
            found = self._v1.refunds.list({"payment_intent": charge_reference, "limit": PAGE})
            refund = _with_key(found.auto_paging_iter(), idempotency_key)
        return None if refund is None else receipts.refund_receipt(refund)

    def read_refund(self, reference: str) -> RefundReceipt:
        with reading():
            return receipts.refund_receipt(_plain(self._v1.refunds.retrieve(reference)))

    def read_method(self, reference: str, *, customer_reference: str) -> MethodReceipt | None:
        with reading():
            method = _plain(self._v1.payment_methods.retrieve(reference))
        if receipts.customer_of(method) != customer_reference:
            return None
        return receipts.method_receipt(method)

    def read_dispute(self, reference: str) -> DisputeReceipt:
        with reading():
            return receipts.dispute_receipt(_plain(self._v1.disputes.retrieve(reference)))


def _plain(thing: stripe.StripeObject) -> dict[str, Any]:
    return thing.to_dict()


def _with_key(things: Iterator[stripe.StripeObject], key: str) -> dict[str, Any] | None:
    """Return the newest object that carries our key.

    Raises:
        ProviderUnavailable: it is not among the newest thousand, and there are more.
    """
    looked = 0
    for thing in islice(things, LOOKED_THROUGH_MAX):
        looked += 1
        values = _plain(thing)
        if (values.get("metadata") or {}).get(receipts.OUR_KEY) == key:
            return values
    if looked == LOOKED_THROUGH_MAX:
        raise ProviderUnavailable("This customer has too many charges to look through.")
    return None
