"""Staff order for a customer, by the services of the shop."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing.rules.totals import Totals
from billing.services.lines import LineInput, totals_preview
from customers.models import Customer
from ispplatform.core.actors import Actor
from provisioning.services.ordering import configuration_check
from sales.choices import StaffPayment
from sales.models import Order
from sales.selectors.quotes import CartQuote, QuoteLine, cart_quote
from sales.services.orders import order_place, quote_overridden
from sales.services.provisioning import order_provision_unpaid
from sales.services.wishes import Wish, cart_of_wishes


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewLine:
    """What a wish costs today and later."""

    line: QuoteLine
    gross: Decimal
    has_other_price: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderPreview:
    """What an order would come to if it were placed now."""

    lines: tuple[PreviewLine, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal
    currency: str


def order_preview(*, actor: Actor, customer: Customer, wishes: Sequence[Wish]) -> OrderPreview:
    """Return what the wishes come to, after every check but the registrar's; nothing is kept.

    Raises:
        NotPermitted: without ``orders:create``, or ``orders:override_price`` for other prices.
        PlatformError: what a cart or a provisioner refuses.
    """
    actor.require("orders:create")
    with transaction.atomic():
        cart, overrides = cart_of_wishes(wishes, actor=actor, customer=customer)
        if overrides:
            actor.require("orders:override_price")
        quote = quote_overridden(cart_quote(cart), overrides)
        for line in quote.lines:
            _check(customer, line)
        shown = _preview(quote, set(overrides))
        transaction.set_rollback(True)
    return shown


def _check(customer: Customer, line: QuoteLine) -> None:
    wish = line.line
    configuration_check(
        customer=customer,
        plan=wish.plan,
        configuration={
            **wish.configuration,
            **({"domain": wish.domain_name} if wish.domain_name else {}),
            **({"domain_mode": wish.domain_mode} if wish.domain_mode else {}),
        },
    )


def _preview(quote: CartQuote, overridden: set[UUID]) -> OrderPreview:
    def totals(inputs: Sequence[LineInput]) -> Totals:
        return totals_preview(inputs, decision=quote.decision, currency=quote.cart.currency)[1]

    whole = totals([one for line in quote.lines for one in line.inputs])
    return OrderPreview(
        lines=tuple(
            PreviewLine(
                line=line,
                gross=totals(line.inputs).gross,
                has_other_price=line.line.pk in overridden,
            )
            for line in quote.lines
        ),
        net=whole.net,
        tax=whole.tax,
        gross=whole.gross,
        currency=quote.cart.currency,
    )


def order_place_for(
    *,
    actor: Actor,
    customer: Customer,
    wishes: Sequence[Wish],
    payment: str = "",
    expected_total: Decimal | None = None,
    note: str = "",
    provision_reason: str = "",
) -> Order:
    """Place an order for a customer; ``names_require_free`` has asked about the names before.

    Args:
        payment: a ``StaffPayment``, or what an integrator calls its way of paying.
        provision_reason: why it is set up before it is paid; for ``StaffPayment.LATER``.

    Raises:
        What ``cart_of_wishes``, ``order_place`` and ``order_provision_unpaid`` raise; then
        nothing is ordered.
    """
    with transaction.atomic():
        cart, overrides = cart_of_wishes(wishes, actor=actor, customer=customer)
        order = order_place(
            actor=actor,
            cart=cart,
            customer=customer,
            payment_method=payment,
            expected_total=expected_total,
            overrides=overrides,
            staff_note=note,
        )
        if payment == StaffPayment.LATER:
            order = order_provision_unpaid(actor=actor, order_id=order.pk, reason=provision_reason)
    return order
