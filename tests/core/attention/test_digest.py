"""The morning's digest: whoever was not told at once is told at 08:30, and once."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from ispplatform.core.attention import AttentionKind, attention_kinds, attention_open
from ispplatform.core.attention.digest import attention_digest
from ispplatform.core.ids import uuid7
from ispplatform.core.models import AttentionItem, OutboxEvent, Tenant
from ispplatform.core.subjects import Subject
from ispplatform.core.tenancy.context import tenant_context

QUIET = AttentionKind(name="test.quiet", label="Quiet", button="Look", url=lambda item: "/")
LOUD = AttentionKind(
    name="test.loud", label="Loud", button="Look", url=lambda item: "/", is_urgent=True
)
# In Berlin it is summer time: 08:30 is 06:30 UTC.
EVENING = datetime(2026, 7, 1, 16, 0, tzinfo=UTC)
TOO_EARLY = datetime(2026, 7, 2, 6, 29, tzinfo=UTC)
MORNING = datetime(2026, 7, 2, 6, 31, tzinfo=UTC)
NEXT_MORNING = MORNING + timedelta(days=1)


@pytest.fixture(autouse=True)
def declared_kinds():
    with attention_kinds.filled(QUIET, LOUD):
        yield


@pytest.fixture
def company(tenant: Tenant) -> Tenant:
    Tenant.objects.filter(pk=tenant.pk).update(time_zone="Europe/Berlin")
    tenant.refresh_from_db()
    return tenant


def opened(kind: str, at: datetime, sentence: str = "It stands.") -> AttentionItem:
    with time_machine.travel(at, tick=False):
        subject = Subject(type="billing.payment", id=uuid7(), label="payment 7")
        return attention_open(kind=kind, subject=subject, sentence=sentence)


def digested(tenant: Tenant, at: datetime) -> int:
    with time_machine.travel(at, tick=False):
        return attention_digest(tenant)


def test_what_was_not_mailed_at_once_is_told_in_the_morning_and_once(company):
    row = opened("test.quiet", EVENING)
    assert digested(company, TOO_EARLY) == 0
    assert digested(company, MORNING) == 1
    assert digested(company, MORNING + timedelta(minutes=1)) == 0
    assert digested(company, NEXT_MORNING) == 0
    event = OutboxEvent.objects.get(name="core.attention_digest_due")
    assert event.payload == {"item_ids": [str(row.pk)], "count": 1, "waiting_count": 1}
    row.refresh_from_db()
    assert row.told_at == MORNING


def test_what_was_mailed_at_once_is_not_told_again(company):
    row = opened("test.loud", EVENING)
    assert row.told_at == EVENING
    AttentionItem.objects.update(told_at=None)  # as rows are that are older than the digest
    assert digested(company, MORNING) == 0
    assert not OutboxEvent.objects.filter(name="core.attention_digest_due").exists()


def test_what_is_opened_after_the_digest_waits_for_the_next(company):
    opened("test.quiet", MORNING + timedelta(minutes=5))
    assert digested(company, MORNING + timedelta(hours=9)) == 0
    assert digested(company, NEXT_MORNING) == 1


def test_what_is_put_aside_is_told_when_it_is_back(company):
    row = opened("test.quiet", EVENING)
    AttentionItem.objects.filter(pk=row.pk).update(snoozed_until=MORNING + timedelta(hours=2))
    assert digested(company, MORNING) == 0
    assert digested(company, NEXT_MORNING) == 1


def test_what_is_settled_is_not_told(company):
    row = opened("test.quiet", EVENING)
    AttentionItem.objects.filter(pk=row.pk).update(resolved_at=EVENING, resolution="Done.")
    assert digested(company, MORNING) == 0


def test_a_company_is_told_of_its_own_rows_only(company, other_tenant):
    with tenant_context(other_tenant.pk):
        opened("test.quiet", EVENING)
    assert digested(company, MORNING) == 0
    with tenant_context(other_tenant.pk):
        assert digested(other_tenant, MORNING) == 1
