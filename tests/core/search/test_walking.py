"""The walk finds what the words have lost, mends it, and goes on where it was stopped."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from customers.models import Customer
from ispplatform.core.clock import monotonic_seconds, system_now
from ispplatform.core.models import AttentionItem, SearchTerm, SearchWalk
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.search import search, search_round_open, search_walk
from ispplatform.core.search.tasks import search_look_after, walk_search
from ispplatform.core.tenancy.context import tenant_context
from tests.actors import staff
from tests.factories.customers import CustomerFactory

READER = staff("customers:read")
FEED = "customers.customer"


def found(text: str) -> list[str]:
    return [find.found.title for find in search(text, actor=READER)]


def past_the_search(customer: Customer, name: str) -> None:
    """Write a row as no code of the product does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer SET last_name = %s, display_name = %s WHERE id = %s",
            [name, name, customer.pk.hex if connection.vendor == "sqlite" else customer.pk],
        )


def test_the_first_walk_finds_what_an_older_release_has_written(tenant: Tenant):
    CustomerFactory(first_name="Ada", last_name="Lovelace")
    SearchTerm.objects.all().delete()
    assert found("lovelace") == []
    assert search_look_after(tenant) >= 1
    assert found("lovelace") == ["Ada Lovelace"]
    assert search_round_open() == []
    assert not AttentionItem.objects.exists()


def test_what_was_written_past_the_search_is_mended_and_told(tenant: Tenant):
    customer = CustomerFactory(first_name="", last_name="Lovelace")
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=True):
        search_look_after(tenant)
    past_the_search(customer, "Hopper")
    with time_machine.travel(datetime(2026, 3, 3, 1, tzinfo=UTC), tick=True):
        assert search_look_after(tenant) == 1
    assert (found("hopper"), found("lovelace")) == (["Hopper"], [])
    (item,) = AttentionItem.objects.all()
    assert item.kind == "core.search_drift"
    assert "1 of 1 rows of customers.customer" in item.sentence


def test_words_of_a_row_that_is_gone_are_dropped(tenant: Tenant):
    kept, lost = CustomerFactory(), CustomerFactory()
    rows = Customer.objects.filter(pk=lost.pk)
    rows._raw_delete(rows.db)
    search_look_after(tenant)
    sources = set(SearchTerm.objects.filter(feed=FEED).values_list("source_id", flat=True))
    assert sources == {kept.pk}


def test_words_of_a_feed_that_this_release_does_not_have_are_dropped(tenant: Tenant):
    customer = CustomerFactory()
    SearchTerm.objects.create(
        kind="old", feed="old.feed", term="x", rank=0, subject_id=customer.pk, source_id=customer.pk
    )
    search_look_after(tenant)
    assert not SearchTerm.objects.filter(feed="old.feed").exists()


@pytest.mark.parametrize(
    ("later", "is_walked"),
    [
        (timedelta(hours=3), False),  # the same day
        (timedelta(hours=13), False),  # night, but the last round is young
        (timedelta(hours=22), False),  # old enough, but day
        (timedelta(hours=37), True),  # the next night
        (timedelta(hours=49), True),  # the nights were missed
    ],
)
def test_a_round_is_walked_once_a_night(tenant: Tenant, later: timedelta, is_walked: bool):
    tenant.time_zone = "UTC"
    noon = datetime(2026, 3, 1, 13, tzinfo=UTC)
    with time_machine.travel(noon, tick=False):
        search_look_after(tenant)
    with time_machine.travel(noon + later, tick=False):
        search_look_after(tenant)
        begun = SearchWalk.objects.get(feed=FEED).begun_at
        assert begun is not None
        assert (begun == system_now()) is is_walked


class Stopped(Exception):
    """The machine was switched off."""


def stop_within_customers(walk: SearchWalk) -> None:
    if walk.feed == FEED and walk.rows == 500:
        raise Stopped


def test_a_walk_that_was_stopped_goes_on_at_the_same_row(tenant: Tenant):
    Customer.objects.bulk_create(
        [
            Customer(
                customer_number=f"C-{number}",
                last_name=f"Name{number}",
                display_name=f"Name{number}",
                email=f"n{number}@x.example",
            )
            for number in range(501)
        ]
    )
    SearchTerm.objects.all().delete()
    with pytest.raises(Stopped):
        search_walk(tenant, told=stop_within_customers)
    assert (found("name499"), found("name500")) == (["Name499"], [])
    read: list[int] = []

    def note(walk: SearchWalk) -> None:
        if walk.feed == FEED:
            read.append(walk.rows)

    search_walk(tenant, told=note)
    assert read == [501]
    assert found("name500") == ["Name500"]


def test_no_time_means_no_chunk(tenant: Tenant):
    CustomerFactory()
    assert search_walk(tenant, until=monotonic_seconds()) == []
    assert FEED in {feed.key for feed in search_round_open()}


def test_the_duty_walks_every_company(tenant: Tenant, other_tenant: Tenant):
    for one in (tenant, other_tenant):
        with tenant_context(one.pk):
            CustomerFactory(last_name="Lovelace")
            SearchTerm.objects.all().delete()
    walk_search()
    for one in (tenant, other_tenant):
        with tenant_context(one.pk):
            assert len(found("lovelace")) == 1


def test_the_command_rebuilds_one_company_or_all(tenant: Tenant, other_tenant: Tenant):
    CustomerFactory(last_name="Lovelace")
    with tenant_context(other_tenant.pk):
        CustomerFactory(last_name="Lovelace")
    for one in (tenant, other_tenant):
        with tenant_context(one.pk):
            SearchTerm.objects.all().delete()
    out = StringIO()
    call_command("search_rebuild", tenant=tenant.slug, stdout=out)
    assert f"{tenant.slug}: customers.customer: 1 rows, 1 mended" in out.getvalue()
    assert other_tenant.slug + ":" not in out.getvalue()
    assert len(found("lovelace")) == 1
    with tenant_context(other_tenant.pk):
        assert found("lovelace") == []
    call_command("search_rebuild", all_tenants=True, stdout=out)
    with tenant_context(other_tenant.pk):
        assert len(found("lovelace")) == 1


@pytest.mark.parametrize(
    "options", [{}, {"tenant": "nobody"}, {"tenant": "x", "all_tenants": True}]
)
def test_the_command_wants_to_know_whom_it_is_for(tenant: Tenant, options):
    with pytest.raises(CommandError):
        call_command("search_rebuild", **options)
