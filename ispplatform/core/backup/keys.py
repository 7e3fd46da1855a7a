"""The installation's keys, kept apart from its data: who has one of the two has nothing."""

import hashlib
import io
import tarfile
from pathlib import Path

from django.conf import settings

from ispplatform.core.backup.errors import BackupRefused
from ispplatform.core.secrets import SecretUnreadable, decrypt, encrypt

_PROOF = "the keys of this installation"
# Those of the embedded broker are made anew wherever they are missing, and protect nothing kept.
_NOT_KEPT = {"broker_password"}


def key_proof() -> str:
    """Return a text that only the installation's encryption keys open."""
    return encrypt(_PROOF)


def require_keys(proof: str) -> None:
    """Refuse a backup whose secrets this installation could not read.

    Raises:
        BackupRefused: the keys are not those of the backup.
    """
    try:
        opened = decrypt(proof)
    except SecretUnreadable:
        opened = ""
    if opened != _PROOF:
        raise BackupRefused(
            "The encryption keys here are not those of the backup, and the credentials of "
            "providers would be lost. Put the copy of the keys back first: KEYS=the file that "
            "was written beside the backup (on an empty machine), or FIELD_ENCRYPTION_KEYS."
        )


def keys_copy(directory: Path) -> Path:
    """Write the keys to a file that only its owner reads, once for each set of keys.

    Returns:
        Where they are; an equal copy from earlier is left as it is.
    """
    content = {
        "secret_key": settings.SECRET_KEY.encode(),
        "field_encryption_key": ",".join(settings.FIELD_ENCRYPTION_KEYS).encode(),
    }
    for path in sorted(settings.KEYS_DIR.rglob("*")) if settings.KEYS_DIR.is_dir() else []:
        name = path.relative_to(settings.KEYS_DIR).as_posix()
        if path.is_file() and name not in _NOT_KEPT and not name.endswith(".new"):
            content.setdefault(name, path.read_bytes())
    total = hashlib.sha256(repr(sorted(content.items())).encode()).hexdigest()[:12]
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = directory / f"isp-keys-{total}.tar"
    if target.exists():
        return target
    unfinished = target.with_suffix(".new")
    unfinished.touch(mode=0o600)
    with tarfile.open(unfinished, "w") as archive:
        for name, value in sorted(content.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(value)
            entry.mode = 0o600
            archive.addfile(entry, io.BytesIO(value))
    return unfinished.replace(target)
