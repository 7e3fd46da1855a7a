"""How lines add up to a document."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


class TaxedLine(Protocol):
    """What the sums need of a line."""

    @property
    def net(self) -> Decimal: ...
    @property
    def tax(self) -> Decimal: ...
    @property
    def gross(self) -> Decimal: ...
    @property
    def tax_percent(self) -> Decimal: ...
    @property
    def tax_rule(self) -> str: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxSum:
    """What a document's lines of one rule and rate come to."""

    tax_rule: str
    tax_percent: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """The header of a document; every figure is the sum of the lines' figures."""

    net: Decimal
    tax: Decimal
    gross: Decimal
    by_rate: tuple[TaxSum, ...]


def total_of(lines: Iterable[TaxedLine]) -> Totals:
    """Return the totals of ``lines``, rates from the highest to the lowest.

    Nothing is rounded here: lines are exact already. EN 16931 computes the tax of a rate from the
    sum of its lines (BR-CO-17) and its schema rule BR-S-09 accepts a difference below one unit of
    the currency; a sum of line taxes differs by at most half a minor unit a line.

    Source: EN 16931-1:2017, BR-CO-14, BR-CO-17; CEN schematron 1.3.x, BR-S-09.
    """
    sums: dict[tuple[Decimal, str], list[Decimal]] = {}
    for line in lines:
        row = sums.setdefault((line.tax_percent, line.tax_rule), [Decimal(0)] * 3)
        row[0] += line.net
        row[1] += line.tax
        row[2] += line.gross
    by_rate = tuple(
        TaxSum(tax_rule=rule, tax_percent=percent, net=net, tax=tax, gross=gross)
        for (percent, rule), (net, tax, gross) in sorted(
            sums.items(), key=lambda item: (-item[0][0], item[0][1])
        )
    )
    return Totals(
        net=sum((row.net for row in by_rate), Decimal(0)),
        tax=sum((row.tax for row in by_rate), Decimal(0)),
        gross=sum((row.gross for row in by_rate), Decimal(0)),
        by_rate=by_rate,
    )
