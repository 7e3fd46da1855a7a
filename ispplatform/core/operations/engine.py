"""Carrying one operation out: claim, look up what may have been sent, call, settle.

Nothing here holds a transaction while it talks to a provider. Every write is fenced by the
attempt: whoever lost the row writes nothing. See ``docs/mechanisms/operations.md``.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from ispplatform.core.clock import system_now
from ispplatform.core.errors import (
    PlatformError,
    ProviderError,
    ProviderOutcomeUnknown,
    ProviderPending,
    ProviderRefusedLater,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.http import Deadline
from ispplatform.core.models.operations import Operation, OperationState
from ispplatform.core.operations import failpoints
from ispplatform.core.operations.circuit import (
    circuit_failed,
    circuit_give_back,
    circuit_succeeded,
)
from ispplatform.core.operations.claiming import operation_claim, operation_mark_sent
from ispplatform.core.operations.errors import LeaseLost
from ispplatform.core.operations.kinds import (
    Guarantee,
    OperationCall,
    OperationKind,
    Receipt,
    kinds,
)
from ispplatform.core.operations.settling import (
    error_of,
    settle_look_again,
    settle_refusal,
    settle_stuck,
    settle_success,
    settle_superseded,
    settle_trouble,
    settle_waiting,
)
from ispplatform.core.providers.building import provider_built
from ispplatform.core.providers.exchanges import recorder_for
from ispplatform.core.request_ids import request_id_scope

logger = logging.getLogger(__name__)


def operation_run(operation_id: UUID) -> str:
    """Make one attempt at the operation if it is free, due, in turn and not paused.

    Safe to call repeatedly and at once: whoever does not get the row does nothing.

    Returns:
        The state that the operation has after this.
    """
    row = operation_claim(operation_id)
    if row is not None:
        with request_id_scope(row.request_id):
            _attempt_guarded(kinds.get(row.kind), row)
    state = Operation.objects.filter(pk=operation_id).values_list("state", flat=True).first()
    return str(state or "")


def _attempt_guarded(kind: OperationKind, row: Operation) -> None:
    """Make the attempt; whatever it raises ends up on the row, or the lease ends it."""
    try:
        try:
            _attempt(kind, row)
        except LeaseLost:
            raise
        except Exception as exc:  # the border of the engine: nothing circles unseen
            _log_unforeseen(row, exc)
            circuit_give_back(row.connection)
            is_open = OperationState.PENDING if row.sent_at is None else _known_state(row)
            settle_trouble(kind, row, error_of(exc), state=is_open)
    except LeaseLost:
        logger.warning("Operation %s was taken over by somebody else.", row.pk)


def _attempt(kind: OperationKind, row: Operation) -> None:
    if row.attempt > row.attempt_limit:
        circuit_give_back(row.connection)
        sentence = "Its worker died in every attempt."
        settle_stuck(kind, row, ProviderOutcomeUnknown(sentence))
        return
    if row.receipt is not None:
        circuit_give_back(row.connection)
        settle_success(kind, row, Receipt(**row.receipt))
        return
    may_have_been_sent = row.sent_at is not None
    may_be_dropped = not may_have_been_sent or kind.guarantee is Guarantee.CONVERGENT
    if may_be_dropped and not kind.is_still_wanted(row):
        circuit_give_back(row.connection)
        settle_superseded(kind, row)
        return
    cleared = False
    if may_have_been_sent:
        earlier = _look_up(kind, row)
        if earlier.receipt is not None:
            settle_success(kind, row, earlier.receipt)
        if not earlier.send:
            return
        cleared = earlier.cleared
        if cleared and not kind.is_still_wanted(row):
            settle_superseded(kind, row)
            return
    _send(kind, row, was_sent=may_have_been_sent, cleared=cleared)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Earlier:
    """What became of the earlier attempts.

    ``send``: go on and send. ``cleared``: it is certain that none of them took place.
    """

    receipt: Receipt | None = None
    send: bool = False
    cleared: bool = False


def _look_up(kind: OperationKind, row: Operation) -> _Earlier:
    """Find out what an earlier request did; when that cannot be told yet, release the row."""
    if kind.can_find:
        return _found(kind, row)
    if kind.guarantee in (Guarantee.CONVERGENT, Guarantee.AT_LEAST_ONCE):
        return _Earlier(send=True)
    if kind.guarantee is Guarantee.GUARDED and _guard_holds(kind, row):
        return _Earlier(send=True)
    circuit_give_back(row.connection)
    sentence = "It may have taken place, and only a person can find out."
    settle_stuck(kind, row, ProviderOutcomeUnknown(sentence))
    return _Earlier()


def _found(kind: OperationKind, row: Operation) -> _Earlier:
    try:
        receipt = kind.find(_call(kind, row, is_repeat=True))
    except ProviderPending as exc:
        _note_call(kind, row, None)
        settle_waiting(kind, row, exc)
        return _Earlier()
    except ProviderRefusedLater as exc:
        _note_call(kind, row, None)
        settle_refusal(kind, row, exc)
        return _Earlier()
    except Exception as exc:  # whatever else a look-up raises, nothing new is known yet
        _note_call(kind, row, exc)
        _log_unforeseen(row, exc)
        settle_trouble(kind, row, error_of(exc), state=_known_state(row))
        return _Earlier()
    _note_call(kind, row, None)
    if receipt is not None:
        return _Earlier(receipt=receipt)
    proves_at = _empty_look_up_proves_at(kind, row)
    if proves_at is not None and system_now() < proves_at:
        error = ProviderOutcomeUnknown("The provider does not show it yet; it is asked again.")
        settle_look_again(row, error, proves_at=proves_at)
        return _Earlier()
    return _Earlier(send=True, cleared=True)


def _known_state(row: Operation) -> OperationState:
    """Return what is known of a request that may have arrived: whether it was accepted."""
    return OperationState.UNKNOWN if row.accepted_at is None else OperationState.ACCEPTED


def _empty_look_up_proves_at(kind: OperationKind, row: Operation) -> datetime | None:
    if row.sent_at is None:
        return None
    seconds = kind.call_deadline_seconds + kind.visibility_delay_seconds
    return row.sent_at + timedelta(seconds=seconds)


def _guard_holds(kind: OperationKind, row: Operation) -> bool:
    if kind.natural_guard_seconds is None or row.first_sent_at is None:
        return True
    return system_now() < row.first_sent_at + timedelta(seconds=kind.natural_guard_seconds)


def _send(kind: OperationKind, row: Operation, *, was_sent: bool, cleared: bool) -> None:
    """Send it, and settle what comes back.

    Args:
        was_sent: an earlier attempt may have been sent.
        cleared: a look-up has proved that none took place.
    """
    doubtful = was_sent and not cleared
    before: dict[str, Any] = {
        "sent_at": row.sent_at if doubtful else None,
        "first_sent_at": row.first_sent_at if doubtful else None,
    }
    row.first_sent_at = before["first_sent_at"]
    if not doubtful:
        row.accepted_at = None
    nothing_sent = _known_state(row) if doubtful else OperationState.PENDING
    begun_at = system_now()
    try:
        call = _call(kind, row, is_repeat=was_sent)
    except PlatformError as exc:  # the connection cannot be used: nothing was sent
        circuit_give_back(row.connection)
        settle_trouble(kind, row, error_of(exc), state=nothing_sent, **before)
        return
    operation_mark_sent(row)
    if system_now() >= begun_at + timedelta(seconds=kind.call_deadline_seconds):
        # Held up (a machine that slept): others may have proved by now that nothing was sent.
        circuit_give_back(row.connection)
        held_up = ProviderUnavailable("The worker was held up before it could send.")
        settle_trouble(kind, row, held_up, state=nothing_sent, **before)
        return
    try:
        receipt = kind.call(call)
    except ProviderUnavailable as exc:
        _note_call(kind, row, exc)
        settle_trouble(kind, row, exc, state=nothing_sent, **before)
    except ProviderPending as exc:
        failpoints.hit("answered")
        _note_call(kind, row, None)
        settle_waiting(kind, row, exc)
    except ProviderRejected as exc:
        _note_call(kind, row, exc)
        _refused(kind, row, exc, was_sent=was_sent)
    except Exception as exc:  # unknown outcomes, and whatever nobody foresaw
        _note_call(kind, row, exc)
        _log_unforeseen(row, exc)
        settle_trouble(kind, row, error_of(exc), state=_known_state(row))
    else:
        failpoints.hit("answered")
        _note_call(kind, row, None)
        settle_success(kind, row, receipt)


def _refused(
    kind: OperationKind, row: Operation, error: ProviderRejected, *, was_sent: bool
) -> None:
    """Settle a refusal; if this was a repetition, first see whether the first one succeeded.

    A provider that shows things late may answer "exists already" to the second request.
    """
    failpoints.hit("answered")
    if was_sent and kind.can_find:
        try:
            receipt = kind.find(_call(kind, row, is_repeat=True))
        except ProviderPending as exc:
            settle_waiting(kind, row, exc)
            return
        except ProviderRefusedLater as exc:
            settle_refusal(kind, row, exc)
            return
        except Exception as exc:  # as in _found
            _note_call(kind, row, exc)
            _log_unforeseen(row, exc)
            settle_trouble(kind, row, error_of(exc), state=OperationState.UNKNOWN)
            return
        if receipt is not None:
            settle_success(kind, row, receipt)
            return
    settle_refusal(kind, row, error)


def _call(kind: OperationKind, row: Operation, *, is_repeat: bool) -> OperationCall:
    deadline = Deadline.after(kind.call_deadline_seconds)
    recorder = recorder_for(row.connection, operation_id=row.pk, attempt=row.attempt)
    provider = None
    if row.connection is not None:
        provider = provider_built(row.connection, deadline=deadline, recorder=recorder)
    return OperationCall(
        operation=row, provider=provider, deadline=deadline, recorder=recorder, is_repeat=is_repeat
    )


def _note_call(kind: OperationKind, row: Operation, error: Exception | None) -> None:
    """Tell the circuit breaker whether the provider answered; a refusal is an answer."""
    if isinstance(error, ProviderUnavailable | ProviderOutcomeUnknown):
        if kind.opens_circuit:
            circuit_failed(row.connection)
        else:
            circuit_give_back(row.connection)
    elif error is None or isinstance(error, ProviderError):
        circuit_succeeded(row.connection)
    else:
        circuit_give_back(row.connection)


def _log_unforeseen(row: Operation, error: Exception) -> None:
    if not isinstance(error, PlatformError):
        logger.error("Operation %s met an unforeseen error.", row.pk, exc_info=error)
