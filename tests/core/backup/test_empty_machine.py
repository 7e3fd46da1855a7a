"""A backup returns to another, empty database server's database, as a production would do it.

Its counterpart on SQLite is in tests/runtime/test_backup.py.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection
from psycopg import sql

from billing.models import Document, DocumentFile
from billing.services.files import document_pdf
from ispplatform.core.backup import backup_make
from tests.house import House, house

__all__ = ["house"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.needs_postgres,
    pytest.mark.slow,
]

EVERY_COMPANY = "-c app.tenant=*"
COMPARED = {
    "customers": "SELECT count(*), min(customer_number), max(email) FROM customers_customer",
    "ledger": "SELECT account_id, sum(amount), count(*) FROM billing_journalline"
    " GROUP BY 1 ORDER BY 1",
    "documents": "SELECT number, net_total, tax_total FROM billing_document ORDER BY number",
    "waiting": "SELECT name FROM core_outboxevent WHERE dispatched_at IS NULL ORDER BY id",
    "audit": "SELECT count(*), max(act) FROM core_auditentry",
    "files": "SELECT path FROM billing_documentfile ORDER BY path",
}
ASKED = (
    "from ispplatform.core.switches.installation import installation_is_confirmed;"
    " print(installation_is_confirmed())"
)


@dataclass
class Machine:
    """Where nothing is yet but an empty database and a directory."""

    database: str
    data_dir: Path

    def url(self, url: str) -> str:
        """Return the same role's way to the database of this machine."""
        return urlsplit(url)._replace(path=f"/{self.database}").geturl()

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command there."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=django_settings.BASE_DIR,
            env={
                **os.environ,
                "DATA_DIR": str(self.data_dir),
                "DATABASE_URL": self.url(django_settings.DATABASE_URL),
                "MIGRATOR_DATABASE_URL": self.url(django_settings.MIGRATOR_DATABASE_URL),
                "SECRET_KEY": django_settings.SECRET_KEY,
                "FIELD_ENCRYPTION_KEYS": ",".join(django_settings.FIELD_ENCRYPTION_KEYS),
            },
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Another machine, with a database that has no table."""
    name = f"{connection.settings_dict['NAME'][:40]}_empty"
    owner = django_settings.MIGRATOR_DATABASE_URL
    with psycopg.connect(owner, autocommit=True) as session:
        session.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
        )
        yield Machine(name, tmp_path / "elsewhere")
        session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def held(name: str) -> dict[str, list[tuple[object, ...]]]:
    """Return what a person would compare, as the role that serves pages sees it."""
    with psycopg.connect(
        django_settings.DATABASE_URL, dbname=name, options=EVERY_COMPANY
    ) as session:
        return {what: session.execute(query).fetchall() for what, query in COMPARED.items()}


def test_a_backup_returns_to_an_empty_machine(house: House, machine: Machine, tmp_path: Path):
    house.pay(house.order(house.hosting_plan, domain="shop.example"))
    document_pdf(Document.objects.get())
    archive = backup_make(tmp_path)

    restored = machine.manage("restore", str(archive))

    assert restored.returncode == 0, restored.stderr
    assert "all sums of money are equal" in restored.stdout
    assert "Nothing is sent from here yet" in restored.stdout
    before = held(str(connection.settings_dict["NAME"]))
    assert all(before.values())
    assert held(machine.database) == before
    path = DocumentFile.objects.get().path
    kept = (django_settings.MEDIA_ROOT / path).read_bytes()
    assert (machine.data_dir / "files" / path).read_bytes() == kept
    told = machine.manage("shell", "--command", ASKED)
    assert told.stdout.split()[-1] == "False", "a copy waits for a person before it sends anything"

    again = machine.manage("restore", str(archive))
    assert again.returncode == 1
    assert "--replace" in again.stderr or "REPLACE=1" in again.stderr
    assert held(machine.database) == before
