"""What a typed text finds: some index ranges a kind, whatever the size of the company."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from ispplatform.core.actors import Actor
from ispplatform.core.models.search import SearchTerm
from ispplatform.core.search.slots import Found, SearchKind, search_feeds, search_kinds
from ispplatform.core.search.terms import IDENTITY, LAST, Asked, asked

FINDS_PER_KIND = 8
# One thing may be found by several of its words: so many rows are read for the finds of a kind.
ROWS_PER_KIND = 64
# A word that more things share is common: it narrows what the other words find.
COMMON = 1000

# So many things at a time are looked at for the other words.
NARROWED = 100

Best = dict[UUID, bool]


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
        best = _best(_Terms(kind.key, _hidden_feeds(kind.key, actor)), wanted, limit)
        if not best:
            continue
        shown = {one.id: one for one in kind.show(list(best))}
        rows = [Find(kind, shown[key], exact) for key, exact in best.items() if key in shown]
        finds += rows[:limit]
    return finds


def subjects_of(kind: str, text: str, *, actor: Actor, limit: int) -> list[UUID]:
    """Return the ids of what a text finds of one kind, the best first; nothing of it is read.

    Whoever asks may see the list that these lead to; words that only others may see lead nobody.
    """
    wanted = asked(text)
    terms = _Terms(kind, _hidden_feeds(kind, actor))
    found: dict[UUID, None] = {}
    for phrase in wanted.phrases:
        rows = terms.beginning(phrase).order_by("term", "rank", "subject_id")
        found |= dict.fromkeys(rows.values_list("subject_id", flat=True)[: limit * 4])
    if len(wanted.words) > 1 and len(found) < limit:
        found |= dict.fromkeys(_holding_all(terms, wanted.words))
    return list(found)[:limit]


@dataclass(frozen=True, slots=True)
class _Terms:
    """The terms of a kind that somebody may be led by."""

    kind: str
    hidden: Sequence[str]

    def beginning(self, spelling: str) -> QuerySet[SearchTerm]:
        """Return the terms that begin so: one range of an index."""
        return self._seen(
            SearchTerm.objects.filter(kind=self.kind, term__gte=spelling, term__lt=spelling + LAST)
        )

    def of(self, subject_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
        """Return the terms of some things.

        No other condition goes along: a database without statistics would rather read a whole
        range for it than the index of these few things.
        """
        said: dict[UUID, list[str]] = {subject_id: [] for subject_id in subject_ids}
        for subject_id, kind, term in self.rows_of(subject_ids):
            if kind == self.kind:
                said[subject_id].append(term)
        return said

    def rows_of(self, subject_ids: Sequence[UUID]) -> "QuerySet[SearchTerm, Any]":
        """Return (subject id, kind, term) of some things, by an index that holds all three.

        With an index that lacks one of them SQLite would read every term of the company instead.
        """
        rows = self._seen(SearchTerm.objects.filter(subject_id__in=subject_ids))
        return rows.values_list("subject_id", "kind", "term")

    def _seen(self, rows: QuerySet[SearchTerm]) -> QuerySet[SearchTerm]:
        return rows.exclude(feed__in=self.hidden) if self.hidden else rows


def _hidden_feeds(kind: str, actor: Actor) -> list[str]:
    return [
        feed.key
        for feed in search_feeds.items()
        if feed.kind == kind and feed.permission and not actor.can(feed.permission)
    ]


def _is_number(wanted: Asked) -> bool:
    """Tell whether the words may be the pieces of one telephone number."""
    return any(phrase.isdigit() for phrase in wanted.phrases)


def _best(terms: _Terms, wanted: Asked, limit: int) -> Best:
    best: Best = {}
    for phrase in wanted.phrases:
        rows = terms.beginning(phrase).order_by("term", "rank", "subject_id")
        found = rows.values_list("subject_id", "term", "rank")[:ROWS_PER_KIND]
        for subject_id, term, rank in found:
            is_exact = rank == IDENTITY and term == phrase
            best[subject_id] = best.get(subject_id, False) or is_exact
    is_told = len(best) >= limit or (best and _is_number(wanted))
    if len(wanted.words) > 1 and not is_told:
        for subject_id in _holding_all(terms, wanted.words):
            best.setdefault(subject_id, False)
    ordered = sorted(best.items(), key=lambda pair: not pair[1])
    return dict(ordered[: limit * 2])  # some may not be shown any more


def _holding_all(terms: _Terms, words: Sequence[Sequence[str]]) -> list[UUID]:
    """Return things that every word finds, in any order of the words.

    The rarest word says where to look. Where all are common, only the first things of one of
    them are looked at.
    """
    rare: set[UUID] | None = None
    common: list[tuple[Sequence[str], set[UUID]]] = []
    for word in sorted(words, key=_rarity, reverse=True):
        if rare is not None and len(rare) <= NARROWED:
            common.append((word, set()))  # so few are left that each is asked
            continue
        ids = _some(terms, word)
        if not ids:
            return []
        if len(ids) > COMMON:
            common.append((word, ids))
        else:
            rare = ids if rare is None else rare & ids
    left = common.pop()[1] if rare is None else rare
    return _narrowed(terms, sorted(left), [word for word, _ in common])


def _narrowed(
    terms: _Terms, subject_ids: Sequence[UUID], words: Sequence[Sequence[str]]
) -> list[UUID]:
    """Return the first of these things that the other words find as well."""
    found: list[UUID] = []
    for start in range(0, len(subject_ids), NARROWED):
        if len(found) >= FINDS_PER_KIND * 2:
            break
        some = subject_ids[start : start + NARROWED]
        said = terms.of(some) if words else {}
        found += [
            one
            for one in some
            if all(any(term.startswith(tuple(word)) for term in said[one]) for word in words)
        ]
    return found[: FINDS_PER_KIND * 2]


def _rarity(word: Sequence[str]) -> tuple[bool, int]:
    return any(letter.isdigit() for letter in word[0]), len(word[0])


def _some(terms: _Terms, word: Sequence[str]) -> set[UUID]:
    ids: set[UUID] = set()
    for spelling in word:
        found = terms.beginning(spelling).values_list("subject_id", flat=True)
        ids.update(found[: COMMON + 1])
    return ids
