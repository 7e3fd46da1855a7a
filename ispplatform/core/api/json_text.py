"""JSON in and out without a float ever touching a number."""

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

import orjson
from django.utils.functional import Promise

from ispplatform.core.money import MinorUnits

MAX_DEPTH = 32  # arrays and objects inside each other
MAX_NUMBER_CHARACTERS = 40
MAX_EXPONENT = 30
LARGEST_INTEGER = 2**63 - 1

_OPTIONS = orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC


class MalformedJson(ValueError):
    """The text is not JSON, or JSON that no client of ours has a reason to send."""


class ForbiddenCharacter(ValueError):
    """A text holds NUL or half of a surrogate pair. ``path`` says where: ``address.city``."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def encode_json(value: Any) -> bytes:
    """Return the JSON text of plain values; decimals keep every digit they have.

    Raises:
        TypeError: the value holds what JSON cannot say, or ``MinorUnits``: an amount is written
            in major units, never as the number that the column holds.
    """
    return orjson.dumps(value, default=_plain, option=_OPTIONS)


def decode_json(raw: bytes) -> Any:
    """Return what a JSON text says; numbers with a point or exponent become ``Decimal``.

    Raises:
        MalformedJson: not UTF-8, not JSON, a name twice in one object, NaN or Infinity, nested
            deeper than ``MAX_DEPTH``, or a number beyond 64 bits or 40 characters.
        ForbiddenCharacter: a text that no database can hold.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise MalformedJson("The body is not UTF-8.") from exc
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _refuse_depth(text)
    try:
        value = _decoder.decode(text)
    except (json.JSONDecodeError, RecursionError) as exc:
        raise MalformedJson(f"The body is not JSON: {exc}.") from exc
    if "\\u" in text:
        _refuse_forbidden(value)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(format(value, "f").encode())
    if isinstance(value, MinorUnits):
        raise TypeError("Minor units are no amount: use from_minor(units, currency).")
    if isinstance(value, Promise | str):
        return "".join(str(value))
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, list | set | frozenset):
        return list(value)
    if isinstance(value, int):
        return int(value)
    raise TypeError(f"{type(value).__name__} has no JSON form.")


def _decimal(text: str) -> Decimal:
    if len(text) > MAX_NUMBER_CHARACTERS:
        raise MalformedJson(f"A number has more than {MAX_NUMBER_CHARACTERS} characters.")
    try:
        number = Decimal(text)
    except InvalidOperation as exc:
        raise MalformedJson(f"{text} is not a number that can be kept.") from exc
    if abs(number.adjusted()) > MAX_EXPONENT:
        raise MalformedJson(f"{text} is out of range.")
    return number


def _integer(text: str) -> int:
    if len(text) > MAX_NUMBER_CHARACTERS or abs(int(text)) > LARGEST_INTEGER:
        raise MalformedJson("A whole number is beyond 64 bits.")
    return int(text)


def _no_constant(name: str) -> NoReturn:
    raise MalformedJson(f"{name} is not a JSON number.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise MalformedJson("An object holds one name twice.")
    return names


_decoder = json.JSONDecoder(
    parse_float=_decimal,
    parse_int=_integer,
    parse_constant=_no_constant,
    object_pairs_hook=_object,
)


def _refuse_depth(text: str) -> None:
    depth = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            in_string, escaped = character != '"' or escaped, character == "\\" and not escaped
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise MalformedJson(f"The body is nested deeper than {MAX_DEPTH} levels.")
        elif character in "]}":
            depth -= 1


def is_storable(text: str) -> bool:
    """Tell whether every database can hold the text: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _refuse_forbidden(value: Any) -> None:
    for path, text in _texts(value, ""):
        if not is_storable(text):
            raise ForbiddenCharacter(path)


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield path, name
            yield from _texts(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _texts(item, f"{path}.{place}" if path else str(place))
