"""How a worker of these tests differs from one of ``make run``: it is in a hurry, and may stop.

What lasts minutes in the product lasts seconds here, in the same proportions; no clock is moved.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from celery.signals import task_prerun

from ispplatform.celery import app
from ispplatform.core import leases
from ispplatform.core.backoff import Backoff
from ispplatform.core.events import delivery, dispatch
from ispplatform.core.operations import claiming, failpoints, kinds, services
from ispplatform.core.tasks import without_messages
from tests.deaths.gate import stand_at

SWEEP_SECONDS = 0.5
SWEEPS = {"sweep-operations": "core.sweep_operations", "sweep-events": "core.sweep_events"}


@dataclass(frozen=True, kw_only=True)
class Behavior:
    """What one process of these tests is told.

    Attributes:
        gate: the port of the test's gate.
        deadline_seconds: how long a call may take; leases and waits follow from it.
        stops_at: the point of the engine at which it stands at the gate.
        stops_before: the name of the task before which it stands there.
        loses_messages: what it wants to queue after a commit reaches nobody; sweeps still do.
    """

    gate: int
    deadline_seconds: float
    stops_at: str = ""
    stops_before: str = ""
    loses_messages: bool = False

    def put_on(self, life: ExitStack) -> None:
        """Behave so in this process, until ``life`` ends."""
        for owner, name, value in in_a_hurry(self.deadline_seconds):
            setattr(owner, name, value)
        for sweep, duty in SWEEPS.items():
            app.conf.beat_schedule[sweep]["schedule"] = SWEEP_SECONDS
            leases._duties[duty] = leases.Duty(duty, SWEEP_SECONDS, self.deadline_seconds)
        life.enter_context(failpoints.installed(self._at_point))
        task_prerun.connect(self._before_task, weak=False)
        if self.loses_messages:
            life.enter_context(without_messages())

    def _at_point(self, point: str) -> None:
        if point == self.stops_at:
            stand_at(self.gate, point)

    def _before_task(self, sender: Any, **_: Any) -> None:
        if sender.name == self.stops_before:
            stand_at(self.gate, sender.name)


def in_a_hurry(deadline_seconds: float) -> Iterator[tuple[Any, str, Any]]:
    """Return what to set where, so that nothing waits much longer than a call may take."""
    lease_seconds = 2 * deadline_seconds + 0.5
    soon = timedelta(seconds=2)
    for kind in kinds.all():
        yield kind, "call_deadline_seconds", deadline_seconds
        yield kind, "lease_seconds", lease_seconds
        yield kind, "visibility_delay_seconds", 0.5
        yield kind, "backoff", Backoff(first_seconds=1, factor=2, cap_seconds=4 * deadline_seconds)
    for module in (dispatch, services):
        yield module, "QUEUE_GRACE", timedelta(0)
    for module in (claiming, delivery):
        yield module, "REQUEUE", soon
    yield delivery, "LEASE", timedelta(seconds=lease_seconds)
