"""Fields that callers name themselves: custom fields and metadata."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

FIELDS = 50
TEXT_CHARACTERS = 2000
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}")


def free_fields_refusal(values: Mapping[str, Any]) -> str:
    """Return why these fields cannot be kept, or nothing.

    A field holds a text of up to 2000 characters, a number, a truth value, nothing, or a list of
    such; a row keeps at most 50.
    """
    if len(values) > FIELDS:
        return f"At most {FIELDS} fields of one's own are kept."
    for name, value in values.items():
        if not _NAME.fullmatch(name):
            return f"{name[:60]!r} is no name for a field: use letters, digits, dot, dash."
        many = value if isinstance(value, list) else [value]
        if len(many) > FIELDS or not all(_is_plain(one) for one in many):
            return f"{name} must hold a text, a number, true, false, null, or a list of these."
    return ""


def free_fields_stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields as a JSON column keeps them: a Decimal becomes its text."""
    return {name: _stored(value) for name, value in values.items()}


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= TEXT_CHARACTERS
    return value is None or isinstance(value, bool | int | float | Decimal)


def _stored(value: Any) -> Any:
    if isinstance(value, list):
        return [_stored(one) for one in value]
    return str(value) if isinstance(value, Decimal) else value
