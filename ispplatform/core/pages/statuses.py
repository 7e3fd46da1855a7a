"""The words for every status: one table that screens, mails and the API read.

Each app declares the statuses of its rows; ``docs/statuses.md`` is written from here.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise

Text = str | Promise


class Tone(StrEnum):
    """What a status means to the person who reads it."""

    GOOD = "good"
    INFO = "info"
    WARN = "warn"
    BAD = "bad"
    QUIET = "quiet"


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusWords:
    """How one status is said.

    Args:
        value: the canonical value, as the API writes it.
        staff: the word in the back office.
        customer: the words in the portal; never "failed" for what only waits.
        tone: its colour.
        next: what happens next, in a sentence.
        is_working: something is being done at this moment.
    """

    value: str
    staff: Text
    customer: Text
    tone: Tone
    next: Text = ""
    is_working: bool = False


_words: dict[str, dict[str, StatusWords]] = {}


def declare_statuses(kind: str, *statuses: StatusWords) -> None:
    """Declare the words for the statuses of ``kind``, for example ``billing.invoice``.

    Raises:
        ValueError: the kind is declared already.
    """
    if kind in _words:
        raise ValueError(f"The statuses of {kind} are declared twice.")
    _words[kind] = {status.value: status for status in statuses}


def status_words(kind: str, value: str) -> StatusWords:
    """Return the words for a status.

    Raises:
        KeyError: the kind declares no such status.
    """
    return _words[kind][value]


def declared_statuses() -> dict[str, list[StatusWords]]:
    """Return all words, by kind."""
    return {kind: list(words.values()) for kind, words in sorted(_words.items())}
