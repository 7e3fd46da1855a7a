"""What can be found, and which rows say under which words: filled by the apps."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.functional import Promise

from ispplatform.core.pages.statuses import StatusWords
from ispplatform.core.search.terms import Term
from ispplatform.core.slots import Slot

Text = str | Promise


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """How a find is shown.

    Args:
        title: its number or name.
        owner: whose it is.
        detail: a few words that tell it from others.
        status: the words for its state.
        url: the page it opens.
    """

    id: UUID
    title: str
    url: str
    owner: str = ""
    detail: str = ""
    status: StatusWords | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchKind:
    """Something that can be found by the words of its feeds.

    Args:
        key: stable name; rows keep it.
        label: what stands above the finds.
        icon: of ``{% icon %}``.
        permission: who may find it; nobody else's search touches it.
        show: gets ids and returns what of them can be shown at present, in one query.
    """

    key: str
    label: Text
    icon: str
    permission: str
    show: Callable[[Collection[UUID]], Iterable[Found]]


@dataclass(frozen=True, kw_only=True)
class SearchFeed:
    """Rows of a model, and the words that each gives to what is found by them.

    Args:
        model: each has at most one feed.
        fields: names of the model's own fields that ``terms`` and ``subject`` read.
        terms: a pure function of these fields.
        subject: the field that holds the id of what is found.
        permission: what is asked for beside the kind's, where not everybody who sees the one may
            see the other; empty where nothing is.
        version: to be raised when ``terms`` says something else than before: the next walk then
            writes all of them anew and calls it no drift.
    """

    kind: str
    model: type[models.Model]
    fields: tuple[str, ...]
    terms: Callable[[Any], Iterable[Term]]
    subject: str = "pk"
    permission: str = ""
    version: int = 1

    @property
    def key(self) -> str:
        """The stable name that rows keep."""
        return self.model._meta.label_lower

    @property
    def columns(self) -> frozenset[str]:
        """The names by which a write may call the fields that matter."""
        names = set(self.fields)
        if self.subject != "pk":
            names.add(self.subject)
        for name in list(names):
            field: Any = self.model._meta.get_field(name)
            names |= {field.name, field.attname}
        return frozenset(names)


search_kinds: Slot[SearchKind] = Slot("search.kinds", key=lambda kind: kind.key)
search_feeds: Slot[SearchFeed] = Slot("search.feeds", key=lambda feed: feed.key)
