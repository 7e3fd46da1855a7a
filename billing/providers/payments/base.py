"""What billing needs from a payment gateway, in our own words and types.

A decline is an answer, not an error: it comes as a receipt. Card numbers never pass through here;
a method is a token that the gateway's own form gave to the browser.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol, Self, runtime_checkable

from ispplatform.core.providers.base import Provider

PAYMENTS = "payments"  # the kind of these connections


class ChargeState(StrEnum):
    """Where the gateway says that a charge stands."""

    SETTLED = "settled"
    PROCESSING = "processing"  # ask again later
    REQUIRES_ACTION = "requires_action"  # the customer confirms at ``action_url``
    AUTHORIZED = "authorized"  # reserved, to be captured
    DECLINED = "declined"
    CANCELLED = "cancelled"


class RefundOutcome(StrEnum):
    """Where the gateway says that a refund stands."""

    SETTLED = "settled"
    PROCESSING = "processing"
    FAILED = "failed"


class NoticeTopic(StrEnum):
    """What a gateway's notice is about: which object is read anew."""

    CHARGE = "charge"
    REFUND = "refund"
    DISPUTE = "dispute"
    METHOD = "method"


class CardFormKind(StrEnum):
    """Which form takes the card in the browser; none of them sends its number to us."""

    SANDBOX = "sandbox"  # the published test numbers
    STRIPE = "stripe"  # Stripe.js with its own frames


@dataclass(frozen=True, kw_only=True, slots=True)
class CardForm:
    """What a page needs to show the gateway's own card form.

    Args:
        publishable_key: the gateway's key for browsers; no secret.
        account: the connected account that the form is for; empty for the key's own.
    """

    kind: CardFormKind
    publishable_key: str = ""
    account: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CardSetup:
    """A card that is about to be kept, before the customer has entered it.

    Args:
        reference: the token that ``attach_method`` takes once the browser is done.
        client_secret: what the browser confirms with; for the customer alone, never kept.
    """

    reference: str
    client_secret: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerOrder:
    """A customer whom the gateway is to know.

    Args:
        reference: our id.
        label: how staff recognise the customer at the gateway; no personal data.
    """

    idempotency_key: str
    reference: str
    label: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeOrder:
    """A charge to be made.

    Args:
        method_reference: the gateway's id of the card.
        customer_reference: the gateway's id of the customer whose card it is.
        keep_method: the customer agrees that the card is charged later without them.
        capture: take the money at once; otherwise only reserve it.
        off_session: the customer is not there to confirm.
        return_url: where the gateway sends the customer back to after confirming.
    """

    idempotency_key: str
    amount: Decimal
    currency: str
    method_reference: str
    description: str
    customer_reference: str = ""
    keep_method: bool = False
    capture: bool = True
    off_session: bool = False
    return_url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeReceipt:
    """What the gateway says of a charge.

    Args:
        amount: what was taken or reserved.
        decline_code: the gateway's reason, for example ``insufficient_funds``.
        decline_message: a sentence for the customer.
        idempotency_key: our key, as the gateway kept it with the charge; empty where it does not.
    """

    reference: str
    state: ChargeState
    amount: Decimal
    currency: str
    action_url: str = ""
    decline_code: str = ""
    decline_message: str = ""
    idempotency_key: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return plain values; ``from_data`` reads them back."""
        return {**asdict(self), "amount": str(self.amount), "state": self.state.value}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Return the receipt that ``as_data`` wrote."""
        values = {**data, "amount": Decimal(data["amount"]), "state": ChargeState(data["state"])}
        return cls(**values)


@dataclass(frozen=True, kw_only=True, slots=True)
class RefundOrder:
    """Money to be sent back."""

    idempotency_key: str
    charge_reference: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RefundReceipt:
    """What the gateway says of a refund.

    Args:
        charge_reference: the charge whose money goes back.
        idempotency_key: our key, as the gateway kept it with the refund; empty where it does not.
    """

    reference: str
    outcome: RefundOutcome
    amount: Decimal
    currency: str
    failure_code: str = ""
    failure_message: str = ""
    charge_reference: str = ""
    idempotency_key: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return plain values; ``from_data`` reads them back."""
        return {**asdict(self), "amount": str(self.amount), "outcome": self.outcome.value}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Return the receipt that ``as_data`` wrote."""
        amount, outcome = Decimal(data["amount"]), RefundOutcome(data["outcome"])
        return cls(**{**data, "amount": amount, "outcome": outcome})


class DisputeOutcome(StrEnum):
    """Where the gateway says that a dispute stands."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, kw_only=True, slots=True)
class DisputeReceipt:
    """What the gateway says of a dispute.

    Args:
        reason: the bank's reason, for example ``fraudulent``.
        respond_by: when evidence must be there; None when none is asked for.
        is_withdrawn: whether the gateway has taken the money back from us at present.
        fee: what the gateway charges for the dispute, less what it gave back; in ``fee_currency``,
            which is that of the payout and need not be the charge's.
    """

    reference: str
    charge_reference: str
    outcome: DisputeOutcome
    amount: Decimal
    currency: str
    reason: str = ""
    respond_by: datetime | None = None
    is_withdrawn: bool = False
    fee: Decimal = Decimal(0)
    fee_currency: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return plain values; ``from_data`` reads them back."""
        by = self.respond_by.isoformat() if self.respond_by else None
        data = {**asdict(self), "amount": str(self.amount), "outcome": self.outcome.value}
        return {**data, "respond_by": by, "fee": str(self.fee)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Return the receipt that ``as_data`` wrote."""
        amount, outcome = Decimal(data["amount"]), DisputeOutcome(data["outcome"])
        by = datetime.fromisoformat(data["respond_by"]) if data["respond_by"] else None
        read = {"amount": amount, "outcome": outcome, "respond_by": by}
        return cls(**{**data, **read, "fee": Decimal(data.get("fee", 0))})


@dataclass(frozen=True, kw_only=True, slots=True)
class MethodReceipt:
    """A card (or the like) that the gateway keeps for us.

    Args:
        country: ISO 3166 code of the bank that issued it; empty where the gateway tells none.
    """

    reference: str
    brand: str
    last_four: str
    expires_month: int | None
    expires_year: int | None
    country: str = ""


@runtime_checkable
class PaymentGateway(Provider, Protocol):
    """A payment back end. Every method may raise the three provider errors."""

    def card_form(self) -> CardForm:
        """Return which form takes cards. Asks nobody."""
        ...

    def create_customer(self, order: CustomerOrder) -> str:
        """Have the gateway know a customer; the same idempotency key gives the same one.

        Returns:
            The gateway's id.
        """
        ...

    def find_customer(self, reference: str) -> str | None:
        """Return the gateway's id of a customer with our id, or None.

        May miss one that is younger than a few minutes.
        """
        ...

    def begin_card(self, *, customer_reference: str) -> CardSetup:
        """Prepare for a customer to enter a card that is kept; repeating it harms nothing.

        Raises:
            ProviderRejected: the gateway's form needs no preparation, or the customer is unknown.
        """
        ...

    def attach_method(self, token: str, *, customer_reference: str) -> MethodReceipt:
        """Keep the card behind a one-time token of the gateway's form; again gives the same.

        Args:
            customer_reference: the gateway's id of the customer.

        Raises:
            ProviderRejected: the token is unknown or used up, another customer's, or the bank
                refuses the card.
        """
        ...

    def detach_method(self, reference: str) -> None:
        """Forget a card; one that is forgotten already is fine."""
        ...

    def charge(self, order: ChargeOrder) -> ChargeReceipt:
        """Charge a card; the same idempotency key gives the same charge.

        Raises:
            ProviderRejected: the request itself is wrong; a decline is a receipt.
        """
        ...

    def find_charge(self, idempotency_key: str, *, customer_reference: str) -> ChargeReceipt | None:
        """Return the charge of an earlier ``charge`` with this key, as it stands now, or None.

        Args:
            customer_reference: as in the order; among this customer's charges it is looked for.
        """
        ...

    def read_charge(self, reference: str) -> ChargeReceipt:
        """Return how a charge stands now.

        Raises:
            ProviderRejected: there is no such charge.
        """
        ...

    def charge_secret(self, reference: str) -> str:
        """Return what the customer's browser confirms a waiting charge with; empty for none.

        Never keep it: it is for this customer alone.
        """
        ...

    def capture(self, reference: str, *, amount: Decimal, currency: str) -> ChargeReceipt:
        """Take reserved money, at most as much as was reserved; the rest is set free.

        Raises:
            ProviderRejected: nothing is reserved any more, or less.
        """
        ...

    def cancel_charge(self, reference: str) -> ChargeReceipt:
        """Give up a charge that took no money; one that is over is returned as it is."""
        ...

    def refund(self, order: RefundOrder) -> RefundReceipt:
        """Send money back; the same idempotency key gives the same refund.

        Raises:
            ProviderRejected: more than is left of the charge.
        """
        ...

    def find_refund(self, idempotency_key: str, *, charge_reference: str) -> RefundReceipt | None:
        """Return the refund of an earlier ``refund`` with this key, as it stands now, or None.

        Args:
            charge_reference: as in the order; among this charge's refunds it is looked for.
        """
        ...

    def read_refund(self, reference: str) -> RefundReceipt:
        """Return how a refund stands now.

        Raises:
            ProviderRejected: there is no such refund.
        """
        ...

    def read_method(self, reference: str, *, customer_reference: str) -> MethodReceipt | None:
        """Return a kept card as it stands now; None when the customer has it no more."""
        ...

    def read_dispute(self, reference: str) -> DisputeReceipt:
        """Return how a dispute stands now.

        Raises:
            ProviderRejected: there is no such dispute.
        """
        ...
