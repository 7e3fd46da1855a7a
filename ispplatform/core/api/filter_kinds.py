"""What a list may be filtered by: each kind reads its value and knows its operators."""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Choices, Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime

from ispplatform.core.api.fields import EARLIEST, LATEST
from ispplatform.core.api.json_text import LARGEST_INTEGER, is_storable
from ispplatform.core.money import MinorUnits, minor_digits
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id

LONGEST_TEXT = 200  # characters
MOST_VALUES = 100  # of one ``in``
_RANGE = frozenset({"gt", "gte", "lt", "lte"})
_LOOKUPS = {"eq": "exact", "contains": "icontains"}


class Filter:
    """Base: equality over texts.

    Args:
        column: ORM path; the filter's own name when not given.
    """

    ops: frozenset[str] = frozenset({"eq", "ne", "in"})
    json_type: Mapping[str, Any] = {"type": "string"}

    def __init__(self, column: str = "") -> None:
        self.column = column

    def value(self, text: str) -> Any:
        """Return the value that ``text`` means.

        Raises:
            ValueError: with a sentence for the caller.
        """
        if len(text) > LONGEST_TEXT or not is_storable(text):
            raise ValueError(f"Use at most {LONGEST_TEXT} printable characters.")
        return text

    def condition(self, column: str, op: str, value: Any) -> Q:
        """Return the condition for a value (for ``in`` a list of values)."""
        if op == "ne":
            return ~Q(**{f"{column}__exact": value})
        return Q(**{f"{column}__{_LOOKUPS.get(op, op)}": value})

    def apply(self, queryset: QuerySet[Any], name: str, op: str, value: Any) -> QuerySet[Any]:
        """Return the queryset narrowed by one condition."""
        return queryset.filter(self.condition(self.column or name, op, value))

    def flat_names(self, name: str) -> dict[str, str]:
        """Return further flat parameter names, each with the operator it means."""
        return {}


class TextFilter(Filter):
    """Texts: equality, one of several, or a part in any case."""

    ops = frozenset({"eq", "ne", "in", "contains"})


class ChoiceFilter(Filter):
    """One of a fixed set, for example a status."""

    def __init__(self, choices: type[Choices], column: str = "") -> None:
        super().__init__(column)
        self.choices: dict[str, Any] = {str(value): value for value in choices.values}
        self.json_type = {"type": "string", "enum": list(self.choices)}

    def value(self, text: str) -> Any:
        if text not in self.choices:
            raise ValueError(f"Use one of: {', '.join(self.choices)}.")
        return self.choices[text]


class UuidFilter(Filter):
    """Ids."""

    json_type = {"type": "string", "format": "uuid"}

    def value(self, text: str) -> UUID:
        try:
            return UUID(text)
        except ValueError:
            raise ValueError("This is not a UUID.") from None


class BooleanFilter(Filter):
    """``true`` or ``false``."""

    ops = frozenset({"eq"})
    json_type = {"type": "boolean"}

    def value(self, text: str) -> bool:
        if text.lower() not in {"true", "false", "1", "0"}:
            raise ValueError("Use true or false.")
        return text.lower() in {"true", "1"}


class IntegerFilter(Filter):
    """Whole numbers; also as ``<name>_min`` and ``<name>_max``."""

    ops = frozenset({"eq", "ne", "in"}) | _RANGE
    json_type = {"type": "integer"}

    def value(self, text: str) -> int:
        if not text.removeprefix("-").isascii() or not text.removeprefix("-").isdigit():
            raise ValueError("This is not a whole number.")
        if len(text) > 20 or abs(int(text)) > LARGEST_INTEGER:
            raise ValueError("This number is out of range.")
        return int(text)

    def flat_names(self, name: str) -> dict[str, str]:
        return {f"{name}_min": "gte", f"{name}_max": "lte"}


class MoneyFilter(IntegerFilter):
    """Amounts in major units of the tenant's currency; rows of other currencies do not match.

    Args:
        currency_column: ORM path of the row's currency.
    """

    ops = frozenset({"eq"}) | _RANGE
    json_type = {"type": "number"}

    def __init__(self, column: str = "", *, currency_column: str = "currency") -> None:
        super().__init__(column)
        self.currency_column = currency_column

    def value(self, text: str) -> Any:
        try:
            amount = Decimal(text) if len(text) <= 20 else Decimal("NaN")
        except InvalidOperation:
            raise ValueError("This is not an amount.") from None
        if not amount.is_finite() or abs(amount.adjusted()) > 15:
            raise ValueError("This amount is out of range.")
        return amount

    def condition(self, column: str, op: str, value: Any) -> Q:
        currency = tenant_by_id(current_tenant_id()).currency
        exact = value.scaleb(minor_digits(currency))
        below, above = MinorUnits(math.floor(exact)), MinorUnits(math.ceil(exact))
        compared = {
            "eq": {f"{column}__gte": above, f"{column}__lte": below},
            "gt": {f"{column}__gt": below},
            "gte": {f"{column}__gte": above},
            "lt": {f"{column}__lt": above},
            "lte": {f"{column}__lte": below},
        }
        return Q(**{self.currency_column: currency}, **compared[op])


class DateFilter(Filter):
    """Calendar days, ``YYYY-MM-DD``.

    Args:
        main: this is what ``date_from`` and ``date_to`` (and their documented synonyms) mean.
    """

    ops = frozenset({"eq", "ne"}) | _RANGE
    json_type: Mapping[str, Any] = {"type": "string", "format": "date"}

    def __init__(self, column: str = "", *, main: bool = False) -> None:
        super().__init__(column)
        self.main = main

    def value(self, text: str) -> Any:
        return _day(text)

    def flat_names(self, name: str) -> dict[str, str]:
        if not self.main:
            return {}
        return {
            **dict.fromkeys(("date_from", "start_date", "created_from"), "gte"),
            **dict.fromkeys(("date_to", "end_date", "created_to"), "lte"),
        }


class InstantFilter(DateFilter):
    """Moments, ISO 8601; a day without a time means the whole day in the tenant's time zone."""

    ops = frozenset({"eq"}) | _RANGE
    json_type = {"type": "string", "format": "date-time"}

    def value(self, text: str) -> Any:
        if len(text) <= 10:
            return _day(text)
        # A plus sign in a query string arrives as a space.
        try:
            moment = parse_datetime(text.replace(" ", "+") if "T" in text else text)
        except ValueError:
            moment = None
        if moment is None:
            raise ValueError("Use YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ.")
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=_tenant_zone())
        try:
            within = EARLIEST <= moment <= LATEST
        except OverflowError:
            within = False
        if not within:
            raise ValueError("This moment is out of range.")
        return moment

    def condition(self, column: str, op: str, value: Any) -> Q:
        if isinstance(value, datetime):
            return super().condition(column, op, value)
        zone = _tenant_zone()
        begin = datetime.combine(value, time(), zone)
        end = datetime.combine(value + timedelta(days=1), time(), zone)
        if op == "eq":
            return Q(**{f"{column}__gte": begin, f"{column}__lt": end})
        edge = end if op in {"gt", "lte"} else begin
        lookup = {"gt": "gte", "gte": "gte", "lt": "lt", "lte": "lt"}[op]
        return Q(**{f"{column}__{lookup}": edge})


class AppliedFilter(TextFilter):
    """A filter that is more than a column, for example ``include_deleted`` or a tag.

    Args:
        apply: takes the queryset and the value, returns it narrowed (or widened).
        kind: reads the value; ``eq`` is the only operator.
    """

    ops = frozenset({"eq"})

    def __init__(
        self, apply: Callable[[QuerySet[Any], Any], QuerySet[Any]], *, kind: Filter | None = None
    ) -> None:
        super().__init__()
        self.kind = kind or Filter()
        self.json_type = self.kind.json_type
        self._apply = apply

    def value(self, text: str) -> Any:
        return self.kind.value(text)

    def apply(self, queryset: QuerySet[Any], name: str, op: str, value: Any) -> QuerySet[Any]:
        return self._apply(queryset, value)


def include_deleted_filter() -> dict[str, AppliedFilter]:
    """Return ``include_deleted`` for lists whose rows are never deleted: it changes nothing there.

    So a program reads all lists alike.
    """
    return {"include_deleted": AppliedFilter(lambda rows, wanted: rows, kind=BooleanFilter())}


def _day(text: str) -> date:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not EARLIEST.date() <= day < LATEST.date():
        raise ValueError("Use a date like 2026-03-31.")
    return day


def _tenant_zone() -> ZoneInfo:
    return ZoneInfo(tenant_by_id(current_tenant_id()).time_zone)
