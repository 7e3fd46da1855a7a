"""Dates that the database reckons by itself.

Django's own date functions are written in Python on SQLite: over tens of thousands of rows they are
most of what a page costs.
"""

from typing import Any

from django.db.models import DateField, Expression, Func
from django.db.models.sql.compiler import SQLCompiler


class DaysAfter(Func):
    """The date, in UTC, some days after a moment.

    Args:
        moment: an expression of a date with time.
        days: how many; negative ones lie before it.
    """

    arity = 1
    output_field = DateField()

    def __init__(self, moment: Expression | str, days: int, **extra: Any) -> None:
        super().__init__(moment, days=int(days), **extra)

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Any:
        """Return SQLite's function of dates, which rounds the last microseconds of a day up."""
        return super().as_sql(
            compiler,
            connection,
            template="date(substr(%(expressions)s, 1, 19), '%(days)d days')",
            **extra,
        )

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Any:
        """Return PostgreSQL's sum of a date and a number."""
        return super().as_sql(
            compiler,
            connection,
            template="((%(expressions)s AT TIME ZONE 'UTC')::date + %(days)d)",
            **extra,
        )
