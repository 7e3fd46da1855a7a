"""Starting operations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from ispplatform.core.actors import Actor
from ispplatform.core.audit.digests import plain
from ispplatform.core.clock import system_now
from ispplatform.core.counters import take_number
from ispplatform.core.errors import InvalidInput
from ispplatform.core.events.dispatch import QUEUE_GRACE
from ispplatform.core.http.redaction import secret_names
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.models.operations import Operation
from ispplatform.core.operations.errors import OperationKeyReused
from ispplatform.core.operations.kinds import OperationKind, kinds
from ispplatform.core.operations.tasks import run_operation
from ispplatform.core.request_ids import current_request_id
from ispplatform.core.subjects import Subject
from ispplatform.core.tasks import enqueue_on_commit

LANES = "operation:"  # prefix of the counters that number operations of one subject


def operation_start(
    *,
    kind: str,
    key: str,
    subject: Subject,
    actor: Actor,
    params: Mapping[str, Any] | None = None,
    connection: ProviderConnection | None = None,
    customer_id: UUID | None = None,
    not_before: datetime | None = None,
) -> Operation:
    """Decide on an effect; call it in the transaction of the decision, late.

    The engine carries it out after the commit. The same kind and key give the same operation:
    starting it twice is harmless.

    Args:
        kind: name of a registered ``OperationKind``.
        key: idempotency key of the effect, at most 200 characters, for example the order line's
            id; it goes to the provider.
        subject: the row that ``settle`` will change.
        params: plain values that ``call`` needs; never a secret.
        connection: the account to act through; must be of the kind's ``connection_kind``.
        not_before: real time before which it is not sent; at once when not given.

    Raises:
        TransactionManagementError: no transaction is open.
        OperationKeyReused: the key stands for another effect.
        InvalidInput: unknown kind, or a connection of the wrong kind.
        ValueError: a param is named like a secret.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An operation starts outside a transaction.")
    declared = kinds.get(kind)
    _check(declared, connection, params or {})
    row = _row(declared, key, subject, actor, plain(params or {}), connection)
    row.customer_id = customer_id
    row.next_attempt_at = max(not_before or row.created_at, row.created_at)
    row.queue_after = row.next_attempt_at + QUEUE_GRACE if not_before is None else not_before
    existing = _insert(declared, row)
    if existing is not None:
        return existing
    if not_before is None:
        enqueue_on_commit(run_operation, row.tenant_id, row.pk)
    return row


def _check(
    kind: OperationKind, connection: ProviderConnection | None, params: Mapping[str, Any]
) -> None:
    if kind.connection_kind != (connection.kind if connection else ""):
        wanted = kind.connection_kind or "no"
        raise InvalidInput(f"{kind.label} needs {wanted} connection.", field="connection")
    if secrets := secret_names(params):
        raise ValueError(f"{kind.name}: {', '.join(secrets)} would be stored in the clear.")


def _row(
    kind: OperationKind,
    key: str,
    subject: Subject,
    actor: Actor,
    params: dict[str, Any],
    connection: ProviderConnection | None,
) -> Operation:
    return Operation(
        kind=kind.name,
        key=key,
        subject_type=subject.type,
        subject_id=subject.id,
        subject_label=subject.label[:200],
        params=params,
        connection=connection,
        attempt_limit=kind.max_attempts,
        in_order=kind.in_order,
        created_at=system_now(),
        actor_type=actor.type,
        actor_id=actor.id,
        actor_label=actor.label[:200],
        request_id=current_request_id(),
    )


def _insert(kind: OperationKind, row: Operation) -> Operation | None:
    """Write the row; return the one that had its key before, if any."""
    if kind.in_order:
        row.lane_sequence = take_number(f"{LANES}{row.subject_type}", row.subject_id)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        existing = Operation.objects.filter(kind=row.kind, key=row.key).first()
        if existing is None:
            raise
        if (existing.subject_id, existing.params) != (row.subject_id, row.params):
            raise OperationKeyReused(
                f"The key {row.key} already stands for another effect.", operation_id=existing.pk
            ) from None
        return existing
    return None
