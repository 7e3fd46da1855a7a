"""What happened to a row, from the audit trail, in words."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Page
from django.db import models
from django.utils.text import capfirst

from ispplatform.core.admin.field_values import values_shown
from ispplatform.core.admin.paging import CappedPaginator
from ispplatform.core.admin.words import code_words, field_words, name_words
from ispplatform.core.models.audit import AuditEntry
from ispplatform.core.pages.statuses import status_words

ENTRIES_PER_PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One value before and after an act, as people read it; None where there was none."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryLine:
    """An audit entry with the values that changed; without them where they were erased."""

    entry: AuditEntry
    changes: tuple[Change, ...]

    @property
    def words(self) -> str:
        """What was done."""
        return code_words(self.entry.act)


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
    model = _model_of(entry.subject_type)
    names = sorted({*values.before, *values.after})
    return tuple(
        Change(
            name=capfirst(str(_called(name, model))),
            before=_said(name, values.before.get(name), entry.subject_type),
            after=_said(name, values.after.get(name), entry.subject_type),
        )
        for name in names
        if values.before.get(name) != values.after.get(name) or name not in values.before
    )


def _model_of(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):  # a table that is gone, or a subject that never had one
        return None


def _called(name: str, model: type[models.Model] | None) -> Any:
    try:
        field = model._meta.get_field(name) if model is not None else None
    except FieldDoesNotExist:
        field = None
    return field_words(field) if isinstance(field, models.Field) else name_words(name)


def _said(name: str, value: Any, kind: str) -> str | None:
    if value is None or value == "":
        return None
    if name in {"status", "state"}:
        try:
            return str(status_words(kind, str(value)).staff)
        except KeyError:  # a state that only programs know, or one of an earlier release
            return code_words(str(value))
    return values_shown(value)
