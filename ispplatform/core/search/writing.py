"""The words follow their rows, in the transaction that writes these, whichever way it does."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.signals import post_delete, post_save

from ispplatform.core.models.search import SearchTerm
from ispplatform.core.search.slots import SearchFeed, search_feeds
from ispplatform.core.tenancy.watching import watch_bulk

BATCH = 500
# What one row says: by word, what is found by it and how well.
Words = dict[str, tuple[UUID, int]]


def feed_search(feed: SearchFeed) -> None:
    """Declare a feed; from now on its rows take their words with them.

    Raises:
        ValueError: the model has a feed.
    """
    search_feeds.fill(feed)
    follower = _Follower(feed)
    label = f"search.{feed.key}"
    post_save.connect(follower.saved, sender=feed.model, dispatch_uid=label, weak=False)
    post_delete.connect(follower.deleted, sender=feed.model, dispatch_uid=label, weak=False)
    watch_bulk(feed.model, follower)


class _Follower:
    """Writes the words of a feed's rows; told by signals and by querysets."""

    def __init__(self, feed: SearchFeed) -> None:
        self.feed = feed

    def saved(
        self, instance: Any, created: bool, update_fields: Collection[str] | None, **_: Any
    ) -> None:
        """Follow one row."""
        if created:
            self.created([instance])
        elif update_fields is None or self.touches(update_fields):
            words_follow(self.feed, [instance])

    def deleted(self, instance: Any, **_: Any) -> None:
        """Forget one row."""
        terms_forget(stored_terms(self.feed, instance.tenant_id).filter(source_id=instance.pk))

    def touches(self, names: Collection[str]) -> bool:
        """Tell whether a change of these fields changes words."""
        return not self.feed.columns.isdisjoint(names)

    def created(self, rows: Sequence[Any]) -> None:
        """Write the words of new rows."""
        words_write(self.feed, {row: words_of(self.feed, row) for row in rows})

    def updated(self, ids: Sequence[UUID]) -> None:
        """Read rows anew that a statement has changed, and follow them."""
        for some in chunks(ids):
            words_follow(self.feed, list(source_rows(self.feed).filter(pk__in=some)))


def source_rows(feed: SearchFeed) -> QuerySet[Any]:
    """Return the rows of a feed, with no more than their words need."""
    rows: QuerySet[Any] = feed.model._base_manager.only("pk", "tenant_id", *feed.columns)
    return rows.order_by()


def stored_terms(feed: SearchFeed, tenant_id: UUID) -> QuerySet[Any]:
    """Return what is kept of a feed's rows, by the index that begins with the tenant."""
    terms: QuerySet[Any] = SearchTerm.objects.filter(tenant_id=tenant_id, feed=feed.key)
    return terms


def terms_forget(terms: QuerySet[Any]) -> None:
    """Delete terms by one statement: nothing points at one."""
    terms._raw_delete(terms.db)


def words_of(feed: SearchFeed, row: Any) -> Words:
    """Return the words that a row gives."""
    subject_id = row.pk if feed.subject == "pk" else getattr(row, feed.subject)
    return {term.text: (subject_id, term.rank) for term in feed.terms(row)}


def words_stored(
    feed: SearchFeed, tenant_id: UUID, source_ids: Collection[UUID]
) -> dict[UUID, Words]:
    """Return the words that are kept of rows."""
    found: dict[UUID, Words] = defaultdict(dict)
    values = stored_terms(feed, tenant_id).filter(source_id__in=source_ids)
    for source_id, term, kind, subject_id, rank in values.values_list(
        "source_id", "term", "kind", "subject_id", "rank"
    ):
        # What is kept under another kind is wrong whatever it says.
        found[source_id][term] = (subject_id, rank if kind == feed.kind else -1)
    return found


def words_follow(feed: SearchFeed, rows: Sequence[Any]) -> int:
    """Make what is kept of rows what they say; return how many rows differed."""
    by_tenant: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        by_tenant[row.tenant_id].append(row)
    differed = 0
    for tenant_id, own in by_tenant.items():
        kept = words_stored(feed, tenant_id, [row.pk for row in own])
        changed = {row: words for row in own if (words := words_of(feed, row)) != kept[row.pk]}
        gone = [row.pk for row in changed if kept[row.pk]]
        if gone:
            terms_forget(stored_terms(feed, tenant_id).filter(source_id__in=gone))
        words_write(feed, changed)
        differed += len(changed)
    return differed


def words_write(feed: SearchFeed, words: Mapping[Any, Words]) -> None:
    """Keep the words of rows of which nothing is kept."""
    SearchTerm.objects.bulk_create(
        [
            SearchTerm(
                tenant_id=row.tenant_id,
                kind=feed.kind,
                subject_id=subject_id,
                feed=feed.key,
                source_id=row.pk,
                term=term,
                rank=rank,
            )
            for row, said in words.items()
            for term, (subject_id, rank) in said.items()
        ],
        batch_size=BATCH,
    )


def chunks(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """Return ids in pieces that one statement takes."""
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
