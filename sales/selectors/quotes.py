"""What a cart costs today and at renewal, by the very rules that issue the invoice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.models import DocumentLine
from billing.rules.tax import TaxDecision
from billing.rules.totals import Totals
from billing.selectors.parties import present_tenant, tax_of_customer, tax_of_visitor
from billing.services.lines import LineInput, totals_preview
from catalog.models import Price
from catalog.rules.cycles import cycle_end, is_recurring
from catalog.selectors import prices_for
from ispplatform.core.clock import business_today
from sales.models import Cart, CartLine
from sales.rules.labels import line_label, setup_label


@dataclass(frozen=True, kw_only=True)
class QuoteLine:
    """A cart line with its money.

    Args:
        today: what the first period and the set-up cost, each amount exact in the currency.
        renewal_gross: what each later period costs with tax; None for one-off lines.
        renewal_on: the day on which the next period begins.
    """

    line: CartLine
    price: Price
    label: str
    net: Decimal
    tax: Decimal
    gross: Decimal
    renewal_net: Decimal | None
    renewal_gross: Decimal | None
    renewal_on: date | None
    inputs: tuple[LineInput, ...]

    @property
    def renews_at_another_price(self) -> bool:
        """Tell whether the first period is cheaper or dearer than the later ones."""
        return self.renewal_gross is not None and self.renewal_gross != self.gross


@dataclass(frozen=True, kw_only=True)
class CartQuote:
    """A whole cart with its money; ``totals`` are what the order and the invoice will say."""

    cart: Cart
    lines: tuple[QuoteLine, ...]
    totals: Totals
    decision: TaxDecision
    shows_gross: bool
    on: date


def cart_quote(cart: Cart) -> CartQuote:
    """Return what the cart costs when it is ordered today.

    Raises:
        PriceNotFound: a plan is not sold any more; the line has to go.
    """
    tenant = present_tenant()
    on = business_today(tenant)
    is_business = cart.customer_type == "business"
    if cart.customer is not None:
        decision = tax_of_customer(cart.customer, on=on)
    else:
        decision = tax_of_visitor(country=cart.country, is_business=is_business, on=on)
    rows = list(cart.lines.select_related("plan"))
    prices = prices_for(
        [(row.plan, row.cycle) for row in rows],
        currency=cart.currency,
        customer_type=cart.customer_type,
        on=on,
    )
    lines = tuple(
        _quoted(cart, row, price=prices[row.plan_id, row.cycle], decision=decision, on=on)
        for row in rows
    )
    every_input = [one for line in lines for one in line.inputs]
    totals = _totals(every_input, decision=decision, currency=cart.currency)
    return CartQuote(
        cart=cart,
        lines=lines,
        totals=totals,
        decision=decision,
        shows_gross=not is_business,
        on=on,
    )


def _totals(inputs: Sequence[LineInput], *, decision: TaxDecision, currency: str) -> Totals:
    if not inputs:
        zero = Decimal(0)
        return Totals(net=zero, tax=zero, gross=zero, by_rate=())
    return totals_preview(inputs, decision=decision, currency=currency)[1]


def _quoted(
    cart: Cart, row: CartLine, *, price: Price, decision: TaxDecision, on: date
) -> QuoteLine:
    label = line_label(plan_name=row.plan.name, domain_name=row.domain_name)
    inputs = line_inputs(price=price, label=label, quantity=row.quantity, on=on)
    today, sums = totals_preview(inputs, decision=decision, currency=cart.currency)
    renewal = _renewal(inputs[0], price=price, decision=decision)
    return QuoteLine(
        line=row,
        price=price,
        label=label,
        net=sums.net,
        tax=sums.tax,
        gross=sums.gross,
        renewal_net=renewal.net if renewal else None,
        renewal_gross=renewal.gross if renewal else None,
        renewal_on=today[0].period_end,
        inputs=inputs,
    )


def line_inputs(*, price: Price, label: str, quantity: int, on: date) -> tuple[LineInput, ...]:
    """Return the document lines that a wish makes: its first period, and its set-up if any.

    The first period begins with the day of the order; billing moves it when the service starts.
    """
    period_end = cycle_end(on, price.cycle, on.day) if is_recurring(price.cycle) else None
    first = LineInput(
        label=label,
        unit_price=price.amount,
        quantity=Decimal(quantity),
        tax_included=price.tax_included,
        period_start=on if period_end else None,
        period_end=period_end,
    )
    if not price.setup_amount:
        return (first,)
    setup = LineInput(
        label=setup_label(label),
        unit_price=price.setup_amount,
        quantity=Decimal(quantity),
        tax_included=price.tax_included,
    )
    return (first, setup)


def _renewal(first: LineInput, *, price: Price, decision: TaxDecision) -> DocumentLine | None:
    if not is_recurring(price.cycle):
        return None
    later = LineInput(
        label=first.label,
        unit_price=price.renews_at,
        quantity=first.quantity,
        tax_included=price.tax_included,
    )
    lines, _ = totals_preview([later], decision=decision, currency=price.currency)
    return lines[0]
