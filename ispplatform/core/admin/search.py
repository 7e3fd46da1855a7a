"""One search over everything: the table of terms, and what small sources find by themselves."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise

from ispplatform.core.actors import Actor
from ispplatform.core.pages.statuses import StatusWords
from ispplatform.core.search import SearchKind, search, search_kinds
from ispplatform.core.slots import Slot

Text = str | Promise
HITS_PER_SOURCE = 8
SHORTEST_TERM = 2
LONGEST_TERM = 200


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
    """Something small that is searched where it lies; what grows is in ``core/search``.

    Args:
        key: stable name.
        icon: of ``{% icon %}``.
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
    owner: str = ""
    status: StatusWords | None = None


SEARCH_SOURCES: Slot[SearchSource] = Slot("admin.search", key=lambda source: source.key)


def search_hits(term: str, *, actor: Actor) -> list[FoundHit]:
    """Return what this person may see of what the term finds, by source.

    Sources with an exact hit come first, and the exact hit first in its source.
    """
    wanted = " ".join(term.replace("\x00", "").split())[:LONGEST_TERM]
    if len(wanted) < SHORTEST_TERM:
        return []
    hits = [*_kept(wanted, actor), *_asked(wanted, actor)]
    leading = {hit.source for hit in hits if hit.is_exact}
    places = {source: place for place, source in enumerate(dict.fromkeys(h.source for h in hits))}
    return sorted(
        hits, key=lambda hit: (hit.source not in leading, places[hit.source], not hit.is_exact)
    )


def searched_labels(actor: Actor) -> list[Text]:
    """Return what this person can search for."""
    sources: list[SearchKind | SearchSource] = [*search_kinds.items(), *SEARCH_SOURCES.items()]
    return [source.label for source in sources if actor.can(source.permission)]


def _kept(wanted: str, actor: Actor) -> Iterator[FoundHit]:
    """Return the hits in the table of terms."""
    for find in search(wanted, actor=actor, limit=HITS_PER_SOURCE):
        yield FoundHit(
            title=find.found.title,
            detail=find.found.detail,
            url=find.found.url,
            is_exact=find.is_exact,
            source=find.kind.label,
            icon=find.kind.icon,
            owner=find.found.owner,
            status=find.found.status,
        )


def _asked(wanted: str, actor: Actor) -> Iterator[FoundHit]:
    """Return the hits of sources that look for themselves."""
    for source in SEARCH_SOURCES.items():
        if actor.can(source.permission):
            for hit in source.find(wanted, HITS_PER_SOURCE):
                yield FoundHit(
                    title=hit.title,
                    detail=hit.detail,
                    url=hit.url,
                    is_exact=hit.is_exact,
                    source=source.label,
                    icon=source.icon,
                )
