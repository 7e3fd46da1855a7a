"""camelCase names are accepted on input; ours are snake_case."""

import re
from collections.abc import Iterable
from typing import Any

# What stands under these names belongs to the caller and is kept as written.
OPAQUE_NAMES = frozenset(
    {"custom_fields", "metadata", "preferences", "configuration", "data", "credential"}
)

_WORD_AFTER_ACRONYM = re.compile(r"([A-Z]+)([A-Z][a-z])")
_WORD_AFTER_WORD = re.compile(r"([a-z0-9])([A-Z])")


class NameTwice(ValueError):
    """One object holds a name in both spellings; the message is the snake_case one."""


def snake_name(name: str) -> str:
    """Return ``companyName`` as ``company_name``; names without capitals stay as they are."""
    if name.islower() or not any("A" <= character <= "Z" for character in name):
        return name
    words = _WORD_AFTER_ACRONYM.sub(r"\1_\2", name)
    return _WORD_AFTER_WORD.sub(r"\1_\2", words).lower()


def snake_names(value: Any) -> Any:
    """Return a JSON value whose names are snake_case, except inside the opaque ones.

    Raises:
        NameTwice: an object holds a name in both spellings.
    """
    if isinstance(value, dict):
        named = {snake_name(name): item for name, item in value.items()}
        if len(named) != len(value):
            raise NameTwice(_first_double(value))
        return {
            name: item if name in OPAQUE_NAMES else snake_names(item)
            for name, item in named.items()
        }
    if isinstance(value, list):
        return [snake_names(item) for item in value]
    return value


def _first_double(names: Iterable[str]) -> str:
    seen: set[str] = set()
    for name in map(snake_name, names):
        if name in seen:
            return name
        seen.add(name)
    return ""
