"""Lines as callers give them, and lines as documents keep them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.errors import DocumentEmpty, DocumentNegative
from billing.models import DocumentLine, Subscription
from billing.rules.lines import price_line, split_gross
from billing.rules.tax import TaxDecision, TaxRule
from billing.rules.totals import Totals, total_of
from ispplatform.core.errors import InvalidInput
from ispplatform.core.money import is_exact
from ispplatform.core.subjects import Subject

LARGEST_AMOUNT = Decimal(10) ** 12  # of one line, in major units; far inside 64 bits of minor ones
MOST_LINES = 500
_COPIED = (
    "label",
    "details",
    "currency",
    "quantity",
    "unit_price",
    "tax_included",
    "discount",
    "net",
    "tax_percent",
    "tax_rule",
    "tax_is_fixed",
    "tax",
    "gross",
    "period_start",
    "period_end",
    "subject_type",
    "subject_id",
    "subject_label",
    "subscription_id",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class LineInput:
    """What is to be billed.

    Args:
        unit_price: of one unit in the document's currency, at most eight decimals; with tax where
            ``tax_included``.
        discount: taken off the line before tax, exact in the currency.
        tax_percent: replaces the rate that the law gives; staff only, hence normally None.
        period_start: first day of the billed period; ``period_end`` is the day after its last.
        subject: what is billed, for example a service.
    """

    label: str
    unit_price: Decimal
    quantity: Decimal = Decimal(1)
    tax_included: bool = False
    discount: Decimal = Decimal(0)
    details: str = ""
    tax_percent: Decimal | None = None
    period_start: date | None = None
    period_end: date | None = None
    subject: Subject | None = None
    subscription: Subscription | None = None


def lines_prepare(
    inputs: Sequence[LineInput], *, decision: TaxDecision, currency: str
) -> list[DocumentLine]:
    """Return unsaved lines with their amounts, in order.

    Raises:
        DocumentEmpty: there is no line.
        DocumentNegative: together they come to less than zero.
        InvalidInput: an amount is out of range or not exact; ``field`` names the line.
    """
    if not inputs:
        raise DocumentEmpty("A document has at least one line.", field="line_items")
    if len(inputs) > MOST_LINES:
        raise InvalidInput(f"At most {MOST_LINES} lines.", field="line_items")
    lines = [
        _prepared(line, place, decision=decision, currency=currency)
        for place, line in enumerate(inputs)
    ]
    if total_of(lines).gross < 0:
        raise DocumentNegative(
            "The lines come to less than zero: issue a credit note.", field="line_items"
        )
    return lines


def totals_preview(
    inputs: Sequence[LineInput], *, decision: TaxDecision, currency: str
) -> tuple[list[DocumentLine], Totals]:
    """Return what a document with these lines would come to, by the very rules that issue it.

    Raises:
        As ``lines_prepare``.
    """
    lines = lines_prepare(inputs, decision=decision, currency=currency)
    return lines, total_of(lines)


def _prepared(line: LineInput, place: int, *, decision: TaxDecision, currency: str) -> DocumentLine:
    field = f"line_items.{place}"
    if not is_exact(line.discount, currency):
        raise InvalidInput(f"The discount has too many decimals for {currency}.", field=field)
    if abs(line.quantity * line.unit_price) >= LARGEST_AMOUNT:
        raise InvalidInput("The amount is out of range.", field=field)
    if line.period_start and line.period_end and line.period_end < line.period_start:
        raise InvalidInput("The period ends before it starts.", field=field)
    percent, rule = decision.percent, decision.rule
    if line.tax_percent is not None:
        percent = line.tax_percent
        rule = decision.rule if percent == decision.percent else _fixed_rule(percent)
    amounts = price_line(
        quantity=line.quantity,
        unit_price=line.unit_price,
        tax_percent=percent,
        tax_included=line.tax_included,
        currency=currency,
        discount=line.discount,
    )
    subject = line.subject
    return DocumentLine(
        label=line.label,
        details=line.details,
        currency=currency,
        quantity=line.quantity,
        unit_price=line.unit_price,
        tax_included=line.tax_included,
        discount=line.discount,
        net=amounts.net,
        tax_percent=percent,
        tax_rule=rule,
        tax_is_fixed=line.tax_percent is not None,
        tax=amounts.tax,
        gross=amounts.gross,
        period_start=line.period_start,
        period_end=line.period_end,
        subject_type=subject.type if subject else "",
        subject_id=subject.id if subject else None,
        subject_label=subject.label if subject else "",
        subscription=line.subscription,
    )


def _fixed_rule(percent: Decimal) -> TaxRule:
    return TaxRule.DOMESTIC if percent else TaxRule.EXEMPT


def lines_copied(lines: Sequence[DocumentLine], *, decision: TaxDecision) -> list[DocumentLine]:
    """Return unsaved copies that name their source, taxed by the law of ``decision``.

    Where the rate has changed since, the price that the customer was told (the gross) stays and is
    split anew.
    """
    copies = []
    for line in lines:
        copy = DocumentLine(**{name: getattr(line, name) for name in _COPIED}, source_line=line)
        changed = line.tax_percent != decision.percent or line.tax_rule != decision.rule
        if changed and not line.tax_is_fixed:
            amounts = split_gross(
                gross=line.gross, tax_percent=decision.percent, currency=line.currency
            )
            copy.net, copy.tax = amounts.net, amounts.tax
            copy.tax_percent, copy.tax_rule = decision.percent, decision.rule
        copies.append(copy)
    return copies


def inputs_of(lines: Sequence[DocumentLine]) -> list[LineInput]:
    """Return what the lines of a draft were made from, to compute them anew."""
    return [
        LineInput(
            label=line.label,
            unit_price=line.unit_price,
            quantity=line.quantity,
            tax_included=line.tax_included,
            discount=line.discount,
            details=line.details,
            tax_percent=line.tax_percent if line.tax_is_fixed else None,
            period_start=line.period_start,
            period_end=line.period_end,
            subject=_subject(line),
            subscription=line.subscription,
        )
        for line in lines
    ]


def _subject(line: DocumentLine) -> Subject | None:
    if line.subject_id is None:
        return None
    return Subject(type=line.subject_type, id=line.subject_id, label=line.subject_label)
