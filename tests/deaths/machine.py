"""What runs beside the test: a broker, a mail catcher, workers and the beat, all of them real."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection as database
from kombu import Connection

from ispplatform.core.clock import monotonic_seconds
from ispplatform.core.models import Operation
from ispplatform.core.operations.tasks import run_operation
from ispplatform.run import programs
from ispplatform.run.installation import Installation
from tests.deaths.gate import Gate
from tests.deaths.nursery import PROGRAM, READY
from tests.ports import free_ports

NURSERY_SECONDS = 8.0  # what starting it takes where nobody else is at work
DEADLINE_SECONDS = 6.0  # what a call may take there
WAIT_SECONDS = 60.0  # what any wait of a test may take there


class Machine:
    """Starts and kills processes. The busier the machine is, the more patient everything is."""

    def __init__(self, installation: Installation, log: Path, nursery: Any, factor: float) -> None:
        self.installation = installation
        self.deadline_seconds = DEADLINE_SECONDS * factor
        self.gate = Gate()
        self._log = log
        self._nursery = nursery
        self._wait_seconds = WAIT_SECONDS * factor
        self._groups: set[int] = set()
        self._programs: dict[str, subprocess.Popen[bytes]] = {}

    # -------------------------------------------------------------------------------- processes

    def worker(self, **behavior: Any) -> int:
        """Start a worker as ``make run`` does; return the number of its process group.

        It only does not ask other workers for news first, which takes a second.
        """
        return self._born(programs.worker(self.installation), behavior, "--without-mingle")

    def beat(self) -> int:
        """Start the beat as ``make run`` does."""
        return self._born(programs.beat(self.installation), {})

    def kill(self, group: int) -> None:
        """End a process and all that it has started, by SIGKILL, and see them dead."""
        os.killpg(group, signal.SIGKILL)
        self.wait_for(lambda: not _lives(group), what=f"the end of {group}")
        self._groups.discard(group)

    def start(self, program: programs.Program) -> None:
        """Start a program that is none of Celery's, and wait until it answers."""
        ready = program.is_ready
        assert ready is not None
        with self._log.open("ab") as log:
            self._programs[program.name] = subprocess.Popen(
                program.command, cwd=settings.BASE_DIR, stdout=log, stderr=log
            )
        self.wait_for(ready, what=f"{program.name} answers")

    def lose_broker(self) -> None:
        """Kill the broker and start an empty one: every message is lost."""
        broker = self._programs.pop("broker")
        broker.kill()
        broker.wait()
        self.start(programs.broker(self.installation))

    def stop(self) -> None:
        """Kill whatever is left."""
        self.gate.close()
        for group in list(self._groups):
            self.kill(group)
        for program in self._programs.values():
            program.kill()
            program.wait()

    def _born(self, program: programs.Program, behavior: dict[str, Any], *options: str) -> int:
        arguments = [*program.command[program.command.index("celery") + 1 :], *options]
        given = {"gate": self.gate.port, "deadline_seconds": self.deadline_seconds, **behavior}
        self._nursery.stdin.write(json.dumps({"command": arguments, "behavior": given}) + "\n")
        self._nursery.stdin.flush()
        group = int(self._nursery.stdout.readline())
        self.wait_for(lambda: os.getpgid(group) == group, what="a group of its own")
        self._groups.add(group)
        return group

    # ---------------------------------------------------------------------------------- waiting

    def wait_for(self, probe: Callable[[], object], *, what: str) -> None:
        """Look until the probe answers true; fail when it never does."""
        until = monotonic_seconds() + self._wait_seconds
        while not probe():
            assert monotonic_seconds() < until, f"still not: {what}\n{self.told()}"
            time.sleep(0.02)

    def wait_until_done(self, left: Callable[[], list[str]]) -> None:
        """Look until nothing is left to be done; tell what is when that never comes."""
        until = monotonic_seconds() + self._wait_seconds
        while remaining := left():
            assert monotonic_seconds() < until, f"not done: {remaining}\n{self.told()}"
            time.sleep(0.02)

    def arrived(self, count: int = 1) -> list[int]:
        """Wait until so many processes stand at the gate, and return their numbers."""
        self.wait_for(lambda: self.gate.arrivals.qsize() >= count, what=f"{count} at the gate")
        return [self.gate.arrivals.get()[1] for _ in range(count)]

    def told(self) -> str:
        """Return the end of what the processes have written."""
        return self._log.read_text(errors="replace")[-4000:] if self._log.exists() else ""

    # --------------------------------------------------------------------------------- messages

    def queue(self, operation: Operation, times: int = 1) -> None:
        """Send the message that an operation is due."""
        with Connection(self.installation.environment()["CELERY_BROKER_URL"]) as broker:
            for _ in range(times):
                run_operation.apply_async(
                    args=(str(operation.tenant_id), str(operation.pk)), connection=broker
                )


@contextmanager
def nursery_running(data_dir: Path, log: Path) -> Iterator[tuple[Any, Installation, float]]:
    """Yield a nursery, the installation that it works for, and how slow the machine is: 1 or more.

    The installation's data directory, database and keys are the test's own.
    """
    installation = Installation(data_dir=data_dir, port=free_ports(3), outside=_outside())
    started = monotonic_seconds()
    with log.open("ab") as written:
        nursery = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(log)],
            cwd=settings.BASE_DIR,
            env={**installation.environment(), "CELERY_SKIP_CHECKS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=written,
            text=True,
        )
    try:
        assert nursery.stdout is not None
        assert nursery.stdout.readline().strip() == READY, log.read_text(errors="replace")
        yield nursery, installation, max(1.0, (monotonic_seconds() - started) / NURSERY_SECONDS)
    finally:
        nursery.communicate()  # no more orders: it ends


def _outside() -> dict[str, str]:
    """Return what the processes are told beyond what an installation knows by itself."""
    own = {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "EMAIL_HOST", "KEYS_DIR"}
    inherited = {name: value for name, value in os.environ.items() if name not in own}
    return {
        **inherited,
        "DATABASE_URL": _database_url(),
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS),
    }


def _database_url() -> str:
    at = database.settings_dict
    if database.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    password = quote(str(at["PASSWORD"]), safe="")
    return f"postgresql://{at['USER']}:{password}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def _lives(group: int) -> bool:
    """Tell whether the group has a process that is not a corpse."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            state, _, its_group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile
        if int(its_group) == group and state not in "ZX":
            return True
    return False
