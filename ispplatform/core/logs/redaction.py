"""What is taken out of every log line before it is written."""

import re
from collections.abc import Mapping
from typing import Any

REDACTED = "[redacted]"
_DEEPEST = 6

_SECRET_NAME = re.compile(
    r"passw(or)?d|passphrase|secret|token|authorization|cookie|credential|api[_-]?key"
    r"|private[_-]?key|auth[_-]?code|epp[_-]?code|card[_-]?number|^card$|^pan$|cvc|cvv|^pin$|otp"
    r"|two_factor|recovery_code|csrf|session_?key|signature",
    re.IGNORECASE,
)
# ``password=...`` and ``"password": "..."`` inside sentences, tracebacks and addresses.
_SECRET_PAIR = re.compile(
    r"((?:passw(?:or)?d|passphrase|secret|token|authorization|api[_-]?key|auth[_-]?code|cvc|cvv)"
    r"[\w-]*[\"']?\s*[=:]\s*)(?:Bearer\s+|Basic\s+)?(\"[^\"]*\"|'[^']*'|[^\s&,;)}\]]+)",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_KEY = re.compile(r"\b(?:(?:sk|rk|pk|whsec|live_pk|test_pk)_)[A-Za-z0-9_]{12,}")
_ADDRESS_LOGIN = re.compile(r"(://[^/\s:@]+:)[^/\s@]+@")
_DIGITS = re.compile(r"(?<![\w-])(?<!\d\.)(?:\d[ -]?){12,18}\d(?![\w-]|\.\d)")


def is_secret_name(name: str) -> bool:
    """Tell whether what stands under this name is never written."""
    return bool(_SECRET_NAME.search(name))


def redacted(value: Any, depth: int = 0) -> Any:
    """Return a value with secrets replaced, by the names around them and by their own form."""
    if isinstance(value, str):
        return redacted_text(value)
    if depth >= _DEEPEST:
        return REDACTED if isinstance(value, Mapping | list | tuple) else value
    if isinstance(value, Mapping):
        return {
            str(name): REDACTED if is_secret_name(str(name)) else redacted(item, depth + 1)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [redacted(item, depth + 1) for item in value]
    return value


def redacted_text(text: str) -> str:
    """Return a text without tokens, keys, card numbers and values of secret names."""
    text = _ADDRESS_LOGIN.sub(rf"\1{REDACTED}@", text)
    text = _SECRET_PAIR.sub(rf"\1{REDACTED}", text)
    text = _BEARER.sub(rf"\1 {REDACTED}", text)
    text = _JWT.sub(REDACTED, text)
    text = _KEY.sub(REDACTED, text)
    return _DIGITS.sub(_without_card, text)


def _without_card(found: re.Match[str]) -> str:
    digits = [int(character) for character in found[0] if character.isdigit()]
    return REDACTED if _passes_luhn(digits) else found[0]


def _passes_luhn(digits: list[int]) -> bool:
    """Tell whether the last digit is the check digit that card numbers have (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
