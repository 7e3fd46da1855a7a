"""Prove that a backup can be restored, without touching what is there."""

import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Exists

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.backup.manifest import DATABASE, Manifest, archive_open, digest_of
from ispplatform.core.backup.restoring import require_equal, require_fitting
from ispplatform.core.backup.stores import store_of_installation
from ispplatform.core.clock import system_now
from ispplatform.core.models.backups import BackupProof
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.tenant_settings import TenantSetting, between

PROVER = Actor.system("backup_prove")
BACKUP_PROOF_DAYS = TenantSetting(
    key="core.backup_proof_days",
    default=90,
    label="Days after which a backup that was proved is too old, and the next one has to be",
    check=between(1, 366),
)


@dataclass(frozen=True, slots=True)
class Proved:
    """A backup that was proved."""

    manifest: Manifest
    row_count: int


def backup_prove(archive: Path) -> Proved:
    """Load a backup apart from the installation's data, hold it against itself, and note that.

    The installation may go on meanwhile, and nothing of it is changed: SQLite opens the copy,
    PostgreSQL loads it into a database of its own, which goes away afterwards. Each company whose
    data the installation has gets a row, and an entry of its audit trail.

    Raises:
        BackupRefused: it is damaged, the keys here do not open it, it cannot be loaded, or it
            does not hold what it says. Nothing is noted.
    """
    digest = digest_of(archive) if archive.is_file() else ""
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".proving-", dir=settings.DATA_DIR) as staging:
        root = Path(staging)
        manifest = archive_open(archive, into=root)
        require_fitting(manifest)
        store_of_installation().try_out(root / DATABASE, prove=partial(require_equal, manifest))
    proved = Proved(manifest, row_count=sum(manifest.rows.values()))
    with transaction.atomic():
        for tenant in Tenant.objects.order_by("pk"):
            with tenant_context(tenant.pk):
                _note(archive.name, digest, proved)
    return proved


def backup_is_proved(tenant: Tenant) -> Exists:
    """Return whether a backup that is young enough was proved."""
    young = system_now() - timedelta(days=BACKUP_PROOF_DAYS.of(tenant))
    return Exists(BackupProof.objects.filter(made_at__gte=young))


def _note(name: str, digest: str, proved: Proved) -> None:
    row = BackupProof.objects.create(
        file_name=name[-200:],
        sha256=digest,
        made_at=datetime.fromisoformat(proved.manifest.made_at),
        proved_at=system_now(),
        row_count=proved.row_count,
    )
    audit(
        "core.backup_prove",
        actor=PROVER,
        subject=subject_of(row),
        after={"sha256": digest, "made_at": proved.manifest.made_at, "rows": proved.row_count},
    )
