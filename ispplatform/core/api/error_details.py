"""Turning a tree of validation errors into the flat list that clients read."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ispplatform.core.money import MinorUnits

NON_FIELD = "non_field_errors"
LONGEST_ECHO = 200  # characters of a provided value that are told back

_SECRET_NAME = re.compile(
    r"password|passphrase|secret|token|authorization|credential|api_?key|private_?key|auth_?code"
    r"|card|cvc|cvv|pin$|otp|two_factor|recovery|^code$|iban|account_number|session",
    re.IGNORECASE,
)


def is_secret_name(name: str) -> bool:
    """Tell whether a value under this name is never told back or logged."""
    return bool(_SECRET_NAME.search(name))


def flat_errors(detail: Any, path: str = "") -> Iterator[dict[str, Any]]:
    """Yield ``{field, code, message}`` for each leaf of DRF's error tree.

    ``field`` is a dotted path (``line_items.0.amount``) or None for the body as a whole.
    """
    if isinstance(detail, Mapping):
        for name, item in detail.items():
            yield from flat_errors(item, path if name == NON_FIELD else _join(path, str(name)))
    elif isinstance(detail, list | tuple):
        for place, item in enumerate(detail):
            leaf = not isinstance(item, Mapping | list | tuple)
            yield from flat_errors(item, path if leaf else _join(path, str(place)))
    else:
        code = str(getattr(detail, "code", None) or "invalid").upper()
        yield {"field": path or None, "code": code, "message": str(detail)}


def provided_value(body: Any, path: str | None) -> Any:
    """Return the value at a dotted path of a request body, when it may be told back.

    None when there is none, when any name on the path is a secret's, when it is an object or a
    list, or when it is long.
    """
    if not path or any(is_secret_name(part) for part in path.split(".")):
        return None
    value = body
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return tellable(value)


def tellable(value: Any) -> Any:
    """Return a scalar that may stand in an answer, else None."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST_ECHO and value.isprintable() else None
    if isinstance(value, Mapping | list | tuple | set | bytes | MinorUnits):
        return None
    return value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
