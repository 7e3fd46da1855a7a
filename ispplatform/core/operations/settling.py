"""Writing what became of an attempt: each in one short transaction, fenced by the attempt."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from ispplatform.core.clock import system_now
from ispplatform.core.errors import (
    PlatformError,
    ProviderError,
    ProviderPending,
    ProviderRejected,
)
from ispplatform.core.models.operations import Operation, OperationState
from ispplatform.core.operations import failpoints
from ispplatform.core.operations.attention import (
    operation_attention_open,
    operation_attention_settled,
)
from ispplatform.core.operations.claiming import owned
from ispplatform.core.operations.errors import LeaseLost
from ispplatform.core.operations.kinds import Guarantee, OperationKind, Receipt

logger = logging.getLogger(__name__)

WAIT_SHORTEST = timedelta(seconds=15)
WAIT_LONGEST = timedelta(hours=1)


def settle_success(kind: OperationKind, row: Operation, receipt: Receipt) -> None:
    """Record the effect and what follows from it, once.

    When the app's ``settle`` raises, all is rolled back and the receipt is kept on the row: the
    next attempt settles from it and sends nothing.

    Raises:
        LeaseLost: this attempt does not own the row any more; nothing is written.
    """
    try:
        with transaction.atomic():
            write_success(kind, row, receipt, owned(row))
            failpoints.hit("settling")
    except LeaseLost:
        raise
    except Exception as exc:  # the border of an app's rule: its failure must not lose the receipt
        logger.exception("Operation %s took place and could not be settled.", row.pk)
        kept = {"reference": receipt.reference, "data": dict(receipt.data)}
        settle_trouble(kind, row, error_of(exc), state=OperationState.UNKNOWN, receipt=kept)
    else:
        failpoints.hit("settled")


def write_success(
    kind: OperationKind, row: Operation, receipt: Receipt, rows: Any, **change: Any
) -> None:
    """Within a transaction: mark the row of ``rows`` as done and let the app settle.

    Raises:
        LeaseLost: ``rows`` matches no row any more.
    """
    _fenced(
        row,
        rows,
        state=OperationState.SUCCEEDED,
        provider_reference=receipt.reference[:200],
        result=dict(receipt.data),
        finished_at=system_now(),
        error_code="",
        error_message="",
        receipt=None,
        **change,
    )
    operation_attention_settled(row, "It took place.")
    kind.settle(row, receipt)


def settle_refusal(kind: OperationKind, row: Operation, error: ProviderRejected) -> None:
    """Record a definite refusal and what follows from it. Raises LeaseLost."""
    try:
        with transaction.atomic():
            is_shown = kind.refusal_is_shown(row)
            write_refusal(kind, row, error, owned(row))
            if is_shown:
                operation_attention_open(kind, row)
            failpoints.hit("settling")
    except LeaseLost:
        raise
    except Exception as exc:  # as above; the refusal comes again, or a person sees this
        logger.exception("Operation %s was refused and that could not be settled.", row.pk)
        settle_trouble(kind, row, error_of(exc), state=OperationState.UNKNOWN)
    else:
        failpoints.hit("settled")


def write_refusal(
    kind: OperationKind, row: Operation, error: ProviderRejected, rows: Any, **change: Any
) -> None:
    """Within a transaction: mark the row of ``rows`` as refused and let the app act on it.

    Raises:
        LeaseLost: ``rows`` matches no row any more.
    """
    _fenced(
        row,
        rows,
        state=OperationState.REJECTED,
        finished_at=system_now(),
        error_code=error.code,
        error_message=error.message,
        **change,
    )
    kind.refused(row, error)


def settle_trouble(
    kind: OperationKind,
    row: Operation,
    error: ProviderError,
    *,
    state: OperationState,
    **change: Any,
) -> None:
    """Record an attempt that decided nothing: try later, or put it before a person.

    Args:
        state: ``pending`` when nothing can have been sent, ``accepted`` while the provider is
            known to have it, else ``unknown``.
        change: further columns, for example ``sent_at``.

    Raises:
        LeaseLost: this attempt does not own the row any more.
    """
    is_over = row.attempt >= row.attempt_limit or (
        state == OperationState.UNKNOWN
        and kind.guarantee is Guarantee.MANUAL
        and "receipt" not in change
    )
    if is_over:
        settle_stuck(kind, row, error, **change)
        return
    failures = row.attempt - row.attempt_limit + kind.max_attempts
    wait = kind.backoff.after(max(failures, 1), key=row.pk)
    asked = error.params.get("retry_after_seconds")
    if isinstance(asked, int):
        wait = max(wait, timedelta(seconds=asked))
    _release(row, state=state, at=system_now() + wait, error=error, **change)


def settle_stuck(kind: OperationKind, row: Operation, error: ProviderError, **change: Any) -> None:
    """Put the operation before a person. Raises LeaseLost."""
    with transaction.atomic():
        _fenced(
            row,
            owned(row),
            state=OperationState.NEEDS_PERSON,
            error_code=error.code,
            error_message=error.message,
            lease_until=None,
            **change,
        )
        kind.stuck(row, error)
        operation_attention_open(kind, row)


def settle_superseded(kind: OperationKind, row: Operation) -> None:
    """Cancel what is not wanted any more, before it is sent. Raises LeaseLost."""
    with transaction.atomic():
        _fenced(
            row,
            owned(row),
            state=OperationState.CANCELLED,
            finished_at=system_now(),
            error_code="SUPERSEDED",
            error_message="It was not wanted any more when its turn came.",
        )
        kind.cancelled(row)


def settle_look_again(row: Operation, error: ProviderError, *, proves_at: datetime) -> None:
    """Look again before a look-up can prove that nothing happened; costs no attempt.

    What shows late is found soon, and the longer it takes, the rarer it is asked.

    Args:
        proves_at: when an empty look-up proves it; the last look before sending is not earlier.

    Raises:
        LeaseLost.
    """
    now = system_now()
    waited = now - (row.sent_at or now)
    _release(
        row,
        state=OperationState.UNKNOWN,
        at=min(proves_at, now + max(waited / 2, WAIT_SHORTEST)),
        error=error,
        attempt_limit=row.attempt_limit + 1,
    )


def settle_waiting(kind: OperationKind, row: Operation, error: ProviderPending) -> None:
    """Ask again later what became of an accepted request; costs no attempt. Raises LeaseLost.

    The longer it takes, the rarer it is asked; beyond the kind's patience a person is. The app
    hears of it once, when it is known first.
    """
    reference = str(error.params.get("reference", ""))[:200] or row.provider_reference
    now = system_now()
    waited = now - (row.first_sent_at or now)
    if waited > timedelta(seconds=kind.patience_seconds):
        settle_stuck(kind, row, error, provider_reference=reference)
        return
    is_news = row.accepted_at is None
    with transaction.atomic():
        _release(
            row,
            state=OperationState.ACCEPTED,
            at=now + min(max(waited / 4, WAIT_SHORTEST), WAIT_LONGEST),
            error=error,
            attempt_limit=row.attempt_limit + 1,
            provider_reference=reference,
            accepted_at=row.accepted_at or now,
        )
        if is_news:
            kind.accepted(row)


def error_of(exc: Exception) -> ProviderError:
    """Return an unforeseen exception as an error that staff can read."""
    if isinstance(exc, ProviderError):
        return exc
    sentence = exc.message if isinstance(exc, PlatformError) else f"{type(exc).__name__}: {exc}"
    error = ProviderError(sentence[:2000])
    error.code = exc.code if isinstance(exc, PlatformError) else "UNFORESEEN"
    return error


def _release(
    row: Operation, *, state: OperationState, at: datetime, error: ProviderError, **change: Any
) -> None:
    _fenced(
        row,
        owned(row),
        state=state,
        next_attempt_at=at,
        queue_after=at,
        lease_until=None,
        error_code=error.code,
        error_message=error.message,
        **change,
    )


def _fenced(row: Operation, rows: Any, **change: Any) -> None:
    """Write the change if ``rows`` still matches, and show it on ``row``.

    Raises:
        LeaseLost: it does not match.
    """
    if not rows.update(**change):
        raise LeaseLost(str(row.pk))
    for name, value in change.items():
        setattr(row, name, value)
