"""The installation's secrets: made once, kept in files that only their owner can read."""

import base64
import os
import secrets
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Keys:
    """The secrets of one installation, as the programs' environment takes them."""

    secret_key: str = field(repr=False)
    field_encryption_key: str = field(repr=False)
    broker_password: str = field(repr=False)

    @classmethod
    def kept_in(cls, directory: Path) -> "Keys":
        """Return the secrets in ``directory``; those that are missing are made there.

        The keys that sign tokens lie beside them: accounts makes and rotates those itself.
        """
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(
            secret_key=_kept(directory / "secret_key", lambda: secrets.token_urlsafe(50)),
            field_encryption_key=_kept(directory / "field_encryption_key", _new_fernet_key),
            broker_password=_kept(directory / "broker_password", lambda: secrets.token_hex(24)),
        )


def _kept(path: Path, make: Callable[[], str]) -> str:
    """Return the content of ``path``; make it first, whole or not at all, where it is missing."""
    if not path.exists():
        unfinished = path.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    return path.read_text().strip()


def _new_fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


class KeysRefused(Exception):
    """The copy of the keys cannot be put back; the message is the sentence for the operator."""


def keys_put_back(copy: Path, directory: Path) -> None:
    """Unpack a copy of the keys into a directory that has none.

    Raises:
        KeysRefused: it is no such copy, or there are keys already.
    """
    if directory.is_dir() and any(directory.iterdir()):
        raise KeysRefused(f"There are keys in {directory} already: move them away first.")
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with tarfile.open(copy, "r:") as archive:
            archive.extractall(directory, filter="data")
    except (OSError, tarfile.TarError) as damage:
        raise KeysRefused(f"{copy} cannot be read as a copy of keys: {damage}") from damage
