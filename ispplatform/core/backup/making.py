"""Make a backup while the installation runs."""

import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection

from ispplatform import __version__
from ispplatform.core.backup.errors import BackupRefused
from ispplatform.core.backup.keys import key_proof
from ispplatform.core.backup.manifest import DATABASE, FILES, Manifest, archive_write, digest_of
from ispplatform.core.backup.stores import store_of_installation
from ispplatform.core.clock import system_now


def backup_make(directory: Path) -> Path:
    """Write the database of one moment, and the files that belong to it, to a new archive.

    Nothing has to be stopped. The files are read after the database, so that every file that it
    names is there. The keys are not in it: see ``keys_copy``.

    Returns:
        The archive; only its owner may read it.

    Raises:
        BackupRefused: it could not be made; nothing is left of it.
    """
    moment = system_now()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = directory / f"isp-{moment:%Y%m%dT%H%M%S}.tar.gz"
    if target.exists():
        raise BackupRefused(f"{target} exists already.")
    store = store_of_installation()
    with tempfile.TemporaryDirectory(prefix=".making-", dir=directory) as staging:
        root = Path(staging)
        count = store.dump(root / DATABASE)
        digests = {DATABASE: digest_of(root / DATABASE)}
        (root / FILES).symlink_to(settings.MEDIA_ROOT, target_is_directory=True)
        for path in sorted(settings.MEDIA_ROOT.rglob("*")):
            if path.is_file():
                name = f"{FILES}/{path.relative_to(settings.MEDIA_ROOT).as_posix()}"
                digests[name] = digest_of(path)
        manifest = Manifest(
            made_at=moment.isoformat(),
            version=__version__,
            vendor=connection.vendor,
            migrations=count.migrations,
            rows=count.rows,
            sums=count.sums,
            digests=digests,
            key_proof=key_proof(),
        )
        archive_write(target, manifest, root=root)
    return target
