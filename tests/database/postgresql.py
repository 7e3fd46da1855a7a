"""PostgreSQL: made and migrated as the owner, cloned for each process, used as the app role."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
import pytest
from django.core.management import call_command
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from ispplatform.run.fingerprint import code_fingerprint

TEMPLATE_LOCK = 7_204_311  # any number: advisory lock that the building process holds


class PostgresqlCopies:
    """The database of one test process, renewed from the template whenever a test has committed.

    ``DATABASE_URL`` names the role ``app`` that the tests query as, ``MIGRATOR_DATABASE_URL`` the
    owner that creates and migrates: the second wall only stands in front of the first of them.
    """

    def __init__(self, base_dir: Path, connection: BaseDatabaseWrapper, worker_id: str) -> None:
        owner_url = os.environ.get("MIGRATOR_DATABASE_URL")
        if not owner_url:
            raise pytest.UsageError(
                "DATABASE_URL names PostgreSQL: set MIGRATOR_DATABASE_URL to the owner's as well."
            )
        self.connection = connection
        self.owner_url = owner_url
        self.template = f"isp_template_{code_fingerprint(base_dir)}"
        self.copy = f"isp_test_{worker_id}_{os.getpid()}"

    def open(self) -> None:
        """Make the template where it is missing, and connect to a clone of it as the app role."""
        with self._server() as server:
            server.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
            known = server.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [self.template]
            ).fetchone()
            if not known:
                self._make_template(server)
        self._disconnect()
        self.connection.settings_dict["NAME"] = self.copy
        self.renew()

    def renew(self) -> None:
        """Drop the copy, whoever is connected to it, and clone the template again."""
        self._disconnect()
        with self._server() as server:
            self._drop(server, self.copy)
            server.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                    sql.Identifier(self.copy), sql.Identifier(self.template)
                )
            )

    def close(self) -> None:
        """Disconnect and drop the copy; the template stays for the next run."""
        self._disconnect()
        with self._server() as server:
            self._drop(server, self.copy)

    def _make_template(self, server: psycopg.Connection) -> None:
        unfinished = f"{self.template}_making"
        self._drop(server, unfinished)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
        owner = urlsplit(self.owner_url)
        app_settings = dict(self.connection.settings_dict)
        self._disconnect()
        self.connection.settings_dict.update(
            NAME=unfinished,
            USER=unquote(owner.username or ""),
            PASSWORD=unquote(owner.password or ""),
            HOST=unquote(owner.hostname or ""),
            PORT=str(owner.port or ""),
        )
        try:
            call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        finally:
            self._disconnect()
            self.connection.settings_dict.update(app_settings)
        # The name is given last: a template that has it is complete.
        server.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(unfinished), sql.Identifier(self.template)
            )
        )

    def _server(self) -> psycopg.Connection:
        return psycopg.connect(self.owner_url, dbname="postgres", autocommit=True)

    def _disconnect(self) -> None:
        self.connection.close()
        self.connection.close_pool()

    @staticmethod
    def _drop(server: psycopg.Connection, name: str) -> None:
        server.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
