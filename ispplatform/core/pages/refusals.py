"""What services refuse, said to customers in their language: the one home of refusals.

Services speak English. A refusal is told in four parts: the sentence of the error, what it means
for money and order, what to do next (both of its class, ``core/errors.py``), and the reference.
Pages show them by ``refusal_of``, ``refuse_form`` and ``tell_refusal``, the API in ``details``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from ispplatform.core.errors import (
    InvalidInput,
    NotFound,
    NotPermitted,
    PlatformError,
    ProviderError,
    RuleViolation,
)
from ispplatform.core.pages.references import current_reference

SAID = "house_refusal"
_PLACE = re.compile(r"%\((\w+)\)s")
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?]) (?=[A-Z])")
_UNCHANGED = PlatformError.meaning
_BY_STATUS = {
    400: (_UNCHANGED, _("Correct the request, then send it once more.")),
    401: (_UNCHANGED, _("Log in, then try it once more.")),
    403: (_UNCHANGED, NotPermitted.next_step),
    404: (_UNCHANGED, NotFound.next_step),
    409: (_UNCHANGED, RuleViolation.next_step),
    422: (_UNCHANGED, InvalidInput.next_step),
    429: (_UNCHANGED, _("Wait for the time that is named, then send it once more.")),
    500: (
        _("What you sent was not carried out, and nothing was charged."),
        _("Try again in a moment. If it happens again, tell us the reference."),
    ),
    503: (_UNCHANGED, ProviderError.next_step),
}
_declared: dict[str, re.Pattern[str]] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A refusal in the active language.

    Args:
        sentence: what happened.
        meaning: what became of the money and of what was asked for.
        next_step: what to do now.
        reference: what to read out to staff; empty outside a request.
    """

    sentence: str
    meaning: str
    next_step: str
    reference: str = ""

    @property
    def text(self) -> str:
        """All of it in one line, for places without room for more."""
        said = [self.sentence, self.meaning, self.next_step, self.reference_text]
        return " ".join(part for part in said if part)

    @property
    def reference_text(self) -> str:
        """The reference with its name: ``Reference 7F3K-22A1.``"""
        if not self.reference:
            return ""
        return gettext("Reference %(reference)s.") % {"reference": self.reference}


def refusal_of(error: PlatformError) -> Refusal:
    """Return what a refusal says to whoever asked, in the active language."""
    return Refusal(
        sentence=refusal_text(error.message),
        meaning=gettext(error.meaning),
        next_step=gettext(error.next_step),
        reference=current_reference(),
    )


def refusal_by_status(sentence: str, status: int) -> Refusal:
    """Return what a refusal says that no error of ours explains, by its HTTP status."""
    meaning, next_step = _BY_STATUS.get(status, _BY_STATUS[500 if status >= 500 else 400])
    return Refusal(
        sentence=refusal_text(sentence),
        meaning=gettext(meaning),
        next_step=gettext(next_step),
        reference=current_reference(),
    )


def form_refusal(form: forms.BaseForm) -> Refusal:
    """Return what a form with errors says above itself: a service's refusal, else its own."""
    said: Refusal | None = vars(form).get(SAID)
    return said or Refusal(
        sentence=gettext("Some fields need another look."),
        meaning=gettext(InvalidInput.meaning),
        next_step=gettext(InvalidInput.next_step),
        reference=current_reference(),
    )


def refuse_form(form: forms.BaseForm, error: PlatformError) -> None:
    """Show a service's refusal beside the field that it names, else above the form.

    Above the form stands in either case what it means, what to do and the reference.
    """
    named = str(error.params.get("field") or "")
    form.add_error(named if named in form.fields else None, refusal_text(error.message))
    suggestions = error.params.get("suggestions")
    if isinstance(suggestions, list) and named in form.fields:
        for sentence in suggestions:
            form.add_error(named, refusal_text(sentence))
    vars(form)[SAID] = refusal_of(error)


def tell_refusal(request: HttpRequest, error: PlatformError) -> None:
    """Show a service's refusal on the next page that this browser opens."""
    messages.error(request, refusal_of(error).text)


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


def is_declared(message: str) -> bool:
    """Tell whether a message is one that customers may read as it is."""
    return _translated(message) is not None


def refusal_text(message: str) -> str:
    """Return an error's message in the active language; one without a text in it as it is.

    A message of several sentences is translated sentence by sentence.
    """
    whole = _translated(message)
    if whole is not None:
        return whole
    sentences = _BETWEEN_SENTENCES.split(message)
    return " ".join(_translated(sentence) or _known(sentence) for sentence in sentences)


def _known(sentence: str) -> str:
    return gettext(sentence) if sentence else ""


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
    _length, sentence, values = max(fitting, key=_said_most)
    return gettext(sentence) % values


def _said_most(fitting: tuple[int, str, Mapping[str, str]]) -> int:
    """Prefer the sentence that says most in words of its own."""
    return fitting[0]
