"""What happened to a row, from the audit trail."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Page
from django.db import models

from ispplatform.core.admin.paging import CappedPaginator
from ispplatform.core.models.audit import AuditEntry

ENTRIES_PER_PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One value before and after an act."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryLine:
    """An audit entry with the values that changed; without them where they were erased."""

    entry: AuditEntry
    changes: tuple[Change, ...]


def row_history(row: models.Model, *, page: str = "1") -> Page[Any]:
    """Return a page of a row's history, newest first; its objects are ``HistoryLine``.

    A row whose key is no UUID, as of a table outside the companies, is no subject of the trail.
    """
    of_the_row = models.Q(subject_type=row._meta.label_lower, subject_id=row.pk)
    entries = (
        AuditEntry.objects.filter(of_the_row if isinstance(row.pk, UUID) else models.Q(pk__in=[]))
        .select_related("values")
        .order_by("-id")
    )
    shown = CappedPaginator(entries, ENTRIES_PER_PAGE).get_page(page)
    shown.object_list = [
        HistoryLine(entry=entry, changes=entry_changes(entry)) for entry in shown.object_list
    ]
    return shown


def entry_changes(entry: AuditEntry) -> tuple[Change, ...]:
    """Return what an entry changed, by name."""
    values = entry.values
    names = sorted({*values.before, *values.after})
    return tuple(
        Change(name=name, before=values.before.get(name), after=values.after.get(name))
        for name in names
        if values.before.get(name) != values.after.get(name) or name not in values.before
    )
