"""Bulk acts as tests of the apps use them: planned, confirmed, carried out, taken back."""

from collections.abc import Mapping, Sequence
from typing import Any

from ispplatform.core.actors import Actor
from ispplatform.core.bulk import BULK_ACTS
from ispplatform.core.bulk.services import bulk_choose, bulk_confirm, bulk_undo
from ispplatform.core.bulk.working import bulk_work
from ispplatform.core.models import BulkRun

SYSTEM = Actor.system("tests")


def planned(name: str, rows: Sequence[Any], values: Mapping[str, Any] | None = None) -> BulkRun:
    """Return the plan of an act over these rows."""
    act = BULK_ACTS.get(name)
    assert act is not None
    run = bulk_choose(
        actor=SYSTEM, act=act, ids=[row.pk for row in rows], values=dict(values or {})
    )
    return worked(run)


def done(run: BulkRun, reason: str = "asked for") -> BulkRun:
    """Confirm a plan and let a worker carry it out."""
    bulk_confirm(actor=SYSTEM, run_id=run.pk, reason=reason)
    return worked(run)


def undone(run: BulkRun, reason: str = "a mistake") -> BulkRun:
    """Take a run back, and return the run that did it."""
    return done(worked(bulk_undo(actor=SYSTEM, run_id=run.pk)), reason)


def told(run: BulkRun) -> list[tuple[str, str]]:
    """Return state and sentence of each row."""
    return list(run.rows.order_by("position").values_list("state", "sentence"))


def worked(run: BulkRun) -> BulkRun:
    """Let a worker do all there is to do, and return the run as it is then."""
    while bulk_work(run.pk):
        pass
    run.refresh_from_db()
    return run
