"""Secrets at rest: columns that are encrypted with keys from outside the database.

The first key of ``settings.FIELD_ENCRYPTION_KEYS`` encrypts, every key decrypts; the command
``rotate_secrets`` writes all columns anew with the first. A value never shows in ``repr``.
"""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.functions import Cast

from ispplatform.core.slots import Slot
from ispplatform.core.tenancy.context import across_tenants

MASK = "•••"
_PREFIX = "fernet:"


class SecretUnreadable(RuntimeError):
    """None of the configured keys opens a stored secret: a key is missing."""


class SecretText(str):
    """A text that does not show itself in logs and error pages."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"'{MASK}'"


class SecretFields(dict[str, Any]):
    """Named secrets; their values do not show in logs and error pages."""

    def __repr__(self) -> str:
        return repr(dict.fromkeys(self, MASK))

    __str__ = __repr__


class _Token(str):
    """A value that is encrypted already."""

    __slots__ = ()


@lru_cache(maxsize=4)
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """Return ``text`` encrypted with the first key, marked as such."""
    return _PREFIX + _keys(tuple(settings.FIELD_ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Return what ``encrypt`` was given.

    Raises:
        SecretUnreadable: no configured key opens it.
    """
    try:
        opened = _keys(tuple(settings.FIELD_ENCRYPTION_KEYS)).decrypt(
            token.removeprefix(_PREFIX).encode()
        )
    except InvalidToken:
        raise SecretUnreadable(
            "No key in FIELD_ENCRYPTION_KEYS opens a stored secret: add the one that wrote it."
        ) from None
    return opened.decode()


class EncryptedTextField(models.TextField):
    """A text kept encrypted. It cannot be searched: only ``isnull`` look-ups are possible."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value is None else self._open(value)

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, _Token):
            return value
        return _Token(encrypt(self._text(value)))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise TypeError(f"{self.name} is encrypted and cannot be searched by {lookup_name}.")
        return super().get_lookup(lookup_name)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith(_PREFIX):
            return self._open(value)
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """Return the encrypted form: a dump of the database holds no secret in the clear."""
        return encrypt(self._text(self.value_from_object(obj)))

    def _text(self, value: Any) -> str:
        return str(value)

    def _open(self, token: str) -> Any:
        return SecretText(decrypt(token))


class EncryptedJSONField(EncryptedTextField):
    """Named secrets, kept together as one encrypted JSON object."""

    def _text(self, value: Any) -> str:
        return json.dumps(value, sort_keys=True)

    def _open(self, token: str) -> Any:
        return SecretFields(json.loads(decrypt(token)))


def encrypted_fields() -> list[EncryptedTextField]:
    """Return every encrypted column of the installation."""
    return [
        field
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedTextField)
    ]


# Secrets that other packages keep, encrypted by us, in columns of their own: each entry rewrites
# its store. It is given a function that returns a token under the first key, or None where that
# key wrote it already, and returns how many it rewrote.
OTHER_STORES: Slot[Callable[[Callable[[str], str | None]], int]] = Slot(
    "core.other_secret_stores", key=lambda rotate: rotate.__qualname__
)


def secrets_rotate() -> int:
    """Encrypt every stored secret with the first key; return how many were not yet.

    Each row is one small write that gives way to a change made meanwhile. When it returns, the
    other keys are needed no more, except for backups.

    Raises:
        SecretUnreadable: a secret opens with no key; what came before it is done.
    """
    first = Fernet(settings.FIELD_ENCRYPTION_KEYS[0])
    rewritten = sum(rotate(_renewed) for rotate in OTHER_STORES.items())
    with across_tenants("a new key encrypts the secrets of all companies"):
        for field in encrypted_fields():
            rows = field.model._default_manager.annotate(
                kept=Cast(field.name, models.TextField())
            ).exclude(kept=None)
            for pk, kept in rows.values_list("pk", "kept").iterator(chunk_size=500):
                if not _opens(first, kept):
                    token = _Token(encrypt(decrypt(kept)))
                    rewritten += rows.filter(pk=pk, kept=kept).update(**{field.name: token})
    return rewritten


def _renewed(token: str) -> str | None:
    if _opens(Fernet(settings.FIELD_ENCRYPTION_KEYS[0]), token):
        return None
    return encrypt(decrypt(token))


def _opens(key: Fernet, token: str) -> bool:
    try:
        key.decrypt(token.removeprefix(_PREFIX).encode())
    except InvalidToken:
        return False
    return True
