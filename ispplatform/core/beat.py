"""Celery's beat, holding a database lease: however many run, one of them sends."""

import os
import socket
from typing import Any

from celery.beat import Scheduler
from celery.schedules import schedule
from django.db import DatabaseError, close_old_connections

from ispplatform.core.ids import uuid7
from ispplatform.core.leases import lease_acquire, lease_release

LEASE = "core.beat"
HOLD_SECONDS = 45.0
STANDBY_SECONDS = 5.0


class LeasedScheduler(Scheduler):
    """Sends what is due only while it holds the lease; otherwise looks again in five seconds.

    It keeps no file: every job that beat starts guards its own interval (``periodic_duty``), so a
    restart or a hand-over may send one twice and it still runs once.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.holder = f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid7().hex[-8:]}"
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Make everything due at once: what was missed while no beat ran is not late once more."""
        super().setup_schedule()
        for entry in self.schedule.values():
            if isinstance(entry.schedule, schedule):
                entry.last_run_at -= entry.schedule.run_every

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due, or stand by; return the seconds until the next tick."""
        close_old_connections()
        try:
            held = lease_acquire(LEASE, holder=self.holder, hold_seconds=HOLD_SECONDS)
        except DatabaseError:
            self.logger.exception("The beat's lease cannot be reached.")
            return STANDBY_SECONDS
        if not held:
            return STANDBY_SECONDS
        wait: float = super().tick(*args, **kwargs)
        return min(wait, STANDBY_SECONDS)

    def close(self) -> None:
        """Give the lease back, so that another beat takes over at once."""
        super().close()
        lease_release(LEASE, holder=self.holder, done=False)
