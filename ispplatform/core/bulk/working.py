"""The worker's side: a run is planned chunk by chunk and carried out row by row.

Each row is one transaction with its note, so a worker that dies at any moment has done a row or has
not; whoever goes on takes the next one. A run is one worker's at a time by a lease; losing the
lease costs nothing, as a row that is decided is decided for all.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from ispplatform.core.actors import Actor
from ispplatform.core.attention import attention_open
from ispplatform.core.audit import audit
from ispplatform.core.borders import DATABASE_TROUBLE, pass_on
from ispplatform.core.bulk.actors import actor_now
from ispplatform.core.bulk.acts import BULK_ACTS, BulkAct, Done, Terms, missing_sentence
from ispplatform.core.bulk.counting import counts_keep
from ispplatform.core.bulk.pace import paced_until, turn_size
from ispplatform.core.clock import monotonic_seconds, system_now
from ispplatform.core.errors import PlatformError
from ispplatform.core.models.bulk import (
    WORKING_STATES,
    BulkRow,
    BulkRowState,
    BulkRun,
    BulkState,
)
from ispplatform.core.money import Money
from ispplatform.core.subjects import subject_of
from ispplatform.core.switches.installation import installation_is_confirmed
from ispplatform.core.tenancy.context import across_tenants

logger = logging.getLogger(__name__)

STOPPED = "core.bulk_stopped"  # the kind of attention
PLAN_CHUNK = 200  # rows of one write transaction
TURN_ROWS = 10  # rows until the actor's rights and the lease are looked at again
TURN_SECONDS = 20.0  # then others' work goes first
LEASE = timedelta(seconds=60)
REQUEUE = timedelta(seconds=60)
TRIES_MAX = 2  # a row at which workers died so often is left


def bulk_work(run_id: UUID, *, seconds: float = TURN_SECONDS) -> bool:
    """Go on with a run of the tenant for a while; call it outside any transaction.

    Returns:
        Whether there is more to do now; what is paced goes on by the sweep.
    """
    run = _taken(run_id)
    if run is None:
        return False
    ends = monotonic_seconds() + seconds
    wait_until = None
    while run.is_working:
        act = BULK_ACTS.get(run.act)
        if act is None:
            _stop(run, "This release does not know this act.")
        elif run.state == BulkState.PLANNING:
            _plan_on(run, act)
        elif (wait_until := paced_until(run, act)) is not None:
            break
        else:
            _carry_on(run, act)
        if not _renewed(run):
            return False
        if monotonic_seconds() >= ends:
            break
    counts_keep(run)
    _given_back(run, wait_until)
    return run.is_working and wait_until is None


def bulk_runs_take_for_queueing(*, limit: int = 50) -> list[tuple[UUID, UUID]]:
    """Return (tenant id, run id) of runs that nobody is at, and note that a message goes out."""
    if not installation_is_confirmed():
        return []
    now = system_now()
    with across_tenants("the sweep finds bulk runs whose worker or message was lost"):
        waiting = BulkRun.objects.filter(state__in=WORKING_STATES, queue_after__lte=now)
        found = list(waiting.order_by("queue_after").values_list("tenant_id", "pk")[:limit])
        ids = [pk for _, pk in found]
        BulkRun.objects.filter(pk__in=ids).update(queue_after=now + REQUEUE)
    return found


# ------------------------------------------------------------------------------------ the lease


def _taken(run_id: UUID) -> BulkRun | None:
    """Take the run for this worker; None when it is another's, over, or all stands still."""
    if not installation_is_confirmed():
        return None
    now = system_now()
    is_free = Q(lease_until=None) | Q(lease_until__lte=now)
    free = BulkRun.objects.filter(is_free, pk=run_id, state__in=WORKING_STATES)
    if not free.update(lease_until=now + LEASE, queue_after=now + LEASE):
        return None
    return BulkRun.objects.get(pk=run_id)


def _renewed(run: BulkRun) -> bool:
    """Keep the lease and read the run anew; tell whether it is still this worker's."""
    until = system_now() + LEASE
    mine = BulkRun.objects.filter(pk=run.pk, lease_until=run.lease_until)
    if not mine.update(lease_until=until, queue_after=until):
        return False
    run.refresh_from_db()
    return True


def _given_back(run: BulkRun, wait_until: datetime | None) -> None:
    mine = BulkRun.objects.filter(pk=run.pk, lease_until=run.lease_until)
    mine.update(lease_until=None, queue_after=wait_until or system_now())


# ------------------------------------------------------------------------------------- planning


def _plan_on(run: BulkRun, act: BulkAct) -> None:
    """Make the next rows of the plan, or end the planning."""
    begin = run.row_count
    ids = [UUID(one) for one in run.chosen[begin : begin + PLAN_CHUNK]]
    rows = _planned_behind_borders(run, act, ids, begin)
    end = begin + len(ids)
    change: dict[str, Any] = {"row_count": end}
    if end == len(run.chosen):
        is_confirmed = run.confirmed_at is not None
        after = BulkState.RUNNING if is_confirmed else BulkState.PLANNED
        change |= {"chosen": [], "state": after}
    with transaction.atomic():
        mine = BulkRun.objects.filter(pk=run.pk, state=BulkState.PLANNING, row_count=begin)
        if mine.update(**change):
            BulkRow.objects.bulk_create(rows)
            counts_keep(run)


def _planned_behind_borders(
    run: BulkRun, act: BulkAct, ids: list[UUID], begin: int
) -> list[BulkRow]:
    """Plan a chunk; where that fails, each row alone, so that the one at fault is left out."""
    try:
        return _planned_rows(run, act, ids, begin)
    except Exception as error:  # the border
        pass_on(error)
        logger.exception("A chunk of a bulk act cannot be planned; its rows are planned singly.")
    rows = []
    for place, one in enumerate(ids, start=begin):
        try:
            rows += _planned_rows(run, act, [one], place)
        except Exception as error:  # the border
            pass_on(error)
            sentence = f"It cannot be planned ({type(error).__name__})."
            rows.append(
                BulkRow(
                    run=run,
                    position=place,
                    subject_id=one,
                    state=BulkRowState.SKIPPED,
                    sentence=sentence,
                )
            )
    return rows


def _planned_rows(run: BulkRun, act: BulkAct, ids: list[UUID], begin: int) -> list[BulkRow]:
    found = act.read(ids)
    terms = Terms(values=run.values, reason=run.reason)
    memories = _memories(run, ids)
    known = [found[one] for one in ids if one in found]
    if run.undoes_id is not None and act.undo is not None:
        reasons = act.undo.refusals(known, memories)
        stakes: Mapping[UUID, Money] = {}
    else:
        reasons = act.refusals(known, terms)
        stakes = act.stakes(known)
    rows = []
    for place, one in enumerate(ids, start=begin):
        row = found.get(one)
        reason = reasons.get(one, "") if row is not None else missing_sentence()
        money = stakes.get(one)
        rows.append(
            BulkRow(
                run=run,
                position=place,
                subject_id=one,
                subject_label=act.name_of(row)[:200] if row is not None else "",
                customer_id=act.customer_of(row) if row is not None else None,
                state=BulkRowState.SKIPPED if reason else BulkRowState.PLANNED,
                sentence=reason[:500],
                currency=money.currency if money is not None else "",
                money_at_stake=money.amount if money is not None else None,
                memory=memories.get(one, {}),
            )
        )
    return rows


def _memories(run: BulkRun, ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    if run.undoes_id is None:
        return {}
    rows = BulkRow.objects.filter(run=run.undoes_id, subject_id__in=ids)
    return dict(rows.values_list("subject_id", "memory"))


# ----------------------------------------------------------------------------------- carrying out


def _carry_on(run: BulkRun, act: BulkAct) -> None:
    """Decide the next rows as the actor, or end the run."""
    actor = actor_now(run)
    if actor is None or not actor.can(act.permission):
        _stop(run, f"{run.actor_label} may not do this any more; a colleague can let it go on.")
        return
    rows = BulkRow.objects.filter(run=run, state=BulkRowState.PLANNED).order_by("position")
    turn = list(rows[: turn_size(run, act, TURN_ROWS)])
    for row in turn:
        _decide(run, act, actor, row)
    if not turn:
        _finish(run, actor)


def _decide(run: BulkRun, act: BulkAct, actor: Actor, row: BulkRow) -> None:
    """Carry the act out for one row behind a border: whatever happens, the others go on."""
    if row.tries >= TRIES_MAX:
        _note(row, BulkRowState.FAILED, "The work on it ended the worker each time.")
        return
    BulkRow.objects.filter(pk=row.pk).update(tries=row.tries + 1)
    try:
        try:
            _carry_out(run, act, actor, row)
        except DATABASE_TROUBLE as trouble:
            pass_on(trouble)
            _carry_out(run, act, actor, row)
    except PlatformError as error:
        _note(row, BulkRowState.REFUSED, error.message)
    except Exception as error:  # the border
        pass_on(error)
        logger.exception("A row of a bulk act failed and the others go on.")
        _note(row, BulkRowState.FAILED, f"It failed on our side ({type(error).__name__}).")


def _carry_out(run: BulkRun, act: BulkAct, actor: Actor, row: BulkRow) -> None:
    """Do one row and note it, in one transaction; a row that is decided already is left."""
    with transaction.atomic():
        mine = BulkRow.objects.filter(pk=row.pk, state=BulkRowState.PLANNED)
        if not mine.update(state=BulkRowState.DONE, decided_at=system_now()):
            return
        done = _done(run, act, actor, row)
        BulkRow.objects.filter(pk=row.pk).update(
            sentence=done.sentence[:500],
            memory=dict(done.memory) if run.undoes_id is None else row.memory,
        )


def _done(run: BulkRun, act: BulkAct, actor: Actor, row: BulkRow) -> Done:
    found = act.read([row.subject_id]).get(row.subject_id)
    if found is None:
        raise PlatformError(missing_sentence())
    terms = Terms(values=run.values, reason=run.reason)
    if run.undoes_id is not None:
        if act.undo is None:
            raise PlatformError("This release cannot undo it.")
        refused = act.undo.refusals([found], {found.pk: row.memory})
        _refuse(refused.get(found.pk, ""))
        return Done(sentence=act.undo.run(actor, found, row.memory, terms))
    _refuse(act.refusals([found], terms).get(found.pk, ""))
    return act.run(actor, found, terms)


def _refuse(reason: str) -> None:
    if reason:
        raise PlatformError(reason)


def _note(row: BulkRow, state: BulkRowState, sentence: str) -> None:
    rows = BulkRow.objects.filter(pk=row.pk, state=BulkRowState.PLANNED)
    rows.update(state=state, sentence=sentence[:500], decided_at=system_now())


def _finish(run: BulkRun, actor: Actor) -> None:
    with transaction.atomic():
        rows = BulkRun.objects.filter(pk=run.pk, state=BulkState.RUNNING)
        if not rows.update(state=BulkState.FINISHED, finished_at=system_now()):
            return
        counts_keep(run)
        audit(
            "core.bulk_finish",
            actor=actor,
            subject=subject_of(run),
            after={
                "act": run.act,
                "done": run.done_count,
                "left_out": run.skipped_count,
                "refused": run.refused_count,
                "failed": run.failed_count,
            },
        )


def _stop(run: BulkRun, sentence: str) -> None:
    """Stop the run and put it before a person."""
    with transaction.atomic():
        rows = BulkRun.objects.filter(pk=run.pk, state__in=WORKING_STATES)
        state = BulkState.STOPPED if run.confirmed_at is not None else BulkState.DROPPED
        if not rows.update(state=state, trouble=sentence[:500]):
            return
        system = Actor.system("bulk")
        after = {"act": run.act, "state": state, "why": sentence}
        audit("core.bulk_stop", actor=system, subject=subject_of(run), after=after)
        if state == BulkState.STOPPED:
            attention_open(
                kind=STOPPED, subject=subject_of(run), sentence=f"{run.label} stopped: {sentence}"
            )
