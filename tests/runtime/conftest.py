"""A real supervisor on free ports, with a directory of its own and all its processes in sight."""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings

from ispplatform.run.fingerprint import code_fingerprint
from tests.ports import free_ports

WAIT_SECONDS = 420.0  # a first start needs one minute; beside the suite, more
OUTSIDE = {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "EMAIL_HOST", "KEYS_DIR", "BIND"}


def wait_for(probe: Callable[[], object], *, what: str) -> None:
    """Wait until the probe answers true; fail when it never does within ``WAIT_SECONDS``."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not probe():
        assert time.monotonic() < deadline, f"still not: {what}"
        time.sleep(0.05)


class Installation:
    """One supervisor process and everything that it has started."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port = free_ports(3)
        self.log = data_dir.parent / "supervisor.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.launched: list[subprocess.Popen[bytes]] = []

    def start(self) -> float:
        """Start the supervisor, wait for its last line, and return the seconds that it took."""
        started_at = time.monotonic()
        self.process = self.launch()
        wait_for(lambda: "is running" in self.output() or self.has_ended(), what="running")
        assert not self.has_ended(), self.output()
        return time.monotonic() - started_at

    def launch(self) -> subprocess.Popen[bytes]:
        """Start a supervisor on this directory and these ports, and wait for nothing."""
        inherited = {name: value for name, value in os.environ.items() if name not in OUTSIDE}
        with self.log.open("wb") as log:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "ispplatform.run"],
                cwd=settings.BASE_DIR,
                env={**inherited, "DATA_DIR": str(self.data_dir), "PORT": str(self.port)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.launched.append(supervisor)
        return supervisor

    def output(self) -> str:
        """Return what the supervisor has written."""
        return self.log.read_text(errors="replace")

    def has_ended(self) -> bool:
        """Whether the supervisor itself has ended."""
        return self.process is not None and self.process.poll() is not None

    def end(self, number: signal.Signals) -> float:
        """Send the supervisor a signal, and return the seconds until it had ended."""
        assert self.process is not None
        started_at = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=WAIT_SECONDS)
        return time.monotonic() - started_at

    def processes(self) -> dict[int, str]:
        """Return every process with this installation's directory in its environment."""
        mark = f"DATA_DIR={self.data_dir}".encode()
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal():
                continue
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(entry.name)] = command.decode(errors="replace")
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue  # it has ended meanwhile, or is another user's
        return {number: command for number, command in found.items() if command}

    def programs(self, word: str) -> set[int]:
        """Return the supervisor's own children whose command line holds ``word``."""
        assert self.process is not None
        own = set()
        for number, command in self.processes().items():
            if word in command and _parent(number) == self.process.pid:
                own.add(number)
        return own

    def health(self) -> int | None:
        """Return the HTTP status of the health address, or None when nothing answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/api/v1/health")
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()


def _parent(number: int) -> int | None:
    try:
        stat = Path(f"/proc/{number}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(stat.rpartition(")")[2].split()[1])


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """An installation that has not been started; whatever is left of it is stopped afterwards."""
    own = Installation(tmp_path / "var")
    yield own
    for number in own.processes():
        with suppress(ProcessLookupError):  # it ended by itself since it was listed
            os.kill(number, signal.SIGKILL)
    for supervisor in own.launched:
        supervisor.wait(timeout=WAIT_SECONDS)


@pytest.fixture
def prepared(installation: Installation, django_db_setup: None) -> Installation:
    """An installation whose database is migrated and has no demo company."""
    code = code_fingerprint(settings.BASE_DIR)
    template = settings.BASE_DIR / ".cache" / "test-database" / f"ready-{code}.sqlite3"
    installation.data_dir.mkdir()
    shutil.copyfile(template, installation.data_dir / "db.sqlite3")
    (installation.data_dir / "prepared.json").write_text(f'{{"migrated": "{code}", "demo": "no"}}')
    return installation
