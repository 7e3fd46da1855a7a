"""The key pairs that sign access tokens, kept as files in ``KEYS_DIR``.

The newest key signs; older ones only verify what they signed before, until they are pruned. A
process notices another's rotation by the directory's time of change.
"""

import itertools
import os
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from jwt import algorithms
from rest_framework_simplejwt.backends import TokenBackend

from accounts.tokens.encoding import base64url, sha256
from ispplatform.core.clock import system_now

ALGORITHM = "RS256"
KEY_BITS = 2048
_NAME = re.compile(r"token-(?P<made_at>\d+)-(?P<kid>[A-Za-z0-9_-]{43})\.pem")


@dataclass(frozen=True)
class TokenKey:
    """One key pair.

    Args:
        kid: thumbprint of the public key. Source: RFC 7638 s. 3.
        made_at_seconds: when it was made, seconds of real time since 1970.
        path: the private key's file, PEM, readable by its owner only.
    """

    kid: str
    made_at_seconds: int
    path: Path

    @cached_property
    def private(self) -> rsa.RSAPrivateKey:
        """The private key."""
        key = serialization.load_pem_private_key(self.path.read_bytes(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ImproperlyConfigured(f"{self.path} is not an RSA key.")
        return key

    @cached_property
    def backend(self) -> TokenBackend:
        """What signs with this key and verifies against it, pinned to one algorithm."""
        public = self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return TokenBackend(
            ALGORITHM, signing_key=self.path.read_text(), verifying_key=public.decode()
        )

    @cached_property
    def jwk(self) -> dict[str, Any]:
        """The public key as its entry in the JWKS document."""
        public = _public_jwk(self.private)
        return {**public, "kid": self.kid, "use": "sig", "alg": ALGORITHM}


class TokenKeys:
    """The keys of the installation, as one process read them.

    Raises:
        ImproperlyConfigured: there are none, and this is production.
    """

    def __init__(self, directory: Path) -> None:
        found = [
            TokenKey(kid=match["kid"], made_at_seconds=int(match["made_at"]), path=path)
            for path in directory.glob("token-*.pem")
            if (match := _NAME.fullmatch(path.name))
        ]
        self.newest_first = sorted(found, key=lambda key: key.made_at_seconds, reverse=True)
        self.by_kid = {key.kid: key for key in found}

    @property
    def signing(self) -> TokenKey:
        """The key that signs new tokens."""
        if not self.newest_first:
            raise ImproperlyConfigured("No token key: run manage.py token_keys ensure.")
        return self.newest_first[0]

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """Return the JWKS document: every key that may have signed a token in use."""
        return {"keys": [key.jwk for key in self.newest_first]}


def token_keys() -> TokenKeys:
    """Return the present keys; development makes its first one by itself."""
    directory = Path(settings.KEYS_DIR)
    if not settings.PRODUCTION and not any(directory.glob("token-*.pem")):
        token_key_make()
    changed_at = directory.stat().st_mtime_ns if directory.is_dir() else 0
    return _read(directory, changed_at)


def token_key_make() -> TokenKey:
    """Write a new key, which signs from now on in every process that shares the directory."""
    directory = Path(settings.KEYS_DIR)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    private = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    kid = _thumbprint(private)
    made_at = max(
        [int(system_now().timestamp()), *(key.made_at_seconds + 1 for key in _present(directory))]
    )
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = directory / f"token-{made_at}-{kid}.pem"
    unfinished = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    unfinished.rename(path)
    return TokenKey(kid=kid, made_at_seconds=made_at, path=path)


def token_keys_prune(*, keep_seconds: int) -> list[str]:
    """Delete the keys whose successor has signed for longer than ``keep_seconds``.

    Returns:
        The deleted keys' ids.
    """
    directory = Path(settings.KEYS_DIR)
    newest_first = _present(directory)
    limit = system_now().timestamp() - keep_seconds
    gone = [old for newer, old in itertools.pairwise(newest_first) if newer.made_at_seconds < limit]
    for key in gone:
        key.path.unlink()
    return [key.kid for key in gone]


@lru_cache(maxsize=4)
def _read(directory: Path, changed_at_nanoseconds: int) -> TokenKeys:
    return TokenKeys(directory)


def _present(directory: Path) -> list[TokenKey]:
    return TokenKeys(directory).newest_first


def _public_jwk(private: rsa.RSAPrivateKey) -> dict[str, Any]:
    whole = algorithms.RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return {name: whole[name] for name in ("kty", "n", "e")}


def _thumbprint(private: rsa.RSAPrivateKey) -> str:
    public = _public_jwk(private)
    members = ",".join(f'"{name}":"{public[name]}"' for name in ("e", "kty", "n"))
    return base64url(sha256(f"{{{members}}}".encode()))
