"""Reading ``filter[field][op]=`` and flat filters, against the view's list of them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from rest_framework.exceptions import ErrorDetail, ValidationError

from ispplatform.core.api.filter_kinds import MOST_VALUES, Filter
from ispplatform.core.api.names import snake_name

OPERATORS = ("eq", "ne", "gt", "gte", "lt", "lte", "in", "contains")
PAGING_NAMES = frozenset({"page", "limit", "offset", "cursor", "sort", "order"})

_BRACKETS = re.compile(r"filter\[([A-Za-z_]+)\](?:\[([a-z]+)\])?(?:\[\])?")


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter of a request, its value read."""

    name: str
    op: str
    value: Any


def read_conditions(
    params: QueryDict, declared: Mapping[str, Filter], *, known: frozenset[str] = frozenset()
) -> list[Condition]:
    """Return the conditions that a query string asks for, in the order of their names.

    Args:
        params: the request's query parameters.
        declared: the list's filters by name.
        known: further parameter names that the view reads itself.

    Raises:
        ValidationError: an unknown filter or operator, or a value of the wrong form.
    """
    flat = {
        flat: (name, op)
        for name, kind in declared.items()
        for flat, op in kind.flat_names(name).items()
    }
    found = [
        condition
        for param in params
        if snake_name(param) not in PAGING_NAMES and snake_name(param) not in known
        for condition in _conditions(param, params.getlist(param), declared, flat)
    ]
    return sorted(found, key=lambda condition: (condition.name, condition.op))


def apply_conditions(
    queryset: QuerySet[Any], conditions: list[Condition], declared: Mapping[str, Filter]
) -> QuerySet[Any]:
    """Return the queryset narrowed by every condition."""
    for condition in conditions:
        kind = declared[condition.name]
        queryset = kind.apply(queryset, condition.name, condition.op, condition.value)
    return queryset


def _conditions(
    param: str,
    texts: list[str],
    declared: Mapping[str, Filter],
    flat: Mapping[str, tuple[str, str]],
) -> Iterator[Condition]:
    name, op = _target(param, flat)
    kind = declared.get(name)
    if kind is None:
        raise _refusal(param, f"This list has no such filter. It has: {_listed(declared)}.")
    if op == "eq" and (len(texts) > 1 or param.endswith("[]")):
        op = "in"
    if op not in kind.ops:
        allowed = ", ".join(sorted(kind.ops))
        raise _refusal(param, f"This filter has no operator {op}. It has: {allowed}.")
    try:
        if op == "in":
            parts = [part.strip() for text in texts for part in text.split(",") if part.strip()]
            if len(parts) > MOST_VALUES:
                raise ValueError(f"Use at most {MOST_VALUES} values.")
            yield Condition(name, op, [kind.value(part) for part in parts])
        else:
            for text in texts:
                yield Condition(name, op, kind.value(text))
    except ValueError as exc:
        raise _refusal(param, str(exc), "invalid") from exc


def _target(param: str, flat: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    if matched := _BRACKETS.fullmatch(param):
        return snake_name(matched[1]), matched[2] or "eq"
    name = snake_name(param.removesuffix("[]"))
    return flat.get(name, (name, "eq"))


def _listed(declared: Mapping[str, Filter]) -> str:
    return ", ".join(sorted(declared)) or "none"


def _refusal(param: str, sentence: str, code: str = "unknown_filter") -> ValidationError:
    return ValidationError({param: [ErrorDetail(sentence, code)]})
