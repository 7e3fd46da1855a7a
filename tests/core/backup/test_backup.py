"""Backups on the database at hand: made while it works, proved when restored, silent afterwards."""

import json
import tarfile
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from billing.models import Document, DocumentFile, JournalLine
from billing.selectors.ledger import account_balances, ledger_differences
from billing.services.files import document_pdf
from customers.models import Customer
from ispplatform.core.backup import (
    BackupRefused,
    backup_make,
    backup_prove,
    backup_restore,
    installation_upgrade,
)
from ispplatform.core.backup.keys import keys_copy
from ispplatform.core.backup.manifest import digest_of
from ispplatform.core.backup.proving import BACKUP_PROOF_DAYS, backup_is_proved
from ispplatform.core.backup.upgrading import step_succeeds
from ispplatform.core.clock import system_now
from ispplatform.core.models import AuditEntry, BackupProof, Operation, OperationExchange, Tenant
from ispplatform.core.operations.claiming import operations_take_for_queueing
from ispplatform.core.switches.installation import installation_is_confirmed
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from tests.factories.customers import CustomerFactory
from tests.house import House, house

__all__ = ["house"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def sold(house: House) -> House:
    """A paid service whose setting up waits, with an invoice that was printed."""
    assert installation_is_confirmed()
    house.pay(house.order(house.hosting_plan, domain="shop.example"))
    document_pdf(Document.objects.get())
    return house


def held() -> dict[str, object]:
    """Return what a person would compare."""
    with default_storage.open(DocumentFile.objects.get().path) as file:
        content = file.read()
    return {
        "customers": sorted(Customer.objects.values_list("customer_number", flat=True)),
        "balances": account_balances(currency="EUR"),
        "lines": JournalLine.objects.count(),
        "operations": Operation.objects.count(),
        "file": content,
    }


def migrated(directory: Path) -> None:
    said: list[str] = []
    assert step_succeeds(("migrate", "--no-input", "--verbosity", "0"), said.append), said


def test_what_was_backed_up_comes_back_equal_and_sends_nothing(sold, tmp_path, settings):
    before = held()
    archive = backup_make(tmp_path)
    CustomerFactory()
    default_storage.delete(DocumentFile.objects.get().path)
    default_storage.save("later.pdf", ContentFile(b"after the backup"))
    restored = backup_restore(archive, replace=True)
    migrated(tmp_path)
    assert held() == before
    assert ledger_differences() == []
    assert not default_storage.exists("later.pdf")
    assert restored.manifest.rows["billing_journalline"] == before["lines"]
    assert len(restored.kept) == 2, "the database and the files that were replaced"
    assert not installation_is_confirmed()
    run_until_quiet()
    assert operations_take_for_queueing() == []
    assert not OperationExchange.objects.exists()


def test_a_shared_id_of_the_environment_does_not_let_a_copy_act(sold, tmp_path, settings):
    settings.INSTALLATION_ID = settings.INSTALLATION_ID_FILE.read_text().strip()
    assert installation_is_confirmed()
    backup_restore(backup_make(tmp_path), replace=True)
    migrated(tmp_path)
    assert not installation_is_confirmed()


def test_a_place_that_is_taken_is_left_alone(sold, tmp_path):
    archive = backup_make(tmp_path)
    before = held()
    with pytest.raises(BackupRefused, match="REPLACE=1"):
        backup_restore(archive, replace=False)
    assert held() == before
    assert installation_is_confirmed()


def test_the_keys_lie_elsewhere_and_only_their_owner_reads_either(sold, tmp_path, settings):
    archive = backup_make(tmp_path / "data")
    copy = keys_copy(tmp_path / "keys")
    assert keys_copy(tmp_path / "keys") == copy, "the same keys are written once"
    assert {path.stat().st_mode & 0o777 for path in (archive, copy)} == {0o600}
    with tarfile.open(archive) as data, tarfile.open(copy) as keys:
        assert {"secret_key", "field_encryption_key"} <= set(keys.getnames())
        names = data.getnames()
        manifest = data.extractfile("manifest.json").read().decode()
    assert not [name for name in names if "key" in name]
    assert settings.FIELD_ENCRYPTION_KEYS[0] not in manifest
    assert settings.SECRET_KEY not in manifest


def test_with_other_keys_nothing_is_restored(sold, tmp_path, settings):
    archive = backup_make(tmp_path)
    before = held()
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(BackupRefused, match="encryption keys"):
        backup_restore(archive, replace=True)
    assert held() == before


def changed(archive: Path, tmp_path: Path, **facts: object) -> Path:
    """Return the archive with other facts in its manifest."""
    root = tmp_path / "opened"
    with tarfile.open(archive) as opened:
        opened.extractall(root, filter="data")
    manifest = json.loads((root / "manifest.json").read_text()) | facts
    (root / "manifest.json").write_text(json.dumps(manifest))
    with tarfile.open(tmp_path / "changed.tar.gz", "w:gz") as out:
        out.add(root, arcname=".")
    return tmp_path / "changed.tar.gz"


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"format": 2}, "has the format 2"),
        ({"vendor": "oracle"}, "comes from oracle"),
        ({"migrations": {"billing": ["9999_from_the_future"]}}, "9999_from_the_future"),
        ({"rows": {"billing_invoice": 7}}, "rows of .* differ"),
        ({"sums": {"billing_journalline.amount": [1, 1]}}, "sums of .* differ"),
        ({"digests": {"database": "0" * 64}}, "is damaged: database"),
        ({"surprise": 1}, "cannot be read"),
    ],
)
def test_a_backup_that_does_not_fit_changes_nothing(sold, tmp_path, facts, sentence):
    archive = changed(backup_make(tmp_path), tmp_path, **facts)
    before = held()
    with pytest.raises(BackupRefused, match=sentence):
        backup_restore(archive, replace=True)
    assert held() == before


def test_what_is_no_backup_is_refused(sold, tmp_path):
    torn = tmp_path / "torn.tar.gz"
    torn.write_bytes(backup_make(tmp_path).read_bytes()[:2000])
    for path in (torn, tmp_path / "missing.tar.gz", Path(__file__)):
        with pytest.raises(BackupRefused):
            backup_restore(path, replace=True)


def test_an_upgrade_that_fails_leaves_everything_as_it_was(sold, tmp_path):
    before = held()
    said: list[str] = []
    steps = [("migrate", "sales", "zero", "--fake", "--verbosity", "0"), ("no_such_command",)]
    with pytest.raises(BackupRefused, match="as before"):
        installation_upgrade(tmp_path, tell=said.append, steps=steps)
    assert any("no_such_command" in line for line in said)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations WHERE app = 'sales'")
        assert cursor.fetchone() != (0,)
    assert held() == before
    assert installation_is_confirmed(), "nothing happened meanwhile: it goes on without being asked"


def test_an_upgrade_migrates_and_checks(sold, tmp_path):
    said: list[str] = []
    backup = installation_upgrade(tmp_path, tell=said.append)
    assert backup.is_file()
    assert said == [f"Backup: {backup}", "migrate ...", "check ...", *said[3:]]
    assert "0 silenced" in said[3]
    assert held()["lines"] == JournalLine.objects.count()


def test_a_backup_is_proved_beside_the_data_and_that_is_noted_for_each_company(
    sold, other_tenant, tmp_path
):
    archive = backup_make(tmp_path)
    before, confirmed = held(), installation_is_confirmed()
    proved = backup_prove(archive)
    assert proved.row_count == sum(proved.manifest.rows.values())
    assert (held(), installation_is_confirmed()) == (before, confirmed)
    for tenant_id in Tenant.objects.values_list("pk", flat=True):
        with tenant_context(tenant_id):
            row = BackupProof.objects.get()
            entry = AuditEntry.objects.select_related("values").get(act="core.backup_prove")
        assert (row.file_name, row.sha256) == (archive.name, digest_of(archive))
        assert row.made_at.isoformat() == proved.manifest.made_at
        assert entry.values.after["sha256"] == row.sha256
    assert not list(settings_dir().glob(".proving-*"))


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"migrations": {"billing": ["9999_from_the_future"]}}, "9999_from_the_future"),
        ({"rows": {"billing_invoice": 7}}, "rows of .* differ"),
        ({"sums": {"billing_journalline.amount": [1, 1]}}, "sums of .* differ"),
        ({"digests": {"database": "0" * 64}}, "is damaged: database"),
    ],
)
def test_a_backup_that_does_not_hold_what_it_says_is_not_noted(sold, tmp_path, facts, sentence):
    archive = changed(backup_make(tmp_path), tmp_path, **facts)
    with pytest.raises(CommandError, match=sentence):
        call_command("backup_prove", archive)
    assert not BackupProof.objects.exists()
    assert not AuditEntry.objects.filter(act="core.backup_prove").exists()


def test_a_proof_of_an_old_backup_sets_up_nothing(live_tenant):
    days = BACKUP_PROOF_DAYS.default
    assert not is_proved(live_tenant)
    for age, expected in ((days + 1, False), (days - 1, True)):
        BackupProof.objects.create(
            file_name="isp.tar.gz",
            sha256="0" * 64,
            made_at=system_now() - timedelta(days=age),
            proved_at=system_now(),
            row_count=1,
        )
        assert is_proved(live_tenant) is expected


def is_proved(tenant: Tenant) -> bool:
    return Tenant.objects.filter(pk=tenant.pk).values_list(backup_is_proved(tenant)).get()[0]


def settings_dir() -> Path:
    return Path(django_settings.DATA_DIR)
