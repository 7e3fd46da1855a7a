"""Whatever writes a row that can be found takes its words along: proved for each such table."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import models, transaction

from billing.models import GatewayCustomer
from customers.models import Customer
from ispplatform.core.ids import uuid7
from ispplatform.core.models import SearchTerm
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.search import (
    SearchFeed,
    search_feeds,
    search_kinds,
    search_round_begin,
    search_walk,
)
from ispplatform.core.search.writing import words_of, words_stored
from tests.meta.stock import Owned, stocked

# What a second row of a table must have of its own, beside the texts that its constraints name.
OWN: dict[str, dict[str, Any]] = {
    "accounts.portalaccount": {"customer_id": uuid7},
    "billing.paymentmethod": {"is_default": bool},
    "billing.gatewaycustomer": {"customer_id": uuid7},
    "sales.order": {"cart_id": lambda: None, "proforma_id": lambda: None},
}


@pytest.fixture
def owned(tenant: Tenant) -> Owned:
    (one,) = stocked(tenant, "quendel")
    one.rows[GatewayCustomer] = GatewayCustomer.objects.get(customer=one.customer)
    return one


def assert_is_kept(feed: SearchFeed, row: Any) -> None:
    """The words kept of a row are those that it says now, as it lies in the database."""
    fresh = feed.model._base_manager.get(pk=row.pk)
    said = words_of(feed, fresh)
    assert said, feed.key
    assert words_stored(feed, fresh.tenant_id, [fresh.pk])[fresh.pk] == said, feed.key


def text_field(feed: SearchFeed) -> str:
    """The first text that the feed reads."""
    return next(
        name
        for name in feed.fields
        if isinstance(feed.model._meta.get_field(name), models.CharField)
    )


def another(text: str) -> str:
    """Another text of the same length."""
    turned = text[::-1]
    return turned if turned != text else chr(ord(text[0]) + 1) + text[1:]


def second(feed: SearchFeed, row: Any) -> Any:
    """A copy of a row that may stand beside it."""
    copy = feed.model._base_manager.get(pk=row.pk)
    copy.pk = uuid7()
    copy._state.adding = True
    unique = {name for rule in feed.model._meta.constraints for name in getattr(rule, "fields", ())}
    for name in {*unique, text_field(feed)}:
        if isinstance(feed.model._meta.get_field(name), models.CharField):
            setattr(copy, name, another(getattr(copy, name) or "quendel"))
    for name, make in OWN.get(feed.key, {}).items():
        setattr(copy, name, make())
    return copy


def each_feed(owned: Owned) -> Iterator[tuple[SearchFeed, Any]]:
    for feed in search_feeds.items():
        yield feed, owned.rows[feed.model]


def test_services_leave_no_row_without_its_words(owned: Owned):
    for feed in search_feeds.items():
        rows = list(feed.model._base_manager.all())
        assert rows, feed.key
        for row in rows:
            kept = words_stored(feed, row.tenant_id, [row.pk])[row.pk]
            assert kept == words_of(feed, row), feed.key
    search_round_begin()
    assert {walked.walk.feed: walked.walk.mended for walked in search_walk(owned.tenant)} == {
        feed.key: 0 for feed in search_feeds.items()
    }


@pytest.mark.parametrize("way", ["save", "save of fields", "update", "bulk_update"])
def test_the_words_follow_each_way_of_changing_a_row(owned: Owned, way: str):
    for feed, row in each_feed(owned):
        name = text_field(feed)
        changed = feed.model._base_manager.get(pk=row.pk)
        before = words_of(feed, changed)
        value = another(getattr(changed, name) or "quendel")
        setattr(changed, name, value)
        rows = feed.model._base_manager.filter(pk=row.pk)
        if way == "save":
            changed.save()
        elif way == "save of fields":
            changed.save(update_fields=[name])
        elif way == "update":
            rows.update(**{name: value})
        else:
            rows.bulk_update([changed], [name])
        assert words_of(feed, changed) != before, feed.key
        assert_is_kept(feed, changed)


@pytest.mark.parametrize("way", ["save", "bulk_create"])
def test_new_rows_come_with_their_words_and_deleted_ones_take_them_along(owned: Owned, way: str):
    for feed, row in each_feed(owned):
        copy = second(feed, row)
        if feed.key == "billing.gatewaycustomer":
            copy.customer_id = Customer.objects.create(
                customer_number="CUST-999999", last_name="Other", email="o@x.example"
            ).pk
        if way == "save":
            copy.save(force_insert=True)
        else:
            feed.model._base_manager.bulk_create([copy])
        assert_is_kept(feed, copy)
        gone = copy.pk
        if way == "save":
            copy.delete()
        else:
            feed.model._base_manager.filter(pk=gone).delete()
        assert not SearchTerm.objects.filter(source_id=gone).exists(), feed.key


def test_what_is_rolled_back_leaves_the_words_as_they_were(owned: Owned):
    for feed, row in each_feed(owned):
        before = words_stored(feed, row.tenant_id, [row.pk])
        with transaction.atomic():
            feed.model._base_manager.filter(pk=row.pk).update(**{text_field(feed): "zzz"})
            assert words_stored(feed, row.tenant_id, [row.pk]) != before, feed.key
            transaction.set_rollback(True)
        assert words_stored(feed, row.tenant_id, [row.pk]) == before, feed.key


def test_every_feed_feeds_a_kind_and_every_kind_shows_its_finds_in_one_query(
    owned: Owned, django_assert_max_num_queries
):
    fed = {feed.kind for feed in search_feeds.items()}
    assert fed == {kind.key for kind in search_kinds.items()}
    for kind in search_kinds.items():
        ids = set(SearchTerm.objects.filter(kind=kind.key).values_list("subject_id", flat=True))
        with django_assert_max_num_queries(1):
            shown = list(kind.show(ids))
        assert {one.id for one in shown} == ids, kind.key
        assert all(one.title and one.url for one in shown), kind.key


def test_the_fields_that_a_feed_names_are_all_that_it_reads(owned: Owned):
    """Else a change of another field would pass the words by."""
    for feed, row in each_feed(owned):
        only = feed.model._base_manager.only("pk", "tenant_id", *feed.columns).get(pk=row.pk)
        deferred = only.get_deferred_fields()
        words_of(feed, only)
        assert only.get_deferred_fields() == deferred, feed.key
