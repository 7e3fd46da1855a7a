"""What services refuse, said to customers in their language.

Services and the API speak English; a page translates the sentence of the error that it shows.
"""

import re
from collections.abc import Mapping

from django.utils.translation import gettext

_PLACE = re.compile(r"%\((\w+)\)s")
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?]) (?=[A-Z])")
_declared: dict[str, re.Pattern[str]] = {}


def declare_refusals(*sentences: str) -> None:
    """Declare sentences of errors that customers meet; mark each with ``gettext_noop``.

    Args:
        sentences: as the error says it, with ``%(name)s`` where a value stands.
    """
    for sentence in sentences:
        pieces = _PLACE.split(sentence)
        pattern = "".join(
            f"(?P<{piece}>.+?)" if place % 2 else re.escape(piece)
            for place, piece in enumerate(pieces)
        )
        _declared[sentence] = re.compile(pattern, re.DOTALL)


def declared_refusals() -> list[str]:
    """Return the declared sentences."""
    return list(_declared)


def refusal_text(message: str) -> str:
    """Return an error's message in the active language; one that nobody declared as it is.

    A message of several sentences is translated sentence by sentence.
    """
    whole = _translated(message)
    if whole is not None:
        return whole
    sentences = _BETWEEN_SENTENCES.split(message)
    return " ".join(_translated(sentence) or sentence for sentence in sentences)


def _translated(message: str) -> str | None:
    if message in _declared:
        return gettext(message)
    fitting = [
        (len(_PLACE.sub("", sentence)), sentence, found.groupdict())
        for sentence, pattern in _declared.items()
        if "%(" in sentence and (found := pattern.fullmatch(message))
    ]
    if not fitting:
        return None
    _, sentence, values = max(fitting, key=_said_most)
    return gettext(sentence) % values


def _said_most(fitting: tuple[int, str, Mapping[str, str]]) -> int:
    """Prefer the sentence that says most in words of its own."""
    return fitting[0]
