"""SQLite: the template is a file under ``.cache/``, and a copy is a copied file."""

import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.core.management import call_command
from django.db.backends.base.base import BaseDatabaseWrapper

from ispplatform.run.fingerprint import code_fingerprint, migrations_fingerprint

TEMPLATES_KEPT = 4  # of each kind; a template has a few megabytes
MEMORY_DIR = Path("/dev/shm")  # noqa: S108 - used only through mkdtemp, which makes a private name
MEMORY_BYTES_NEEDED = 500_000_000


class SqliteCopies:
    """The database of one test process, renewed from the template whenever a test has committed."""

    def __init__(self, base_dir: Path, connection: BaseDatabaseWrapper) -> None:
        self.base_dir = base_dir
        self.cache_dir = base_dir / ".cache" / "test-database"
        self.connection = connection
        self.template = Path()
        self.directory = Path()

    def open(self) -> None:
        """Make the template where it is missing, and connect to a fresh copy of it."""
        self.cache_dir.mkdir(parents=True, exist_ok=True)
        with (self.cache_dir / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the other test processes wait here for the first
            self.template = self._ready_template()
            self.directory = Path(tempfile.mkdtemp(prefix="isp-tests-", dir=_fast_directory()))
            self._connect_to(self.directory / "db.sqlite3")
            self.renew()

    def renew(self) -> None:
        """Put the template's content back; connections of other threads keep the old file."""
        self.connection.close()
        database = self.directory / "db.sqlite3"
        fresh = self.directory / "fresh.sqlite3"
        shutil.copyfile(self.template, fresh)
        for leftover in ("db.sqlite3-wal", "db.sqlite3-shm"):
            (self.directory / leftover).unlink(missing_ok=True)
        fresh.replace(database)

    def close(self) -> None:
        """Disconnect and remove the copy."""
        self.connection.close()
        shutil.rmtree(self.directory)

    def _ready_template(self) -> Path:
        base = self._template("base", migrations_fingerprint(self.base_dir), self._migrate)
        # Migrating again applies nothing, but writes what the code declares today.
        return self._template(
            "ready",
            code_fingerprint(self.base_dir),
            lambda path: self._migrate(shutil.copyfile(base, path)),
        )

    def _template(self, kind: str, key: str, make: Callable[[Path], None]) -> Path:
        template = self.cache_dir / f"{kind}-{key}.sqlite3"
        if template.exists():
            os.utime(template)
        else:
            unfinished = template.with_suffix(".making")
            unfinished.unlink(missing_ok=True)
            make(unfinished)
            unfinished.replace(template)
            self._forget_old(kind)
        return template

    def _migrate(self, path: Path) -> None:
        self._connect_to(path)
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        self.connection.close()
        with sqlite3.connect(path, isolation_level=None) as plain:
            # Back to one file, so that copying it copies everything.
            plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            plain.execute("PRAGMA journal_mode=DELETE")
            plain.execute("VACUUM")
        plain.close()

    def _connect_to(self, path: Path) -> None:
        self.connection.close()
        # The same dictionary serves the connections of all threads.
        self.connection.settings_dict["NAME"] = str(path)

    def _forget_old(self, kind: str) -> None:
        newest_first = sorted(
            self.cache_dir.glob(f"{kind}-*.sqlite3"),
            key=lambda path: path.stat().st_mtime,
            reverse=True,
        )
        for old in newest_first[TEMPLATES_KEPT:]:
            old.unlink()


def _fast_directory() -> Path | None:
    """Return the directory in memory when there is one with room, else None for the usual one."""
    usable = MEMORY_DIR.is_dir() and os.access(MEMORY_DIR, os.W_OK)
    if usable and shutil.disk_usage(MEMORY_DIR).free >= MEMORY_BYTES_NEEDED:
        return MEMORY_DIR
    return None
