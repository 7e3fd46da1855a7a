"""The first rows of a list and how many there are, for panels that show ten and lead to all."""

from typing import Any, TypeVar

from django.db.models import Count, Model, QuerySet, Window

Row = TypeVar("Row", bound=Model)


def first_rows(rows: QuerySet[Row], most: int) -> tuple[list[Row], int]:
    """Return the first rows, in their order, and the number of all; one query."""
    shown: list[Any] = list(rows.annotate(all_count=Window(Count("pk")))[:most])
    return shown, shown[0].all_count if shown else 0
