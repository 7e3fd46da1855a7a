"""Starts one process so that it cannot outlive us, and passes its lines on."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping

from ispplatform.run.console import LineSplitter
from ispplatform.run.installation import BASE_DIR

PR_SET_PDEATHSIG = 1  # Linux: a signal for the child when its parent dies
READ_BYTES = 65_536
LAST_WORDS_SECONDS = 2.0  # for output that is still in the pipe after the end

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Launched:
    """A process in a process group of its own, whose output is read line by line."""

    def __init__(self, process: asyncio.subprocess.Process, output: asyncio.Task[None]) -> None:
        self.process = process
        self.output = output

    @classmethod
    async def start(
        cls, command: list[str], environment: Mapping[str, str], take_line: Callable[[str], None]
    ) -> "Launched":
        """Start ``command`` in the repository; ``take_line`` gets what it and its children write.

        The pipe is ours and not asyncio's, whose ``wait`` returns only when the last holder of
        the pipe is gone: a killed server's worker would keep us from noticing the death.
        """
        read_end, write_end = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                env=environment,
                cwd=BASE_DIR,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=write_end,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        except BaseException:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        return cls(process, asyncio.create_task(_relay(read_end, take_line)))

    @property
    def is_running(self) -> bool:
        """Whether the process itself still runs."""
        return self.process.returncode is None

    async def wait(self) -> int:
        """Wait for the end, clear what the process left behind, and return its status.

        What a dead program leaves behind would hold its port and its place in the queue.
        """
        status = await self.process.wait()
        self.kill_all()
        await asyncio.wait([self.output], timeout=LAST_WORDS_SECONDS)
        self.output.cancel()
        return status

    def ask_to_end(self) -> None:
        """Send SIGTERM to the process, which ends its own children in its own order."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()

    def kill_all(self) -> None:
        """Kill the process and everything that it started, if anything is left."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


async def _relay(read_end: int, take_line: Callable[[str], None]) -> None:
    splitter = LineSplitter(take_line)
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", buffering=0)
    )
    try:
        while data := await reader.read(READ_BYTES):
            splitter.feed(data)
    finally:
        splitter.feed(b"", last=True)
        transport.close()


def _die_with_parent() -> None:
    """Ask Linux to end this process when its parent dies; runs between fork and exec."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def describe_end(status: int) -> str:
    """Return how a process ended, in words."""
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"
