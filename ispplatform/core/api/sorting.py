"""Reading ``sort=-created_at,name``, against the view's list of sort fields."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, OrderBy
from rest_framework.exceptions import ErrorDetail, ValidationError

from ispplatform.core.api.names import snake_name

MOST_FIELDS = 4


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column of an order. Empty values come last in both directions."""

    name: str
    column: str
    descending: bool
    nullable: bool

    @property
    def expression(self) -> OrderBy:
        """The key as Django orders by it."""
        nulls_last = True if self.nullable else None
        column = F(self.column)
        if self.descending:
            return column.desc(nulls_last=nulls_last)
        return column.asc(nulls_last=nulls_last)


def sort_columns(declared: Mapping[str, str] | Iterable[str]) -> dict[str, str]:
    """Return the declared sort fields as name to ORM path."""
    return dict(declared) if isinstance(declared, Mapping) else {name: name for name in declared}


def read_sort(text: str, order: str, declared: Mapping[str, str], model: Any) -> list[SortKey]:
    """Return the keys of a sort; the id is added as the last, so that no two rows tie.

    Args:
        text: ``-created_at,name``.
        order: ``asc``, ``desc`` or empty; only beside a single field without a minus.

    Raises:
        ValidationError: an unknown field or order, one field twice, or more than four.
    """
    names = [part.strip() for part in text.split(",") if part.strip()]
    if order not in {"", "asc", "desc"}:
        raise _refusal("order", "Use asc or desc.")
    if order == "desc" and len(names) == 1 and not names[0].startswith("-"):
        names = [f"-{names[0]}"]
    if len(names) > MOST_FIELDS:
        raise _refusal("sort", f"Use at most {MOST_FIELDS} fields.")
    keys: list[SortKey] = []
    for part in names:
        name = snake_name(part.removeprefix("-"))
        if name not in declared:
            known = ", ".join(sorted(declared)) or "none"
            raise _refusal("sort", f"There is no sort by {name[:80]} here. There is by: {known}.")
        if any(key.name == name for key in keys):
            raise _refusal("sort", f"{name} stands there twice.")
        column = declared[name]
        keys.append(SortKey(name, column, part.startswith("-"), _is_nullable(model, column)))
    if not any(key.column in {"pk", "id"} for key in keys):
        descending = keys[-1].descending if keys else False
        keys.append(SortKey("id", "pk", descending, nullable=False))
    return keys


def _is_nullable(model: Any, column: str) -> bool:
    """Tell whether the column may be empty; annotations count as if they may."""
    for part in column.split("__"):
        if part == "pk":
            return False
        try:
            field = model._meta.get_field(part)
        except FieldDoesNotExist:
            return True
        if field.null:
            return True
        model = field.related_model
    return False


def _refusal(field: str, sentence: str) -> ValidationError:
    return ValidationError({field: [ErrorDetail(sentence, "invalid_sort")]})
