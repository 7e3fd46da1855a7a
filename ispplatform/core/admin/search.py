"""One search over everything: each app adds what it can find."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from ispplatform.core.actors import Actor
from ispplatform.core.slots import Slot

Text = str | Promise
HITS_PER_SOURCE = 8
SHORTEST_TERM = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchHit:
    """One find.

    Args:
        title: the name or number itself.
        detail: a few words that tell it from others.
        url: the page it opens.
        is_exact: the term is this row's own number or name; its page is opened at once.
    """

    title: str
    detail: str
    url: str
    is_exact: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchSource:
    """Something that can be searched.

    Args:
        key: stable name.
        icon: name of a Material symbol.
        permission: who may find it; it is not asked for others.
        find: gets the trimmed term and how many hits are wanted; at most two queries.
    """

    key: str
    label: Text
    icon: str
    permission: str
    find: Callable[[str, int], Iterable[SearchHit]]


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundHit:
    """A hit with the name and icon of its source, for the list."""

    title: str
    detail: str
    url: str
    is_exact: bool
    source: Text
    icon: str


SEARCH_SOURCES: Slot[SearchSource] = Slot("admin.search", key=lambda source: source.key)


def search_hits(term: str, *, actor: Actor) -> list[FoundHit]:
    """Return what this person may see of what the term finds, exact hits first."""
    wanted = " ".join(term.replace("\x00", "").split())
    if len(wanted) < SHORTEST_TERM:
        return []
    found = [
        FoundHit(
            title=hit.title,
            detail=hit.detail,
            url=hit.url,
            is_exact=hit.is_exact,
            source=source.label,
            icon=source.icon,
        )
        for source in SEARCH_SOURCES.items()
        if actor.can(source.permission)
        for hit in source.find(wanted, HITS_PER_SOURCE)
    ]
    return sorted(found, key=lambda hit: not hit.is_exact)
