"""Brings an installation up step by step, keeps it up, and takes it down without a remainder."""

import asyncio
import fcntl
import http
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ispplatform.run import programs
from ispplatform.run.announcement import announcement
from ispplatform.run.children import Child
from ispplatform.run.console import Console
from ispplatform.run.health import HEALTH_PATH, health_status
from ispplatform.run.installation import Installation, StartRefused
from ispplatform.run.launching import Launched
from ispplatform.run.ports import require_free_ports
from ispplatform.run.preparation import Preparation
from ispplatform.run.programs import Program

READY_TIMEOUT_SECONDS = 60.0
PROBE_PAUSE_SECONDS = 0.05
DEATHS_BEFORE_GIVING_UP = 3  # while starting; afterwards nothing is ever given up
WATCH_SECONDS = 300.0  # between looks whether everything still runs
PATIENCE_SECONDS = 7.0  # for the programs that do work, all together
BROKER_PATIENCE_SECONDS = 2.0  # after them


class Supervisor:
    """Runs one installation in the calling process's event loop."""

    def __init__(self, installation: Installation, console: Console) -> None:
        self.installation = installation
        self.console = console
        self.environment = installation.environment()
        self.children: list[Child] = []
        self.ended = asyncio.Event()
        self.watching: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Bring everything up, say where it is, and stay until a signal ends it.

        Raises:
            StartRefused: a step of the start failed; what had started has been ended.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._end_asked)
        bring_up = asyncio.create_task(self._bring_up())
        waiting = asyncio.create_task(self.ended.wait())
        try:
            await asyncio.wait([bring_up, waiting], return_when=asyncio.FIRST_COMPLETED)
            if not self.ended.is_set():
                bring_up.result()
                await waiting
        finally:
            bring_up.cancel()
            waiting.cancel()
            await asyncio.wait([bring_up, waiting])
            await self._take_down()

    def _end_asked(self) -> None:
        if self.ended.is_set():
            for child in self.children:
                child.kill()
            return
        self.console.say("\nEnding ... (a second Ctrl-C stops everything at once)")
        self.ended.set()

    async def _bring_up(self) -> None:
        started_at = time.monotonic()
        own = self.installation
        if own.has_own_broker:
            self._keep(programs.broker(own))
        if own.has_own_mail:
            self._keep(programs.mail_catcher(own))
        await Preparation(own, self.environment, self.console).run()
        self._keep(programs.web(own))
        for child in list(self.children):
            await self._wait_until_ready(child)
        # Only now, so that the first page does not compete with them for the processors.
        self._keep(programs.worker(own))
        self._keep(programs.beat(own))
        self.console.say(announcement(own, seconds=time.monotonic() - started_at))
        await self._report_health()
        self.watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        """When health fails, let staff be told even if worker and beat are what fails."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            status = await asyncio.to_thread(health_status, self.installation)
            if status != http.HTTPStatus.OK:
                command = self.installation.manage("watch")
                look = await Launched.start(command, self.environment, self._say_watch)
                await look.wait()

    def _say_watch(self, line: str) -> None:
        self.console.say(f"{'watch':<7} | {line}")

    def _keep(self, program: Program) -> Child:
        child = Child(program, self.environment, self.console)
        self.children.append(child)
        child.keep_running()
        return child

    async def _wait_until_ready(self, child: Child) -> None:
        is_ready = child.program.is_ready
        deadline = time.monotonic() + READY_TIMEOUT_SECONDS
        while is_ready is not None and not await asyncio.to_thread(is_ready):
            if child.deaths >= DEATHS_BEFORE_GIVING_UP:
                raise StartRefused(f"{child.program.name} cannot start: its lines above say why.")
            if time.monotonic() > deadline:
                raise StartRefused(
                    f"{child.program.name} does not answer after {READY_TIMEOUT_SECONDS:g} s."
                )
            await asyncio.sleep(PROBE_PAUSE_SECONDS)

    async def _report_health(self) -> None:
        status = await asyncio.to_thread(health_status, self.installation)
        if status != http.HTTPStatus.OK:
            self.console.say(f"  {HEALTH_PATH} answers {status}: open it, it names what is wrong.")

    async def _take_down(self) -> None:
        """End the programs that work first, then the broker that they talk to."""
        if self.watching is not None:
            self.watching.cancel()
        working = [child for child in self.children if child.program.name != "broker"]
        await asyncio.gather(*(child.end(patience_seconds=PATIENCE_SECONDS) for child in working))
        for child in self.children:
            await child.end(patience_seconds=BROKER_PATIENCE_SECONDS)


@contextmanager
def sole_owner(installation: Installation) -> Iterator[None]:
    """Hold the installation's directory: two supervisors on one database would both run it.

    Raises:
        StartRefused: another supervisor holds it.
    """
    installation.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (installation.data_dir / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise StartRefused(
                f"Another ISP Platform (process {lock.read().strip()}) is running on "
                f"{installation.data_dir}: end it first, or choose another place with DATA_DIR=."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def run_installation(installation: Installation, console: Console) -> None:
    """Run the installation until a signal ends it.

    Raises:
        StartRefused: it cannot start; the message says why and what to do.
    """
    with sole_owner(installation):
        require_free_ports(installation)
        installation.static_dir.mkdir(exist_ok=True)
        asyncio.run(Supervisor(installation, console).run())
