"""A passkey in software: what an authenticator does, without the library that checks it.

Source: W3C Web Authentication Level 2 s. 6.1 (authenticator data) and 6.5.4 (attestation object).
"""

import base64
import hashlib
import json
import os
import struct
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


class SoftKey:
    """One passkey of one person at one host."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.host = origin.partition("://")[2].partition(":")[0]
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = os.urandom(32)
        self.user_handle = b""
        self.count = 0

    def create(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Answer ``navigator.credentials.create``."""
        asked = options["publicKey"]
        self.user_handle = base64.urlsafe_b64decode(asked["user"]["id"] + "==")
        numbers = self.private.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        data = self._data(PRESENT | VERIFIED | ATTESTED, changes.get("host", self.host))
        data += bytes(16) + struct.pack(">H", 32) + self.credential_id + cbor.encode(key)
        made = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", asked["challenge"], changes)
        return self._answer({"clientDataJSON": _text(client), "attestationObject": _text(made)})

    def get(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Answer ``navigator.credentials.get``.

        Args:
            changes: ``origin``, ``host``, ``challenge``, ``type``, ``flags``, ``count``,
                ``user_handle`` and ``crossOrigin`` other than an honest device would say.
        """
        asked = options["publicKey"]
        self.count = changes.get("count", self.count + 1)
        data = self._data(changes.get("flags", PRESENT | VERIFIED), changes.get("host", self.host))
        client = self._client("webauthn.get", asked["challenge"], changes)
        signed = self.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": _text(client),
                "authenticatorData": _text(data),
                "signature": _text(signed),
                "userHandle": _text(changes.get("user_handle", self.user_handle)),
            }
        )

    def _data(self, flags: int, host: str) -> bytes:
        return hashlib.sha256(host.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, kind: str, challenge: str, changes: dict[str, Any]) -> bytes:
        return json.dumps(
            {
                "type": changes.get("type", kind),
                "challenge": changes.get("challenge", challenge),
                "origin": changes.get("origin", self.origin),
                "crossOrigin": changes.get("crossOrigin", False),
            }
        ).encode()

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        name = _text(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}
