"""Pausing and resuming what the platform does to the world outside."""

from typing import Any
from uuid import UUID

from django.db import transaction

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput, NotFound
from ispplatform.core.events import publish
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.models.operations import OPEN_STATES, Operation
from ispplatform.core.models.switches import OperationSwitch, SwitchScope
from ispplatform.core.operations.kinds import kinds
from ispplatform.core.subjects import subject_of
from ispplatform.core.switches.events import SwitchPaused, SwitchResumed

MANAGE = "operations:manage"


def switch_pause(
    *,
    actor: Actor,
    reason: str,
    kind: str = "",
    connection_id: UUID | None = None,
) -> OperationSwitch:
    """Stop sending: everything of the tenant, one kind of operation, or one connection.

    What runs at this moment ends; what waits stays in its queue until ``switch_resume``.

    Raises:
        NotPermitted, NotFound.
        InvalidInput: no reason, an unknown kind, or both a kind and a connection.
    """
    actor.require(MANAGE)
    if not reason.strip():
        raise InvalidInput("Say why it is paused: everybody will ask.", field="reason")
    with transaction.atomic():
        row = _turned(actor, reason, kind, connection_id, is_paused=True)
        publish(
            SwitchPaused(scope=row.scope, label=str(row), reason=row.reason, by=row.actor_label),
            subject=subject_of(row),
        )
    return row


def switch_resume(
    *,
    actor: Actor,
    reason: str = "",
    kind: str = "",
    connection_id: UUID | None = None,
) -> OperationSwitch:
    """Send again; what waited is due at once, the sweep starts it within seconds.

    Raises:
        NotPermitted, NotFound, InvalidInput.
    """
    actor.require(MANAGE)
    with transaction.atomic():
        row = _turned(actor, reason, kind, connection_id, is_paused=False)
        now = system_now()
        waiting = Operation.objects.filter(state__in=OPEN_STATES, queue_after__gt=now)
        waiting.filter(next_attempt_at__lte=now, lease_until=None).update(queue_after=now)
        publish(
            SwitchResumed(scope=row.scope, label=str(row), by=row.actor_label),
            subject=subject_of(row),
        )
    return row


def _turned(
    actor: Actor, reason: str, kind: str, connection_id: UUID | None, *, is_paused: bool
) -> OperationSwitch:
    target = _target(kind, connection_id)
    row = OperationSwitch.objects.select_for_update().filter(**target).first()
    was_paused = row is not None and row.is_paused
    row = row or OperationSwitch(**target)
    row.is_paused, row.reason = is_paused, reason.strip()[:500]
    row.actor_label, row.since = actor.label[:200], system_now()
    row.save()
    audit(
        "core.switch_pause" if is_paused else "core.switch_resume",
        actor=actor,
        subject=subject_of(row),
        reason=reason,
        before={"is_paused": was_paused},
        after={"is_paused": is_paused},
    )
    return row


def _target(kind: str, connection_id: UUID | None) -> dict[str, Any]:
    if kind and connection_id is not None:
        raise InvalidInput("Choose a kind or a connection.", field="kind")
    if kind:
        return {"scope": SwitchScope.KIND, "kind": kinds.get(kind).name, "connection": None}
    if connection_id is None:
        return {"scope": SwitchScope.TENANT, "kind": "", "connection": None}
    connection = ProviderConnection.objects.filter(pk=connection_id).first()
    if connection is None:
        raise NotFound("There is no such connection.")
    return {"scope": SwitchScope.CONNECTION, "kind": "", "connection": connection}
