"""The id that ties logs, audit entries, operations and answers of one request together."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ispplatform.core.ids import uuid7

REFERENCE_SIGNS = 8
_SAFE = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Return the id of the request or task at hand; empty outside both."""
    return _current.get()


def use_request_id(offered: str | None) -> str:
    """Set the current id to ``offered`` when it is 1 to 128 safe characters, else to a new UUID.

    Returns:
        The id now in force.
    """
    request_id = offered if offered and _SAFE.fullmatch(offered) else str(uuid7())
    _current.set(request_id)
    return request_id


def clear_request_id() -> None:
    """Forget the current id, at the end of a request or task."""
    _current.set("")


@contextmanager
def request_id_scope(offered: str | None) -> Iterator[str]:
    """Work under the given id (or a new one) inside the ``with`` block, then under the old again.

    For work that continues what a request began, so that one id finds all of it.
    """
    before = _current.get()
    try:
        yield use_request_id(offered)
    finally:
        _current.set(before)


def reference_of(request_id: str) -> str:
    """Return the end of a request id in a form to read out: ``7F3K-22A1``.

    Its last eight letters and digits, whatever its form; also of another row's id that a person
    reads out, such as a payment's.
    """
    plain = "".join(sign for sign in request_id if sign.isalnum())[-REFERENCE_SIGNS:].upper()
    return f"{plain[:4]}-{plain[4:]}" if len(plain) > 4 else plain


def read_reference(typed: str) -> str:
    """Return a reference as it is kept, however it was typed: ``7f3k22a1``; empty when it is none.

    Spaces and dashes count for nothing; eight letters and digits are a reference. A word of eight
    letters is one only with its dash.
    """
    plain = re.sub(r"[\s-]", "", typed)
    is_one = len(plain) == REFERENCE_SIGNS and plain.isascii() and plain.isalnum()
    is_word = plain.isalpha() and "-" not in typed
    return reference_of(plain) if is_one and not is_word else ""
