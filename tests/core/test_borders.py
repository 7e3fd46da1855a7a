"""Borders: what fails on one row, or in one company, stops no other and is seen."""

from decimal import Decimal

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError

from ispplatform.core.attention import AttentionKind, attention_items_open, attention_kinds
from ispplatform.core.borders import DUTY_FAILED, NothingWorked, Stake, alone, each, each_tenant
from ispplatform.core.errors import RuleViolation
from ispplatform.core.ids import uuid7
from ispplatform.core.models import AttentionItem
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.money import Money
from ispplatform.core.subjects import Subject
from ispplatform.core.tenancy.context import current_tenant_id, tenant_context

STUCK = "lamps.lamp_stuck"


@pytest.fixture
def lamps(tenant, monkeypatch):
    monkeypatch.setattr(attention_kinds, "_items", dict(attention_kinds._items))
    attention_kinds.fill(
        AttentionKind(name=STUCK, label="Lamp", button="Open", url=lambda item: "/lamps/")
    )
    return [uuid7() for _ in range(3)]


def stake(lamp_id):
    return Stake(
        subject=Subject(type="lamps.lamp", id=lamp_id, label="Lamp"),
        money=Money(Decimal("12.50"), "EUR"),
    )


class Work:
    """Something to do with each lamp, which fails for those in ``broken``."""

    def __init__(self, **broken):
        self.broken = broken.get("broken", {})
        self.done = []

    def __call__(self, lamp_id):
        if lamp_id in self.broken:
            raise self.broken[lamp_id]
        self.done.append(lamp_id)


def run(lamps, work, **options):
    return each(lamps, work, kind=STUCK, stake=stake, **options)


def test_a_row_that_fails_stops_no_other_and_stands_before_a_person(lamps):
    work = Work(broken={lamps[0]: ZeroDivisionError("no rate")})
    assert run(lamps, work) == 2
    assert work.done == lamps[1:]
    item = attention_items_open().get()
    assert (item.kind, item.subject_id, item.money_at_stake) == (STUCK, lamps[0], 12.5)
    assert item.sentence == "Lamp: ZeroDivisionError: no rate Every run tries again."


def test_a_refusal_is_told_in_its_own_words_and_once(lamps):
    work = Work(broken={lamps[0]: RuleViolation("It is dark.")})
    run(lamps, work)
    run(lamps, work)
    assert AttentionItem.objects.get().sentence == "Lamp: It is dark. Every run tries again."


def test_the_matter_closes_itself_when_a_later_run_gets_it_done(lamps):
    run(lamps, Work(broken={lamps[0]: ZeroDivisionError(), lamps[1]: ZeroDivisionError()}))
    run(lamps, Work(broken={lamps[1]: ZeroDivisionError()}))
    assert attention_items_open().get().subject_id == lamps[1]


def test_the_matter_closes_itself_when_the_row_is_not_due_any_more(lamps):
    run(lamps, Work(broken={lamps[0]: ZeroDivisionError()}))
    run(lamps[1:], Work(), is_all=False)
    assert attention_items_open().count() == 1, "a part of what is due tells nothing of the rest"
    run(lamps[1:], Work())
    assert attention_items_open().count() == 0


def test_the_end_of_the_workers_time_ends_the_run_and_is_nobodys_failure(lamps):
    work = Work(broken={lamps[1]: SoftTimeLimitExceeded()})
    with pytest.raises(SoftTimeLimitExceeded):
        run(lamps, work)
    assert work.done == lamps[:1]
    assert not AttentionItem.objects.exists()


def test_a_lock_is_tried_once_more_before_it_counts(tenant):
    tries, failures = [], []

    def locked():
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("database is locked")
        return "done"

    assert alone(locked, failed=failures.append, otherwise="failed") == "done"
    assert failures == []


def test_a_failure_that_cannot_be_noted_stops_no_other(lamps):
    work = Work(broken={lamps[0]: ZeroDivisionError()})

    def breaks(lamp_id):
        raise LookupError(lamp_id)

    assert each(lamps, work, kind=STUCK, stake=breaks) == 2


def test_a_company_where_a_job_fails_starves_no_other(tenant, other_tenant):
    first, second = Tenant.objects.order_by("pk")
    seen = []

    def job(company):
        if company == first and not seen[2:]:
            raise ZeroDivisionError("no rate")
        assert current_tenant_id() == company.pk
        seen.append(company)
        return 5

    other = seen.append
    assert each_tenant([first, second], {"lamps.job": job, "lamps.other": other}) == 5
    assert seen == [first, second, second]
    with tenant_context(first.pk):
        item = attention_items_open().get()
        assert (item.kind, item.subject_label) == (DUTY_FAILED, "lamps.job")
        assert "ZeroDivisionError: no rate" in item.sentence
    with tenant_context(second.pk):
        assert not AttentionItem.objects.exists()
    assert each_tenant([first, second], {"lamps.job": job}) == 10
    with tenant_context(first.pk):
        assert not attention_items_open().exists()


def test_a_job_that_fails_in_every_company_is_not_done(tenant):
    done = []

    def fails(company):
        raise ZeroDivisionError("no rate")

    with pytest.raises(NothingWorked, match=r"lamps\.job: ZeroDivisionError: no rate"):
        each_tenant([tenant], {"lamps.job": fails, "lamps.other": done.append})
    assert done == [tenant], "the other job was done before"


def test_the_end_of_the_workers_time_passes_the_border_of_a_company(tenant):
    def late(company):
        raise SoftTimeLimitExceeded

    with pytest.raises(SoftTimeLimitExceeded):
        each_tenant([tenant], {"lamps.job": late})
    assert not AttentionItem.objects.exists()
