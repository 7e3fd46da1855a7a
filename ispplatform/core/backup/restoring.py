"""Put a backup in the place of this installation's data."""

import shutil
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from redis.exceptions import RedisError

from ispplatform.core.backup.counting import Count
from ispplatform.core.backup.errors import BackupRefused
from ispplatform.core.backup.keys import require_keys
from ispplatform.core.backup.manifest import DATABASE, FILES, Manifest, archive_open
from ispplatform.core.backup.stores import store_of_installation
from ispplatform.core.clock import system_now
from ispplatform.core.switches.installation import installation_forget


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back.

    Attributes:
        kept: for each thing that was replaced, a sentence that says where it lies now.
    """

    manifest: Manifest
    kept: list[str]


def backup_restore(archive: Path, *, replace: bool, is_copy: bool = True) -> Restored:
    """Load a backup, and hold the result against what the backup says of itself.

    The tables are those of the backup's version: migrate afterwards. Nothing is sent from a
    restored database until a person has confirmed it, see ``docs/mechanisms/stop-switch.md``.

    Args:
        replace: also where there is a database already; what was there is kept aside.
        is_copy: False only where nothing can have happened since the backup was made, as when an
            upgrade fails: then the installation goes on without being asked.

    Raises:
        BackupRefused: the archive, the keys or the place do not fit; everything is as before.
    """
    store = store_of_installation()
    store.require_alone()
    if not replace and not store.is_empty():
        raise BackupRefused(
            "There is a database here already. REPLACE=1 puts the backup in its place and keeps "
            "what is here aside."
        )
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=settings.DATA_DIR) as staging:
        root = Path(staging)
        manifest = archive_open(archive, into=root)
        require_fitting(manifest)
        if is_copy:
            installation_forget()
        replaced = store.load(
            root / DATABASE, prove=partial(require_equal, manifest), is_copy=is_copy
        )
        try:
            kept_files = _replace_files(root / FILES)
        except BaseException:
            replaced.undo()
            raise
    with suppress(RedisError, OSError):  # a cache that does not run remembers nothing
        cache.clear()
    return Restored(manifest, [text for text in (replaced.kept, kept_files) if text])


def require_fitting(manifest: Manifest) -> None:
    """Refuse a backup of another kind of database, of other keys, or of a later version.

    Raises:
        BackupRefused: the sentence says which.
    """
    if manifest.vendor != connection.vendor:
        raise BackupRefused(
            f"The backup comes from {manifest.vendor}, and the database here is "
            f"{connection.vendor}."
        )
    require_keys(manifest.key_proof)
    known = MigrationLoader(None).disk_migrations
    unknown = sorted(
        f"{app}.{name}"
        for app, names in manifest.migrations.items()
        for name in names
        if (app, name) not in known
    )
    if unknown:
        raise BackupRefused(
            f"The backup was made by version {manifest.version}, which knows more than this one "
            f"({unknown[0]}): install that version, or a later one, and restore then."
        )


def require_equal(manifest: Manifest, count: Count) -> None:
    """Refuse a loaded database that does not hold what the backup says.

    Raises:
        BackupRefused: the sentence names the first tables that differ.
    """
    found = asdict(count)
    for name in ("rows", "sums", "migrations"):
        expected = dict(getattr(manifest, name))
        if found[name] != expected:
            differing = sorted(
                key
                for key in expected.keys() | found[name].keys()
                if expected.get(key) != found[name].get(key)
            )
            raise BackupRefused(
                f"The restored database is not what was backed up: {name} of "
                f"{', '.join(differing[:5])} differ."
            )


def _replace_files(source: Path) -> str:
    target = settings.MEDIA_ROOT
    source.mkdir(exist_ok=True)
    kept = ""
    if target.exists() and any(target.iterdir()):
        aside = target.with_name(f"{target.name}-replaced-{system_now():%Y%m%dT%H%M%S%f}")
        target.replace(aside)
        kept = f"The former files lie in {aside}."
    elif target.exists():
        target.rmdir()
    shutil.move(source, target)
    return kept
