"""Claiming a key, completing it with an answer, giving it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from ispplatform.core.clock import system_now
from ispplatform.core.idempotency.errors import (
    IdempotencyKeyReused,
    IdempotencyLeaseLost,
    IdempotentAnswerWithheld,
    IdempotentRequestRunning,
)
from ispplatform.core.ids import uuid7
from ispplatform.core.models.idempotency import IdempotencyRecord, IdempotencyState

LEASE = timedelta(seconds=60)  # longer than any request may take
RETENTION = timedelta(hours=24)
RETRY_AFTER_SECONDS = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyedRequest:
    """What makes two requests the same.

    Args:
        principal: kind and id of who asks.
        route: method and path.
        key: the client's own text, 1 to 255 printable characters.
        fingerprint: digest of body and query string.
    """

    principal: str
    route: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to carry a request out, until somebody takes it over."""

    record_id: UUID
    attempt_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """An answer as it is kept: ``body`` is JSON text, ``resource_id`` what it is about."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    resource_id: str = ""
    is_withheld: bool = False


def record_claim(request: KeyedRequest) -> Claim | Answer:
    """Return the right to carry the request out, or the answer that it got before.

    Raises:
        IdempotencyKeyReused: the key belongs to a request with another body.
        IdempotentRequestRunning: the first request is still at work.
        IdempotentAnswerWithheld: done, but the answer held a secret.
    """
    claim = Claim(uuid7(), uuid7())
    now = system_now()
    try:
        with transaction.atomic():
            IdempotencyRecord.objects.create(
                id=claim.record_id,
                principal=request.principal,
                route=request.route,
                key=request.key,
                fingerprint=request.fingerprint,
                attempt_id=claim.attempt_id,
                leased_until=now + LEASE,
                expires_at=now + RETENTION,
            )
    except IntegrityError:
        return _known(request)
    return claim


def record_complete(claim: Claim, answer: Answer) -> None:
    """Keep the answer; call it last in the transaction of the effect.

    Raises:
        IdempotencyLeaseLost: somebody else has the claim now; the transaction must roll back.
    """
    changed = _own(claim).update(
        state=IdempotencyState.DONE,
        status=answer.status,
        answer="" if answer.is_withheld else answer.body,
        headers=dict(answer.headers),
        resource_id=answer.resource_id,
        is_withheld=answer.is_withheld,
    )
    if changed != 1:
        raise IdempotencyLeaseLost("Another request with this key took over; nothing was changed.")


def record_release(claim: Claim) -> None:
    """Give the key back after a failure: nothing was done, a repetition is a first request."""
    _own(claim).delete()


def _own(claim: Claim) -> QuerySet[IdempotencyRecord]:
    return IdempotencyRecord.objects.filter(
        pk=claim.record_id, attempt_id=claim.attempt_id, state=IdempotencyState.RUNNING
    )


def _known(request: KeyedRequest) -> Claim | Answer:
    record = IdempotencyRecord.objects.filter(
        principal=request.principal, route=request.route, key=request.key
    ).first()
    now = system_now()
    if record is None:  # swept or released since the insert was refused
        raise _running()
    if record.expires_at <= now:
        return _take_over(record, request)
    if record.fingerprint != request.fingerprint:
        raise IdempotencyKeyReused(
            "This Idempotency-Key was used for a request with another body.",
            field="Idempotency-Key",
        )
    if record.state == IdempotencyState.DONE:
        return _answer(record)
    if record.leased_until > now:
        raise _running()
    return _take_over(record, request)


def _take_over(record: IdempotencyRecord, request: KeyedRequest) -> Claim:
    """Claim a record that was abandoned or has expired; one of several wins."""
    claim = Claim(record.pk, uuid7())
    now = system_now()
    changed = IdempotencyRecord.objects.filter(pk=record.pk, attempt_id=record.attempt_id).update(
        state=IdempotencyState.RUNNING,
        attempt_id=claim.attempt_id,
        fingerprint=request.fingerprint,
        leased_until=now + LEASE,
        expires_at=now + RETENTION,
        status=None,
        answer="",
        headers={},
        resource_id="",
        is_withheld=False,
    )
    if changed != 1:
        raise _running()
    return claim


def _answer(record: IdempotencyRecord) -> Answer:
    if record.is_withheld:
        raise IdempotentAnswerWithheld(
            "This request was carried out. Its answer held a secret, which is shown only once.",
            existing_id=record.resource_id or None,
        )
    return Answer(
        status=record.status or 200,
        body=record.answer,
        headers=record.headers,
        resource_id=record.resource_id,
    )


def _running() -> IdempotentRequestRunning:
    return IdempotentRequestRunning(
        "The first request with this Idempotency-Key is still being carried out.",
        retry_after=RETRY_AFTER_SECONDS,
    )
