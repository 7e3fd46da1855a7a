"""What one line of a document costs: the one place where a line's amounts come to be."""

from dataclasses import dataclass
from decimal import Decimal

from ispplatform.core.money import round_amount

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class LineAmounts:
    """The amounts of a line, each exact in the currency; ``gross`` is ``net + tax``, always."""

    net: Decimal
    tax: Decimal
    gross: Decimal

    def __neg__(self) -> "LineAmounts":
        return LineAmounts(net=-self.net, tax=-self.tax, gross=-self.gross)


def price_line(
    *,
    quantity: Decimal,
    unit_price: Decimal,
    tax_percent: Decimal,
    tax_included: bool,
    currency: str,
    discount: Decimal = ZERO,
) -> LineAmounts:
    """Return what a line costs.

    The line is rounded half-up once; the tax is taken from the rounded line, so that whoever adds
    up the printed figures gets the printed total. Negative prices (credits) mirror positive ones.

    Args:
        unit_price: of one unit, at most eight decimals; with tax where ``tax_included``.
        tax_percent: 19 for 19 %.
        discount: amount off the line before tax (from the gross where ``tax_included``), exact in
            the currency.
    """
    amount = round_amount(quantity * unit_price, currency) - discount
    if tax_included:
        return split_gross(gross=amount, tax_percent=tax_percent, currency=currency)
    tax = round_amount(amount * tax_percent / 100, currency)
    return LineAmounts(net=amount, tax=tax, gross=amount + tax)


def split_gross(*, gross: Decimal, tax_percent: Decimal, currency: str) -> LineAmounts:
    """Return the net and the tax inside an amount that is exact in the currency."""
    net = round_amount(gross * 100 / (100 + tax_percent), currency)
    return LineAmounts(net=net, tax=gross - net, gross=gross)


def share_of_line(
    *, line: LineAmounts, used: LineAmounts, gross: Decimal, currency: str
) -> LineAmounts:
    """Return the part of a line that a credit over ``gross`` takes back.

    Args:
        line: the line as it was issued.
        used: what earlier credits have taken of it.
        gross: how much to take now, at most what is left.

    The last credit takes the exact rest, so the credits of a line add up to the line.
    """
    if used.gross + gross == line.gross:
        return LineAmounts(net=line.net - used.net, tax=line.tax - used.tax, gross=gross)
    net = round_amount(gross * line.net / line.gross, currency)
    return LineAmounts(net=net, tax=gross - net, gross=gross)
