"""The head of a row's page: what it is, whose, in which state since when, what happens next."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from ispplatform.core.admin.columns import status_kind
from ispplatform.core.admin.owners import owner_of
from ispplatform.core.admin.shown_fields import may_follow, row_link
from ispplatform.core.pages.statuses import status_words

Text = str | Promise


@dataclass(frozen=True, kw_only=True, slots=True)
class MainLink:
    """A button that leads somewhere, for those who may go there."""

    label: Text
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RowHead:
    """What stands at the top of a row's page.

    Args:
        kind: what sort of thing it is.
        title: its own name.
        owner: the customer's name, with a link for those who may open it; empty for none.
        status: its state as a badge; empty for rows without one.
        since: since when it is so; None where nobody noted it.
        next_lines: sentences about what happens next, the nearest first.
        main_link: the one button that leads to where the row is dealt with.
        facts: a few words with their values, for what matters most.
    """

    kind: str
    title: str
    owner: SafeString | str = ""
    status: SafeString | str = ""
    since: date | datetime | None = None
    next_lines: Sequence[str] = field(default_factory=tuple)
    main_link: MainLink | None = None
    facts: Sequence[tuple[Text, Any]] = field(default_factory=tuple)


def status_column_of(columns: Sequence[Any]) -> Any:
    """Return the first column that shows a state, or None."""
    return next((one for one in columns if status_kind(one) is not None), None)


def head_of(page: Any, request: HttpRequest, row: models.Model) -> RowHead:
    """Return the head of a row's page, as its admin class describes it."""
    column = status_column_of(page.list_display)
    owner = owner_of(row)
    link = page.main_link_of(row)
    return RowHead(
        kind=page.kind_of(row),
        title=page.title_of(row),
        owner=row_link(request, owner) if owner is not None and owner != row else "",
        status=column(row) if column is not None else "",
        since=_since(page, row, column),
        next_lines=[line for line in page.next_of(row) if line],
        main_link=link if link is not None and may_follow(request, link.url) else None,
        facts=[(label, value) for label, value in page.facts_of(row) if value],
    )


def next_in_words(columns: Sequence[Any], row: Any) -> str:
    """Return what the table of statuses says happens next; empty where it says nothing."""
    column = status_column_of(columns)
    kind = status_kind(column)
    if not kind:
        return ""
    return str(status_words(kind, getattr(row, column.__name__)).next)


def _since(page: Any, row: Any, column: Any) -> date | datetime | None:
    if column is None:
        return None
    moment = page.since_fields.get(str(getattr(row, column.__name__)))
    return getattr(row, moment) if moment else None
