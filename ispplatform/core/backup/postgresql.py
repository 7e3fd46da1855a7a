"""PostgreSQL: its own programs carry the data; dump and counts are of one exported snapshot.

Dumping needs no more than the role ``app``: row level security lets it see every company where it
says so, and no table is read past its policy. Loading is the owner's (``MIGRATOR_DATABASE_URL``).

Source: PostgreSQL 15, ``pg_dump`` (``--snapshot``, ``--enable-row-security``), ``pg_restore``.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from ispplatform.core.backup.counting import Count, count_all
from ispplatform.core.backup.errors import BackupRefused
from ispplatform.core.backup.stores import Replaced
from ispplatform.core.clock import system_now
from ispplatform.core.database.postgresql_walls import grant

EVERY_COMPANY = "-c app.tenant=*"
ASIDE = "replaced_"
INSERT_STRANGER: LiteralString = (
    "INSERT INTO core_installation (id, installation_id, confirmed_by_label, confirmed_at) "
    "VALUES (1, %s, '', now())"
)
# What the programs are told of a connection: by their environment, where no process list shows it.
_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


class PostgresqlStore:
    """The database that ``DATABASE_URL`` names."""

    @property
    def owner_url(self) -> str:
        """The owner's.

        Raises:
            BackupRefused: it is not known here.
        """
        if not settings.MIGRATOR_DATABASE_URL:
            raise BackupRefused(
                "Set MIGRATOR_DATABASE_URL to the owner of the tables: only it may replace them."
            )
        return urlsplit(settings.MIGRATOR_DATABASE_URL)._replace(path=f"/{self._name}").geturl()

    def dump(self, target: Path) -> Count:
        """Dump one snapshot and count the same one."""
        with self._connect(settings.DATABASE_URL) as session:
            session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            (snapshot,) = session.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
            _run(
                "pg_dump",
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                "--enable-row-security",
                f"--exclude-schema={ASIDE}*",
                f"--snapshot={snapshot}",
                f"--file={target}",
                environment=self._variables(settings.DATABASE_URL),
            )
            return _count(session)

    def is_empty(self) -> bool:
        """Tell whether the schema has no table."""
        with self._connect(settings.DATABASE_URL) as session:
            return not _columns(session)

    def require_alone(self) -> None:
        """Refuse while the role of web and workers is connected.

        Raises:
            BackupRefused: it is.
        """
        connection.close()
        with self._connect(self.owner_url) as session:
            (others,) = session.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND usename = %s",
                [settings.DATABASE_APP_ROLE],
            ).fetchone() or (0,)
        if others:
            raise BackupRefused(
                f"{others} connections of web, worker or beat are open: stop them first."
            )

    def load(self, source: Path, *, prove: Callable[[Count], None], is_copy: bool) -> Replaced:
        """Set the schema aside under another name, and let the owner load the dump in its place."""
        aside = f"{ASIDE}{system_now():%Y%m%d_%H%M%S_%f}"
        with self._connect(self.owner_url) as session:
            had_tables = bool(_columns(session))
            self._rename(session, "public", aside)
            session.execute("CREATE SCHEMA public")
        connection.close()

        def undo() -> None:
            connection.close()
            with self._connect(self.owner_url) as session:
                session.execute("DROP SCHEMA public CASCADE")
                self._rename(session, aside, "public")

        try:
            self._restore(source, self._name)
            with self._connect(self.owner_url) as session:
                prove(_count(session))
                if is_copy:  # the role of web and workers cannot even read yet: migrate grants it
                    session.execute("DELETE FROM core_installation")
                    session.execute(INSERT_STRANGER, [uuid4()])
                else:
                    grant(session.cursor())
        except BaseException:
            undo()
            raise
        kept = f"The former tables lie in the schema {aside}." if had_tables else ""
        return Replaced(undo=undo, kept=kept)

    def try_out(self, source: Path, *, prove: Callable[[Count], None]) -> None:
        """Load the dump into a database that the owner makes for it and drops again."""
        name = f"{self._name[:40]}_proof_{uuid4().hex[:8]}"
        try:
            with self._connect(self.owner_url) as session:
                session.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
                )
        except psycopg.errors.InsufficientPrivilege:
            raise BackupRefused(
                "The owner of the tables may not make a database to try the backup out. Allow it "
                "once, as a superuser: ALTER ROLE migrator CREATEDB (the name of your owner)."
            ) from None
        try:
            self._restore(source, name)
            with self._connect(self.owner_url, name) as session:
                prove(_count(session))
        finally:
            with self._connect(self.owner_url) as session:
                session.execute(
                    sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
                )

    def _restore(self, source: Path, database: str) -> None:
        _run(
            "pg_restore",
            "--no-owner",
            "--no-privileges",
            "--schema=public",
            "--single-transaction",
            f"--dbname={database}",
            str(source),
            environment=self._variables(self.owner_url),
        )

    @property
    def _name(self) -> str:
        return str(connection.settings_dict["NAME"])

    def _connect(self, url: str, database: str = "") -> psycopg.Connection[Any]:
        name = database or self._name
        return psycopg.connect(url, dbname=name, options=EVERY_COMPANY, autocommit=True)

    def _variables(self, url: str) -> dict[str, str]:
        known = {**conninfo_to_dict(url), "dbname": self._name}
        named = {_VARIABLES[key]: str(value) for key, value in known.items() if key in _VARIABLES}
        return {**named, "PGOPTIONS": EVERY_COMPANY}

    @staticmethod
    def _rename(session: psycopg.Connection[Any], old: str, new: str) -> None:
        session.execute(
            sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
        )


def _count(session: psycopg.Connection[Any]) -> Count:
    def query(text: str) -> list[tuple[Any, ...]]:
        return session.execute(text).fetchall()

    return count_all(query, columns=_columns(session))


def _columns(session: psycopg.Connection[Any]) -> dict[str, set[str]]:
    rows = session.execute(
        "SELECT t.relname, a.attname FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid "
        "WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' "
        "AND a.attnum > 0 AND NOT a.attisdropped"
    ).fetchall()
    columns: dict[str, set[str]] = {}
    for table, column in rows:
        columns.setdefault(table, set()).add(column)
    return columns


def _run(program: str, *arguments: str, environment: Mapping[str, str]) -> None:
    path = shutil.which(program)
    if path is None:
        raise BackupRefused(f"{program} is missing: install PostgreSQL's client programs.")
    ended = subprocess.run(
        [path, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise BackupRefused(f"{program} failed: {ended.stderr.strip()[-2000:]}")
