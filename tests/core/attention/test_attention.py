"""Rows under *Needs a person*: one per cause, never lost, never closed without a word."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.attention import (
    AttentionKind,
    attention_kinds,
    attention_open,
    attention_resolve,
    attention_settled,
    attention_snooze,
    attention_take,
)
from ispplatform.core.attention.errors import AttentionAlreadyResolved
from ispplatform.core.attention.selectors import attention_items_of_customer, attention_items_open
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput, NotFound, NotPermitted
from ispplatform.core.ids import uuid7
from ispplatform.core.models import AttentionItem, AuditEntry, OutboxEvent
from ispplatform.core.money import Money
from ispplatform.core.subjects import Subject
from ispplatform.core.tenancy.context import tenant_context

KIND = AttentionKind(
    name="test.trouble",
    label="Trouble",
    button="Look",
    url=lambda item: f"/{item.pk}",
    is_urgent=True,
)
CLERK = Actor(
    type=ActorType.USER,
    id="7",
    label="clerk@northwind.example",
    permissions=frozenset({"attention:manage"}),
)


@pytest.fixture(autouse=True)
def declared_kind():
    with attention_kinds.filled(KIND):
        yield


@pytest.fixture
def subject(tenant) -> Subject:
    return Subject(type="billing.payment", id=uuid7(), label="payment 7")


@pytest.fixture
def item(subject) -> AttentionItem:
    return attention_open(
        kind="test.trouble", subject=subject, sentence="A", money=Money(Decimal("9.50"), "EUR")
    )


def test_a_row_tells_its_cause_and_the_money_once(item, subject):
    again = attention_open(kind="test.trouble", subject=subject, sentence="B")
    assert again.pk == item.pk
    row = AttentionItem.objects.get()
    assert (row.sentence, row.money_at_stake, row.currency) == ("B", None, "")
    event = OutboxEvent.objects.get()
    assert (event.name, event.payload["money_at_stake"], event.payload["is_urgent"]) == (
        "core.attention_opened",
        "9.50",
        True,
    )


def test_a_kind_must_be_declared(subject):
    with pytest.raises(ValueError, match=r"test\.nothing"):
        attention_open(kind="test.nothing", subject=subject, sentence="A")
    assert AttentionItem.objects.count() == 0


def test_whoever_takes_it_is_named_and_audited(item):
    attention_take(actor=CLERK, item_id=item.pk)
    item.refresh_from_db()
    assert (item.taken_by, item.taken_by_id) == ("clerk@northwind.example", "7")
    assert item.taken_at is not None
    assert AuditEntry.objects.get().act == "core.attention_take"


def test_a_snoozed_row_hides_and_comes_back(item):
    attention_snooze(actor=CLERK, item_id=item.pk, until=system_now() + timedelta(hours=2))
    assert list(attention_items_open()) == []
    assert list(attention_items_open(with_snoozed=True)) == [item]
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=3)):
        assert list(attention_items_open()) == [item]


def test_nobody_snoozes_into_the_past(item):
    with pytest.raises(InvalidInput):
        attention_snooze(actor=CLERK, item_id=item.pk, until=system_now())
    item.refresh_from_db()
    assert item.snoozed_until is None
    assert AuditEntry.objects.count() == 0


def test_a_resolved_row_is_closed_with_words_and_only_once(item, subject):
    with pytest.raises(InvalidInput):
        attention_resolve(actor=CLERK, item_id=item.pk, resolution="  ")
    attention_resolve(actor=CLERK, item_id=item.pk, resolution="Called the bank.")
    with pytest.raises(AttentionAlreadyResolved):
        attention_take(actor=CLERK, item_id=item.pk)
    item.refresh_from_db()
    assert (item.resolution, item.resolved_by, item.taken_by) == (
        "Called the bank.",
        "clerk@northwind.example",
        "",
    )
    assert AuditEntry.objects.count() == 1
    attention_open(kind="test.trouble", subject=subject, sentence="Again")
    assert AttentionItem.objects.count() == 2


def test_a_row_whose_cause_is_gone_closes_itself(item, subject):
    assert attention_settled(kind="test.trouble", subject=subject, resolution="Paid.")
    assert not attention_settled(kind="test.trouble", subject=subject, resolution="Paid.")
    assert list(attention_items_open()) == []
    item.refresh_from_db()
    assert (item.resolved_by, item.resolution) == ("automation", "Paid.")


def test_it_takes_a_permission(item):
    stranger = Actor(type=ActorType.USER, id="8", label="x")
    with pytest.raises(NotPermitted):
        attention_take(actor=stranger, item_id=item.pk)
    item.refresh_from_db()
    assert item.taken_at is None
    assert AuditEntry.objects.count() == 0


def test_a_customers_page_shows_the_customers_rows_only(subject):
    customer_id = uuid7()
    own = attention_open(
        kind="test.trouble", subject=subject, sentence="A", customer_id=customer_id
    )
    attention_open(
        kind="test.trouble",
        subject=Subject(type="billing.payment", id=uuid7()),
        sentence="B",
        customer_id=uuid7(),
    )
    assert list(attention_items_of_customer(customer_id)) == [own]


def test_another_tenants_row_is_not_found(item, other_tenant):
    with tenant_context(other_tenant.pk), pytest.raises(NotFound):
        attention_take(actor=CLERK, item_id=item.pk)
    item.refresh_from_db()
    assert item.taken_at is None
