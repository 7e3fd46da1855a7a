"""Who must know when rows of a model are written many at once, which sends no signal."""

from collections.abc import Collection, Sequence
from typing import Any, Protocol
from uuid import UUID

from django.db import models


class BulkWatcher(Protocol):
    """Is told inside the transaction that writes."""

    def touches(self, names: Collection[str]) -> bool:
        """Tell whether a change of these fields matters."""

    def created(self, rows: Sequence[Any]) -> None:
        """Take note of new rows."""

    def updated(self, ids: Sequence[UUID]) -> None:
        """Take note of rows that were changed by a statement."""


_watchers: dict[type[models.Model], BulkWatcher] = {}


def watch_bulk(model: type[models.Model], watcher: BulkWatcher) -> None:
    """Tell ``watcher`` of each ``bulk_create``, ``bulk_update`` and ``update`` of a model.

    Raises:
        ValueError: the model has one already.
    """
    if model in _watchers:
        raise ValueError(f"{model._meta.label} is watched twice.")
    _watchers[model] = watcher


def bulk_watcher(model: type[models.Model]) -> BulkWatcher | None:
    """Return who watches a model, or None."""
    return _watchers.get(model)
