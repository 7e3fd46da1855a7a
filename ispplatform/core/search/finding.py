"""What a typed text finds: some index ranges a kind, whatever the size of the company."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from ispplatform.core.actors import Actor
from ispplatform.core.models.search import SearchTerm
from ispplatform.core.search.slots import Found, SearchKind, search_feeds, search_kinds
from ispplatform.core.search.terms import IDENTITY, LAST, Asked, asked

FINDS_PER_KIND = 8
# One thing may be found by several of its words: so many rows are read for the finds of a kind.
ROWS_PER_KIND = 64
# A word that more things share is common: it narrows what the other words find.
COMMON = 1000

Best = dict[UUID, bool]
Terms = QuerySet[SearchTerm]


@dataclass(frozen=True, slots=True)
class Find:
    """One find of a kind; ``is_exact``: the typed text is its own number or name."""

    kind: SearchKind
    found: Found
    is_exact: bool


def search(text: str, *, actor: Actor, limit: int = FINDS_PER_KIND) -> list[Find]:
    """Return what a text finds of what this person may see: by kind, the best first."""
    wanted = asked(text)
    finds: list[Find] = []
    for kind in search_kinds.items():
        if not actor.can(kind.permission):
            continue
        best = _best(_terms_of(kind.key, actor), wanted, limit)
        if not best:
            continue
        shown = {one.id: one for one in kind.show(list(best))}
        rows = [Find(kind, shown[key], exact) for key, exact in best.items() if key in shown]
        finds += rows[:limit]
    return finds


def _terms_of(kind: str, actor: Actor) -> Terms:
    """Return the terms of a kind that this person may be led by."""
    terms: Terms = SearchTerm.objects.filter(kind=kind)
    hidden = [
        feed.key
        for feed in search_feeds.items()
        if feed.kind == kind and feed.permission and not actor.can(feed.permission)
    ]
    return terms.exclude(feed__in=hidden) if hidden else terms


def subjects_matching(kind: str, text: str) -> Q | None:
    """Return the condition on the id of rows of a kind that every word of a text finds them.

    None when the text holds no word: then nothing is narrowed.
    """
    wanted = asked(text)
    if len(wanted.words) == 1 or _is_number(wanted):
        return _among(kind, wanted.phrases) if wanted.phrases else None
    condition = None
    for word in wanted.words:
        holds = _among(kind, word)
        condition = holds if condition is None else condition & holds
    return condition


def _is_number(wanted: Asked) -> bool:
    """Tell whether the words are the pieces of one telephone number."""
    return any(phrase.isdigit() for phrase in wanted.phrases)


def _among(kind: str, spellings: Sequence[str]) -> Q:
    terms = SearchTerm.objects.filter(_begins(spellings), kind=kind)
    return Q(pk__in=terms.values("subject_id"))


def _begins(spellings: Sequence[str]) -> Q:
    condition = Q()
    for spelling in spellings:
        condition |= Q(term__gte=spelling, term__lt=spelling + LAST)
    return condition


def _best(terms: Terms, wanted: Asked, limit: int) -> Best:
    best: Best = {}
    for phrase in wanted.phrases:
        rows = terms.filter(_begins([phrase])).order_by("term", "rank", "subject_id")
        found = rows.values_list("subject_id", "term", "rank")[:ROWS_PER_KIND]
        for subject_id, term, rank in found:
            is_exact = rank == IDENTITY and term == phrase
            best[subject_id] = best.get(subject_id, False) or is_exact
    if len(wanted.words) > 1 and len(best) < limit:
        for subject_id in _holding_all(terms, wanted.words):
            best.setdefault(subject_id, False)
    ordered = sorted(best.items(), key=lambda pair: not pair[1])
    return dict(ordered[: limit * 2])  # some may not be shown any more


def _holding_all(terms: Terms, words: Sequence[Sequence[str]]) -> list[UUID]:
    """Return things that every word finds, in any order of the words.

    The rarest word says where to look. Where all are common, only the first things of one of
    them are looked at.
    """
    rare: set[UUID] | None = None
    common: list[tuple[Sequence[str], set[UUID]]] = []
    for word in sorted(words, key=_rarity, reverse=True):
        ids = _some(terms, word)
        if not ids:
            return []
        if len(ids) > COMMON:
            common.append((word, ids))
        else:
            rare = ids if rare is None else rare & ids
    left = common.pop()[1] if rare is None else rare
    for word, _ in common:
        if not left:
            return []
        held = terms.filter(_begins(word), subject_id__in=left)
        left = set(held.values_list("subject_id", flat=True))
    return sorted(left)[: FINDS_PER_KIND * 2]


def _rarity(word: Sequence[str]) -> tuple[bool, int]:
    return any(letter.isdigit() for letter in word[0]), len(word[0])


def _some(terms: Terms, word: Sequence[str]) -> set[UUID]:
    ids: set[UUID] = set()
    for spelling in word:
        found = terms.filter(_begins([spelling])).values_list("subject_id", flat=True)
        ids.update(found[: COMMON + 1])
    return ids
