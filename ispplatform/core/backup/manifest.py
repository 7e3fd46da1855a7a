"""What a backup says of itself, and the archive that carries it."""

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ispplatform.core.backup.errors import BackupRefused

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database"
FILES = "files"
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """The facts that a restore is held against.

    Attributes:
        vendor: ``sqlite`` or ``postgresql``; a backup goes back to the database it came from.
        migrations: what was applied, by app.
        rows: how many rows each table had.
        sums: for each column of money its sum and the sum of its absolute values, in minor units.
        digests: SHA-256 of each part of the archive, by its name there.
        key_proof: a text under the installation's encryption keys: who opens it has the right ones.
    """

    made_at: str
    version: str
    vendor: str
    migrations: Mapping[str, list[str]]
    rows: Mapping[str, int]
    sums: Mapping[str, list[int]]
    digests: Mapping[str, str]
    key_proof: str
    format: int = FORMAT


def archive_write(path: Path, manifest: Manifest, *, root: Path) -> None:
    """Write the manifest and every part under ``root`` as one compressed file, whole or not at all.

    Only the owner may read it.
    """
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.touch(mode=0o600)
    text = json.dumps(asdict(manifest), indent=1, sort_keys=True).encode()
    with tarfile.open(unfinished, "w:gz", compresslevel=3) as archive:
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(text)
        entry.mode = 0o600
        archive.addfile(entry, io.BytesIO(text))
        for name in manifest.digests:
            archive.add(root / name, arcname=name, recursive=False)
    unfinished.replace(path)


def archive_open(path: Path, *, into: Path) -> Manifest:
    """Unpack an archive and prove every part.

    Raises:
        BackupRefused: it is no backup of ours, of a later format, or damaged.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            archive.extractall(into, filter="data")
        facts: dict[str, Any] = json.loads((into / MANIFEST).read_text())
        found = facts.get("format")
        if found != FORMAT:
            raise BackupRefused(f"{path} has the format {found}; this version reads {FORMAT}.")
        manifest = Manifest(**facts)
    except FileNotFoundError:
        raise BackupRefused(f"{path} is not there, or is no backup.") from None
    except (OSError, EOFError, tarfile.TarError, ValueError, TypeError) as damage:
        raise BackupRefused(f"{path} cannot be read as a backup: {damage}") from damage
    for name, digest in manifest.digests.items():
        part = into / name
        if not part.is_file() or digest_of(part) != digest:
            raise BackupRefused(f"{path} is damaged: {name} is not what was written.")
    return manifest


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            total.update(chunk)
    return total.hexdigest()
