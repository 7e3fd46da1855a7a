"""The walk: compares each row with the words kept of it, and mends what differs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from ispplatform.core.clock import monotonic_seconds, system_now
from ispplatform.core.models.search import SearchTerm, SearchWalk
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.search.slots import SearchFeed, search_feeds
from ispplatform.core.search.writing import (
    BATCH,
    source_rows,
    stored_terms,
    terms_forget,
    words_follow,
    words_of,
    words_stored,
)

Told = Callable[[SearchWalk], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Walked:
    """A walk that came to its end.

    ``is_drift``: it mended what an earlier walk of the same feed had left in order.
    """

    walk: SearchWalk
    is_drift: bool


def search_round_begin() -> None:
    """Have every feed of the tenant in force walked over from its first row."""
    for feed in search_feeds.items():
        _begin(SearchWalk.objects.get_or_create(feed=feed.key)[0])


def search_round_begun_at() -> datetime | None:
    """Return when the last round was begun; None when there was none yet."""
    begun: datetime | None = SearchWalk.objects.aggregate(at=Max("begun_at"))["at"]
    return begun


def search_round_open() -> list[SearchFeed]:
    """Return the feeds that are still to be walked over, those of a new release among them."""
    walks = {walk.feed: walk for walk in SearchWalk.objects.all()}
    return [feed for feed in search_feeds.items() if _is_open(feed, walks.get(feed.key))]


def search_walk(
    tenant: Tenant, *, until: float | None = None, told: Told | None = None
) -> list[Walked]:
    """Walk over what is still open of the tenant in force, from where the last walk stopped.

    Each chunk is kept by itself: a walk that ends early goes on at the same place.

    Args:
        until: the reading of ``monotonic_seconds`` after which no chunk is begun; None walks to
            the end.
        told: called after each chunk.

    Returns:
        The walks that came to their end.
    """
    ended: list[Walked] = []
    for feed in search_round_open():
        walk, is_new = SearchWalk.objects.get_or_create(feed=feed.key)
        is_known = walk.version == feed.version
        if is_new or (walk.after_id is None and not is_known):
            _begin(walk)
        is_over = False
        while not is_over and (until is None or monotonic_seconds() < until):
            is_over = _step(feed, walk, tenant)
            if told is not None:
                told(walk)
        if is_over:
            ended.append(Walked(walk=walk, is_drift=is_known and walk.mended > 0))
    if not search_round_open():
        _forget_unknown(tenant)
    return ended


def _is_open(feed: SearchFeed, walk: SearchWalk | None) -> bool:
    if walk is None or walk.version != feed.version or walk.finished_at is None:
        return True
    return walk.begun_at is not None and walk.finished_at < walk.begun_at


def _begin(walk: SearchWalk) -> None:
    walk.after_id, walk.begun_at, walk.rows, walk.mended = None, system_now(), 0, 0
    walk.save()


def _step(feed: SearchFeed, walk: SearchWalk, tenant: Tenant) -> bool:
    """Compare the next rows; return whether they were the last ones."""
    query = source_rows(feed).order_by("pk")
    if walk.after_id is not None:
        query = query.filter(pk__gt=walk.after_id)
    rows = list(query[:BATCH])
    is_over = len(rows) < BATCH
    orphans = _orphans(feed, walk, rows, tenant, is_over=is_over)
    kept = words_stored(feed, tenant.pk, [row.pk for row in rows])
    wrong = [row.pk for row in rows if words_of(feed, row) != kept[row.pk]]
    if wrong or orphans:
        walk.mended += _mended(feed, tenant, wrong, orphans)
    walk.rows += len(rows)
    walk.after_id = None if is_over else rows[-1].pk
    if is_over:
        walk.finished_at, walk.version = system_now(), feed.version
    walk.save()
    return is_over


def _orphans(
    feed: SearchFeed, walk: SearchWalk, rows: Sequence[Any], tenant: Tenant, *, is_over: bool
) -> set[UUID]:
    """Return the rows of this stretch that words are kept of and that are not there."""
    stretch = stored_terms(feed, tenant.pk)
    if walk.after_id is not None:
        stretch = stretch.filter(source_id__gt=walk.after_id)
    if not is_over:
        stretch = stretch.filter(source_id__lte=rows[-1].pk)
    ids = stretch.order_by().values_list("source_id", flat=True).distinct()
    return set(ids) - {row.pk for row in rows}


def _mended(feed: SearchFeed, tenant: Tenant, wrong: Sequence[UUID], orphans: set[UUID]) -> int:
    """Look again, behind the rows' locks: somebody may be writing them; mend what still differs."""
    with transaction.atomic():
        wanted = [*wrong, *orphans]
        rows = list(source_rows(feed).select_for_update().filter(pk__in=wanted))
        gone = orphans - {row.pk for row in rows}
        if gone:
            terms_forget(stored_terms(feed, tenant.pk).filter(source_id__in=gone))
        return words_follow(feed, rows) + len(gone)


def _forget_unknown(tenant: Tenant) -> None:
    """Drop the words of feeds that this release does not know."""
    known = [feed.key for feed in search_feeds.items()]
    terms_forget(SearchTerm.objects.filter(tenant_id=tenant.pk).exclude(feed__in=known))
    SearchWalk.objects.exclude(feed__in=known).delete()
