"""Decisions about bulk acts: choose, fill in, confirm, stop, go on, end, drop, undo."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from ispplatform.core.actors import Actor
from ispplatform.core.attention import attention_settled
from ispplatform.core.audit import audit
from ispplatform.core.bulk.actors import actor_kept, require_lasting
from ispplatform.core.bulk.acts import BULK_ACTS, BulkAct
from ispplatform.core.bulk.counting import counts_keep
from ispplatform.core.bulk.errors import BulkNotPossible, BulkPlanTooOld, BulkTooLarge
from ispplatform.core.bulk.selectors import bulk_counts, bulk_money, bulk_run_by_id
from ispplatform.core.bulk.tasks import run_bulk
from ispplatform.core.bulk.working import STOPPED
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput
from ispplatform.core.models.bulk import (
    BEFORE_STATES,
    BulkRow,
    BulkRowState,
    BulkRun,
    BulkState,
)
from ispplatform.core.subjects import subject_of
from ispplatform.core.tasks import enqueue_on_commit

ROWS_MAX = 10_000
PLAN_GOOD_FOR = timedelta(hours=24)
REASON_CHARACTERS = 500


def bulk_choose(
    *,
    actor: Actor,
    act: BulkAct,
    ids: Sequence[UUID],
    selection: str = "",
    values: Mapping[str, Any] | None = None,
) -> BulkRun:
    """Fix a selection; its plan is made by ``bulk_work``, here or in the background.

    Args:
        ids: keys of rows; what is not the tenant's is not there, and the plan says so.
        selection: how the rows were chosen, in words.
        values: what the act's form was filled with; None where it is still to be asked.

    Raises:
        NotPermitted: the act's own permission is missing, or nobody could act for the actor later.
        InvalidInput: no rows.
        BulkTooLarge: more rows than a run takes.
    """
    actor.require(act.permission)
    require_lasting(actor)
    chosen = _chosen(ids)
    is_asked = act.form is not None and values is None
    with transaction.atomic():
        run = BulkRun.objects.create(
            act=act.name,
            subject_type=act.model,
            label=act.titled(values or {})[:200] if not is_asked else str(act.label)[:200],
            selection=selection[:500],
            chosen=chosen,
            values=dict(values or {}),
            state=BulkState.CHOSEN if is_asked else BulkState.PLANNING,
            **actor_kept(actor),
            planned_by=actor.label[:200],
        )
        if not is_asked:
            enqueue_on_commit(run_bulk, run.tenant_id, run.pk)
    return run


def bulk_start(
    *,
    actor: Actor,
    act: BulkAct,
    ids: Sequence[UUID],
    values: Mapping[str, Any],
    reason: str = "",
    selection: str = "",
) -> BulkRun:
    """Fix a selection and confirm it at once: it is planned and carried out in the background.

    Raises:
        NotPermitted, InvalidInput, BulkTooLarge.
    """
    _need_reason(act, reason)
    with transaction.atomic():
        run = bulk_choose(actor=actor, act=act, ids=ids, selection=selection, values=values)
        run.confirmed_at, run.confirmed_by = system_now(), actor.label[:200]
        run.reason = reason.strip()[:REASON_CHARACTERS]
        run.save(update_fields=["confirmed_at", "confirmed_by", "reason"])
        _audited("core.bulk_confirm", actor, run, reason=run.reason, rows=len(run.chosen))
    return run


def bulk_fill(*, actor: Actor, run_id: UUID, values: Mapping[str, Any]) -> BulkRun:
    """Give what the act's form asks, so that the plan can be made.

    Raises:
        NotPermitted, NotFound.
        BulkNotPossible: it was given before, or the run was dropped.
    """
    run, act = _run_and_act(actor, run_id)
    with transaction.atomic():
        _moved(
            run,
            (BulkState.CHOSEN,),
            state=BulkState.PLANNING,
            values=dict(values),
            label=act.titled(values)[:200],
            queue_after=system_now(),
            **actor_kept(actor),
        )
        enqueue_on_commit(run_bulk, run.tenant_id, run.pk)
    return run


def bulk_confirm(*, actor: Actor, run_id: UUID, reason: str = "") -> BulkRun:
    """Have the plan carried out, by this actor's rights; twice confirmed it acts once.

    Raises:
        NotPermitted, NotFound.
        InvalidInput: the act asks for a reason.
        BulkNotPossible: it is not planned (any more), or there is nothing to do.
        BulkPlanTooOld: choose the rows anew.
    """
    run, act = _run_and_act(actor, run_id)
    require_lasting(actor)
    _need_reason(act, reason)
    now = system_now()
    if run.state == BulkState.PLANNED and run.created_at < now - PLAN_GOOD_FOR:
        raise BulkPlanTooOld("This plan is more than a day old: choose the rows anew.")
    with transaction.atomic():
        _moved(
            run,
            (BulkState.PLANNED,),
            state=BulkState.RUNNING,
            reason=reason.strip()[:REASON_CHARACTERS],
            confirmed_at=now,
            confirmed_by=actor.label[:200],
            queue_after=now,
            **actor_kept(actor),
        )
        counts = bulk_counts(run)
        if not counts.to_do:
            raise BulkNotPossible("There is nothing to do: every row is left out.")
        _audited(
            "core.bulk_confirm",
            actor,
            run,
            reason=run.reason,
            rows=counts.to_do,
            left_out=counts.skipped,
            money=[str(money) for money in bulk_money(run)],
        )
        enqueue_on_commit(run_bulk, run.tenant_id, run.pk)
    return run


def bulk_stop(*, actor: Actor, run_id: UUID) -> BulkRun:
    """Stop a run after the row that it is at; what is done stays done.

    Raises:
        NotPermitted, NotFound.
        BulkNotPossible: it does not run.
    """
    run, _ = _run_and_act(actor, run_id)
    with transaction.atomic():
        _moved(
            run,
            (BulkState.RUNNING,),
            state=BulkState.STOPPED,
            trouble=f"Stopped by {actor.label}."[:500],
        )
        _audited("core.bulk_stop", actor, run)
    return run


def bulk_go_on(*, actor: Actor, run_id: UUID) -> BulkRun:
    """Let a run that stopped go on, by this actor's rights.

    Raises:
        NotPermitted, NotFound.
        BulkNotPossible: it is not stopped.
    """
    run, _ = _run_and_act(actor, run_id)
    require_lasting(actor)
    with transaction.atomic():
        _moved(
            run,
            (BulkState.STOPPED,),
            state=BulkState.RUNNING,
            trouble="",
            queue_after=system_now(),
            **actor_kept(actor),
        )
        _settled(run, f"{actor.label} let it go on.")
        _audited("core.bulk_go_on", actor, run)
        enqueue_on_commit(run_bulk, run.tenant_id, run.pk)
    return run


def bulk_end(*, actor: Actor, run_id: UUID) -> BulkRun:
    """End a run that stopped: the rows that are left are left out.

    Raises:
        NotPermitted, NotFound.
        BulkNotPossible: it is not stopped.
    """
    run, _ = _run_and_act(actor, run_id)
    with transaction.atomic():
        _moved(run, (BulkState.STOPPED,), state=BulkState.FINISHED, finished_at=system_now())
        BulkRow.objects.filter(run=run, state=BulkRowState.PLANNED).update(
            state=BulkRowState.SKIPPED, sentence="The run was ended before its turn."
        )
        counts_keep(run)
        _settled(run, f"{actor.label} ended it.")
        _audited("core.bulk_end", actor, run, left_out=run.skipped_count)
    return run


def bulk_drop(*, actor: Actor, run_id: UUID) -> BulkRun:
    """Drop a selection or a plan of which nothing was carried out.

    Raises:
        NotPermitted, NotFound.
        BulkNotPossible: it was confirmed already.
    """
    run, _ = _run_and_act(actor, run_id)
    if run.confirmed_at is not None:
        raise BulkNotPossible("It was confirmed: stop it instead.")
    with transaction.atomic():
        _moved(run, BEFORE_STATES, state=BulkState.DROPPED, chosen=[], finished_at=system_now())
        _audited("core.bulk_drop", actor, run)
    return run


def bulk_undo(*, actor: Actor, run_id: UUID, at_once: bool = False, reason: str = "") -> BulkRun:
    """Choose the rows that a run has done, to take it back; the plan is confirmed like any other.

    Args:
        at_once: it counts as confirmed, with ``reason``, and is carried out when it is planned.

    Raises:
        NotPermitted, NotFound.
        BulkNotPossible: it is not finished, did nothing, has no inverse, or is being undone.
    """
    run, act = _run_and_act(actor, run_id)
    require_lasting(actor)
    if act.undo is None or run.undoes_id is not None:
        raise BulkNotPossible("This cannot be undone.")
    if run.state != BulkState.FINISHED:
        raise BulkNotPossible("It has not finished yet.")
    rows = BulkRow.objects.filter(run=run, state=BulkRowState.DONE).order_by("position")
    ids = list(rows.values_list("subject_id", flat=True))
    if not ids:
        raise BulkNotPossible("Nothing was done, so there is nothing to undo.")
    try:
        with transaction.atomic():
            undoing = BulkRun.objects.create(
                act=run.act,
                subject_type=run.subject_type,
                label=f"Undo: {run.label}"[:200],
                selection=f"What was done by {run.confirmed_by}"[:500],
                chosen=[str(one) for one in ids],
                values=run.values,
                undoes=run,
                state=BulkState.PLANNING,
                **actor_kept(actor),
                planned_by=actor.label[:200],
                reason=reason.strip()[:REASON_CHARACTERS],
                confirmed_at=system_now() if at_once else None,
                confirmed_by=actor.label[:200] if at_once else "",
            )
            after = {"undone_by": str(undoing.pk), "at_once": at_once}
            _audited("core.bulk_undo", actor, run, reason=undoing.reason, **after)
            enqueue_on_commit(run_bulk, undoing.tenant_id, undoing.pk)
    except IntegrityError:
        raise BulkNotPossible("It is being undone, or was undone already.") from None
    return undoing


def _chosen(ids: Sequence[UUID]) -> list[str]:
    chosen = list(dict.fromkeys(str(one) for one in ids))
    if not chosen:
        raise InvalidInput("Choose at least one row.", field="ids")
    if len(chosen) > ROWS_MAX:
        raise BulkTooLarge(
            f"One bulk act takes at most {ROWS_MAX:,} rows: narrow the selection down.",
            field="ids",
            limit=ROWS_MAX,
        )
    return chosen


def _run_and_act(actor: Actor, run_id: UUID) -> tuple[BulkRun, BulkAct]:
    run = bulk_run_by_id(run_id)
    act = BULK_ACTS.get(run.act)
    if act is None:
        raise BulkNotPossible("This release does not know this act.")
    actor.require(act.permission)
    return run, act


def _need_reason(act: BulkAct, reason: str) -> None:
    if act.needs_reason and not reason.strip():
        raise InvalidInput("Say why: colleagues will ask.", field="reason")


def _moved(run: BulkRun, before: Sequence[str], **change: Any) -> None:
    """Change the run if it still is in one of these states. Raises BulkNotPossible."""
    if not BulkRun.objects.filter(pk=run.pk, state__in=before).update(**change):
        now = BulkRun.objects.get(pk=run.pk)
        raise BulkNotPossible(f"It is {now.get_state_display().lower()}.")
    for name, value in change.items():
        setattr(run, name, value)


def _settled(run: BulkRun, resolution: str) -> None:
    attention_settled(kind=STOPPED, subject=subject_of(run), resolution=resolution)


def _audited(act: str, actor: Actor, run: BulkRun, *, reason: str = "", **after: Any) -> None:
    audit(
        act,
        actor=actor,
        subject=subject_of(run),
        reason=reason,
        after={"act": run.act, "state": run.state, "values": run.values, **after},
    )
