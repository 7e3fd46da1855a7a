"""Sizes as cPanel writes them; its M and MB are mebibytes."""

import re
from typing import Any

from ispplatform.core.errors import ProviderUnavailable

MEBIBYTE = 1024 * 1024
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)B?", re.IGNORECASE)
_UNITS = {"": MEBIBYTE, "K": 1024, "M": MEBIBYTE, "G": 1024**3, "T": 1024**4}
_NO_SIZE = ("", "unlimited", "none", "∞")


def size_bytes(text: Any) -> int:
    """Return the bytes of ``14M`` or ``14`` (megabytes); 0 for nothing and ``unlimited``.

    Raises:
        ProviderUnavailable: it is no size.
    """
    written = str("" if text is None else text).strip().lower()
    if written in _NO_SIZE:
        return 0
    found = _SIZE.fullmatch(written)
    if found is None:
        raise ProviderUnavailable(f"The server tells a size that is none: {written[:40]!r}.")
    return round(float(found.group(1)) * _UNITS[found.group(2).upper()])


def limit_bytes(text: Any) -> int | None:
    """Return a limit in bytes; None where the server sets none (``unlimited`` or 0).

    Raises:
        ProviderUnavailable: it is no size.
    """
    return size_bytes(text) or None


def whole_number(number: Any) -> int:
    """Return a plain number, of bytes or seconds; 0 for nothing and ``unlimited``.

    Raises:
        ProviderUnavailable: it is no number.
    """
    written = str("" if number is None else number).strip().lower()
    if written in _NO_SIZE:
        return 0
    try:
        return round(float(written))
    except ValueError:
        sentence = f"The server tells a number that is none: {written[:40]!r}."
        raise ProviderUnavailable(sentence) from None


def whole_megabytes(wanted_bytes: int | None) -> int:
    """Return the megabytes to ask for, rounded up so that nobody gets less; 0 for no limit."""
    return 0 if wanted_bytes is None else max(1, -(-wanted_bytes // MEBIBYTE))
