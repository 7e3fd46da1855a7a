"""What leaves the house in bulk goes at the pace that the company set."""

from datetime import timedelta

import pytest
import time_machine

from ispplatform.core.bulk.services import bulk_confirm
from ispplatform.core.bulk.working import bulk_runs_take_for_queueing, bulk_work
from ispplatform.core.clock import system_now
from ispplatform.core.models import BulkRow, BulkRun, Tenant
from ispplatform.core.tenancy.services import tenant_settings_change
from notifications.choices import MailState
from notifications.models import Mail
from tests.bulk import SYSTEM, planned, told

SEND = "notifications.mails_send"


@pytest.fixture
def five(tenant: Tenant) -> list[Mail]:
    tenant_settings_change(
        actor=SYSTEM, tenant_id=tenant.pk, values={"notifications.bulk_mails_a_minute": 2}
    )
    return [
        Mail.objects.create(
            kind="test.mail",
            subject=f"Mail {number}",
            to_email="ada@customer.example",
            from_email="office@northwind.example",
            state=MailState.SENT,
        )
        for number in range(5)
    ]


def done_of(run: BulkRun) -> int:
    return BulkRow.objects.filter(run=run, state="done").count()


def test_mails_leave_so_many_a_minute_and_the_sweep_goes_on(five) -> None:
    run = planned(SEND, five)
    bulk_confirm(actor=SYSTEM, run_id=run.pk)
    at = system_now()
    with time_machine.travel(at, tick=False):
        assert bulk_work(run.pk) is False, "the worker goes, and does not wait"
        assert done_of(run) == 2
        assert bulk_work(run.pk) is False
        assert done_of(run) == 2
        assert bulk_runs_take_for_queueing() == []
    for minute, done in ((1, 4), (2, 5)):
        with time_machine.travel(at + timedelta(seconds=61 * minute), tick=False):
            assert bulk_runs_take_for_queueing() == [(run.tenant_id, run.pk)]
            bulk_work(run.pk)
            assert done_of(run) == done
    run.refresh_from_db()
    assert run.state == "finished"
    assert Mail.objects.filter(repeat_of__isnull=False).count() == 5


def test_what_is_left_out_costs_no_time(five) -> None:
    Mail.objects.filter(pk__in=[mail.pk for mail in five[:3]]).update(state=MailState.QUEUED)
    run = planned(SEND, five)
    assert [sentence for _, sentence in told(run)] == ["It is on its way."] * 3 + [""] * 2
    bulk_confirm(actor=SYSTEM, run_id=run.pk)
    bulk_work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.done_count, run.skipped_count) == ("finished", 2, 3)
