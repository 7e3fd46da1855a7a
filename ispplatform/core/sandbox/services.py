"""Preparing faults at the sandbox bench."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.models.sandbox import FaultMode, SandboxFault
from ispplatform.core.sandbox.errors import NotASandbox
from ispplatform.core.subjects import subject_of

MANAGE = "sandbox:manage"
MAX_OUTAGE_MINUTES = 24 * 60


def sandbox_fault_set(
    *,
    actor: Actor,
    connection: ProviderConnection,
    mode: FaultMode,
    call: str = "",
    times: int = 1,
    minutes: int = 0,
) -> SandboxFault:
    """Have the next calls of a sandbox connection go wrong.

    Args:
        call: a method of its back end; empty for any call that changes something.
        times: how many calls, 1 to 1000.
        minutes: instead of a number of calls, every call for this long in real time, at most a day.

    Raises:
        NotPermitted, InvalidInput.
        NotASandbox: the connection is real.
    """
    actor.require(MANAGE)
    if not connection.is_sandbox:
        raise NotASandbox(f"{connection.name} is no sandbox: nothing can be broken there.")
    if not 1 <= times <= 1000:
        raise InvalidInput("Use 1 to 1000 calls.", field="times")
    if not 0 <= minutes <= MAX_OUTAGE_MINUTES:
        raise InvalidInput(f"Use 0 to {MAX_OUTAGE_MINUTES} minutes.", field="minutes")
    with transaction.atomic():
        fault = SandboxFault.objects.create(
            connection=connection,
            mode=FaultMode(mode),
            call=call,
            remaining=times,
            until=system_now() + timedelta(minutes=minutes) if minutes else None,
            made_by=actor.label[:200],
        )
        audit(
            "core.sandbox_fault_set",
            actor=actor,
            subject=subject_of(connection),
            after={"mode": fault.mode, "call": call, "times": times, "minutes": minutes},
        )
    return fault


def sandbox_faults_clear(*, actor: Actor, connection: ProviderConnection) -> int:
    """Take every fault back that is still to come; return how many there were."""
    actor.require(MANAGE)
    with transaction.atomic():
        count, _ = sandbox_faults_waiting().filter(connection=connection).delete()
        if count:
            audit(
                "core.sandbox_faults_clear",
                actor=actor,
                subject=subject_of(connection),
                before={"count": count},
            )
    return count


def sandbox_faults_waiting() -> QuerySet[SandboxFault]:
    """Return the faults that are still to come, in the order in which they are used."""
    live = Q(until=None, remaining__gt=0) | Q(until__gt=system_now())
    return SandboxFault.objects.filter(live).select_related("connection").order_by("id")
