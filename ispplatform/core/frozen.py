"""Rows that the database itself refuses to change: issued documents, journals, audit entries.

Declare them in ``ready()`` of the app that owns the table; ``migrate`` installs the triggers and
a system check proves that each exists. See ``docs/mechanisms/walls.md``.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models


@dataclass(frozen=True, kw_only=True, slots=True)
class FrozenRule:
    """Which rows of a table are frozen, and what of them may still change.

    Args:
        model: a tenant model.
        once: name of the field that freezes a row as soon as it is not null; empty: from birth.
        may_change: fields that stay free on a frozen row.
    """

    model: type[models.Model]
    once: str = ""
    may_change: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """The table's name."""
        return self.model._meta.db_table

    @property
    def once_column(self) -> str:
        """The column behind ``once``; empty when rows are frozen from birth."""
        return _column(self.model._meta.get_field(self.once)) if self.once else ""

    @property
    def frozen_columns(self) -> list[str]:
        """The columns that a frozen row keeps; empty when no change at all is allowed."""
        if not self.may_change:
            return []
        kept = [f for f in self.model._meta.concrete_fields if f.name not in self.may_change]
        return [_column(field) for field in kept]


def _column(field: Any) -> str:
    return str(field.column)


_rules: dict[str, FrozenRule] = {}


def freeze(model: type[models.Model], *, once: str = "", may_change: tuple[str, ...] = ()) -> None:
    """Declare that rows of ``model`` cannot be changed or deleted (see ``FrozenRule``)."""
    rule = FrozenRule(model=model, once=once, may_change=may_change)
    _rules[rule.table] = rule


def frozen_rules() -> list[FrozenRule]:
    """Return every declared rule, by table."""
    return [_rules[table] for table in sorted(_rules)]
