"""One program as a child of the supervisor: watched, restarted after a pause, ended."""

import asyncio
import time
from collections.abc import Mapping

from ispplatform.run.console import Console
from ispplatform.run.launching import Launched, describe_end
from ispplatform.run.programs import Program

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0  # after running this long, the pauses begin anew


class Child:
    """Keeps one program running until it is told to end."""

    def __init__(self, program: Program, environment: Mapping[str, str], console: Console) -> None:
        self.program = program
        self.environment = environment
        self.console = console
        self.deaths = 0
        self.is_ending = False
        self.life: Launched | None = None
        self.watch: asyncio.Task[None] | None = None

    def keep_running(self) -> None:
        """Start the program, now and after each of its deaths."""
        self.watch = asyncio.create_task(self._live())

    async def _live(self) -> None:
        pause_seconds = FIRST_PAUSE_SECONDS
        while not self.is_ending:
            started_at = time.monotonic()
            self.life = await Launched.start(self.program.command, self.environment, self._say)
            status = await self.life.wait()
            if self.is_ending:
                return
            self.deaths += 1
            if time.monotonic() - started_at > STEADY_SECONDS:
                pause_seconds = FIRST_PAUSE_SECONDS
            self._say(f"{describe_end(status)}; starting it again in {pause_seconds:g} s")
            await asyncio.sleep(pause_seconds)
            pause_seconds = min(pause_seconds * 2, LONGEST_PAUSE_SECONDS)

    async def end(self, *, patience_seconds: float) -> None:
        """End the program: asked first, forced when it has not gone after the patience."""
        self.is_ending = True
        if self.watch is None or self.watch.done():
            return
        if self.life is None or not self.life.is_running:
            self.watch.cancel()  # between two lives
        else:
            self.life.ask_to_end()
        _, late = await asyncio.wait([self.watch], timeout=patience_seconds)
        if late and self.life is not None:
            self._say(f"did not end within {patience_seconds:g} s and is stopped")
            self.life.kill_all()
            await asyncio.wait([self.watch])

    def kill(self) -> None:
        """Stop the program and everything that it started, at once."""
        self.is_ending = True
        if self.life is not None and self.life.is_running:
            self.life.kill_all()

    def _say(self, text: str) -> None:
        self.console.line(self.program.name, text)
