"""The embedded database: one file, copied page by page while others write it."""

import fcntl
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import connection

from ispplatform.core.backup.counting import Count, count_all
from ispplatform.core.backup.errors import BackupRefused
from ispplatform.core.backup.stores import Replaced
from ispplatform.core.clock import system_now

COMPANIONS = ("-wal", "-shm")
LOCK_SECONDS = 20.0
INSERT_STRANGER = (
    "INSERT INTO core_installation (id, installation_id, confirmed_by_label, confirmed_at) "
    "VALUES (1, ?, '', strftime('%Y-%m-%d %H:%M:%f', 'now'))"
)


class SqliteStore:
    """The file that ``DATABASE_URL`` names."""

    def __init__(self) -> None:
        self.path = Path(connection.settings_dict["NAME"])

    @property
    def owner_url(self) -> str:
        """The same file: it has no roles."""
        return f"sqlite:///{self.path}"

    def dump(self, target: Path) -> Count:
        """Copy through SQLite itself: one moment, with what still lies in the write-ahead log."""
        with (
            closing(sqlite3.connect(self.path, timeout=LOCK_SECONDS)) as live,
            closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, whole without companions
        return _count(target)

    def is_empty(self) -> bool:
        """Tell whether the file is missing or has no table."""
        return not self.path.exists() or not _columns(self.path)

    def require_alone(self) -> None:
        """Refuse while ``make run`` holds the data directory.

        Raises:
            BackupRefused: it runs.
        """
        lock_path = settings.DATA_DIR / "run.lock"
        if not lock_path.exists():
            return
        with lock_path.open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupRefused(
                    f"ISP Platform is running on {settings.DATA_DIR}: end it first."
                ) from None

    def load(self, source: Path, *, prove: Callable[[Count], None], is_copy: bool) -> Replaced:
        """Prove the copy, move what is there aside, and put the copy in its place."""
        self.try_out(source, prove=prove)
        if is_copy:
            with closing(sqlite3.connect(source)) as copy, copy:
                copy.execute("DELETE FROM core_installation")
                copy.execute(INSERT_STRANGER, [uuid4().hex])
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = self.path.with_name(f".{self.path.name}.restored")
        shutil.copyfile(source, beside)  # the backup may have been opened on another disk
        connection.close()
        aside = self.path.parent / f"replaced-{system_now():%Y%m%dT%H%M%S%f}"
        moved = self._move(self.path.parent, aside)
        beside.replace(self.path)

        def undo() -> None:
            connection.close()
            self._move(self.path.parent, aside / "failed")
            self._move(aside, self.path.parent)

        return Replaced(undo=undo, kept=f"The former database lies in {aside}." if moved else "")

    def try_out(self, source: Path, *, prove: Callable[[Count], None]) -> None:
        """Open the copy where it lies: it is a whole database."""
        with closing(sqlite3.connect(source)) as copy:
            found = copy.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise BackupRefused(f"The database in the backup is damaged: {found}.")
        prove(_count(source))

    def _move(self, source: Path, target: Path) -> bool:
        """Move the database's files from one directory to another; tell whether there were any."""
        found = [
            file
            for suffix in ("", *COMPANIONS)
            if (file := source / f"{self.path.name}{suffix}").exists()
        ]
        for file in found:
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.replace(target / file.name)
        return bool(found)


def _count(path: Path) -> Count:
    columns = _columns(path)
    with closing(sqlite3.connect(path, timeout=LOCK_SECONDS)) as database:
        return count_all(lambda sql: database.execute(sql).fetchall(), columns=columns)


def _columns(path: Path) -> dict[str, set[str]]:
    with closing(sqlite3.connect(path, timeout=LOCK_SECONDS)) as database:
        rows = database.execute(
            "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
            "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        ).fetchall()
    columns: dict[str, set[str]] = {}
    for table, column in rows:
        columns.setdefault(table, set()).add(column)
    return columns
