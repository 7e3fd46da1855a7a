"""Urgent matters are mailed one by one until there are many; none waits over ten minutes."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from ispplatform.core.attention import (
    AttentionKind,
    attention_kinds,
    attention_open,
    attention_resolve,
)
from ispplatform.core.attention.digest import attention_digest
from ispplatform.core.attention.gathering import MAILED_AT_ONCE, attention_gather
from ispplatform.core.ids import uuid7
from ispplatform.core.models import AttentionItem, OutboxEvent, Tenant
from ispplatform.core.subjects import Subject
from ispplatform.core.tenancy.services import tenant_settings_change
from tests.house import SYSTEM

LOUD = AttentionKind(
    name="test.loud", label="Loud", button="Look", url=lambda item: "/", is_urgent=True
)
START = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
MANY = MAILED_AT_ONCE.default


@pytest.fixture(autouse=True)
def declared_kinds():
    with attention_kinds.filled(LOUD):
        yield


def opened(count: int, *, minute: float) -> list[AttentionItem]:
    with time_machine.travel(START + timedelta(minutes=minute), tick=False):
        return [
            attention_open(
                kind="test.loud",
                subject=Subject(type="billing.payment", id=uuid7(), label="payment 7"),
                sentence="It is refused.",
            )
            for _ in range(count)
        ]


def gathered(tenant: Tenant, *, minute: float) -> int:
    with time_machine.travel(START + timedelta(minutes=minute), tick=False):
        return attention_gather(tenant)


def told_one_by_one() -> int:
    events = OutboxEvent.objects.filter(name="core.attention_opened")
    return sum(event.payload["is_told"] for event in events)


def test_the_eleventh_within_ten_minutes_waits_for_those_that_follow(tenant):
    opened(MANY, minute=0)
    late = [*opened(1, minute=1), *opened(40, minute=5)]
    assert told_one_by_one() == MANY
    assert gathered(tenant, minute=10.9) == 0
    assert gathered(tenant, minute=11) == len(late)
    assert gathered(tenant, minute=12) == 0
    event = OutboxEvent.objects.get(name="core.attention_gathered")
    assert event.payload == {
        "item_ids": [str(row.pk) for row in late[:20]],
        "count": len(late),
        "waiting_count": MANY + len(late),
    }
    assert not AttentionItem.objects.filter(told_at=None).exists()


def test_while_some_wait_nobody_is_told_before_them(tenant):
    """Matters that trickle in do not put off the mail of those that wait."""
    opened(MANY, minute=0)
    opened(1, minute=9)
    opened(1, minute=11)
    assert told_one_by_one() == MANY
    assert gathered(tenant, minute=19) == 2


def test_after_a_quiet_time_each_is_mailed_by_itself_again(tenant):
    opened(MANY + 1, minute=0)
    assert gathered(tenant, minute=10) == 1
    opened(1, minute=40)
    assert told_one_by_one() == MANY + 1


def test_what_was_settled_while_it_waited_is_not_told(tenant):
    opened(MANY, minute=0)
    (late,) = opened(1, minute=1)
    attention_resolve(actor=SYSTEM, item_id=late.pk, resolution="Done by hand.")
    assert gathered(tenant, minute=11) == 0


def test_a_company_says_how_many_come_one_by_one(tenant):
    tenant_settings_change(actor=SYSTEM, tenant_id=tenant.pk, values={MAILED_AT_ONCE.key: 1})
    opened(3, minute=0)
    assert told_one_by_one() == 1
    assert gathered(tenant, minute=10) == 2


def test_the_digest_of_the_morning_leaves_them_alone(tenant):
    opened(MANY + 1, minute=0)
    with time_machine.travel(START + timedelta(days=1), tick=False):
        assert attention_digest(tenant) == 0
