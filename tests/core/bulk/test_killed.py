"""A worker that is really killed, by SIGKILL in the middle of a row's transaction."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import connections

from ispplatform.core.actors import Actor
from ispplatform.core.bulk import BULK_ACTS
from ispplatform.core.bulk.services import bulk_confirm
from ispplatform.core.bulk.working import bulk_work
from ispplatform.core.clock import system_now
from ispplatform.core.models import BulkRow, BulkRun, Operation
from tests.core.bulk.conftest import RETRY, planned, replaced, worked

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
AT_THE_ROW = b"!"


def killed_at(run: BulkRun, row: Operation) -> None:
    """Let another process work on the run, and kill it when a row is written and not committed."""
    act = BULK_ACTS.get(RETRY)
    assert act is not None
    told, tells = os.pipe()
    connections.close_all()
    child = os.fork()
    if not child:

        def hangs(actor, found, terms):
            done = act.run(actor, found, terms)
            if found.pk == row.pk:
                os.write(tells, AT_THE_ROW)
                time.sleep(60)
            return done

        try:
            with replaced(replace(act, run=hangs)):
                bulk_work(run.pk)
        finally:
            os._exit(1)
    os.close(tells)
    assert os.read(told, 1) == AT_THE_ROW
    os.kill(child, signal.SIGKILL)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    os.close(told)


def test_what_a_killed_worker_had_not_committed_is_done_by_the_next_one_and_nothing_twice(
    clerk: Actor, failed: Callable[[int], list[Operation]]
) -> None:
    rows = failed(5)
    run = planned(clerk, rows)
    bulk_confirm(actor=clerk, run_id=run.pk)

    killed_at(run, rows[2])

    states = BulkRow.objects.filter(run=run).order_by("position").values_list("state", flat=True)
    assert list(states) == ["done", "done", "planned", "planned", "planned"]
    assert Operation.objects.filter(retry_of__isnull=False).count() == 2
    with time_machine.travel(system_now() + timedelta(seconds=61)):
        worked(run)
    assert (run.state, run.done_count) == ("finished", 5)
    assert Operation.objects.filter(retry_of__isnull=False).count() == 5
