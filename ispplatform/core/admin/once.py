"""A form of the back office is carried out once, however often its button is pressed."""

import re
from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.http import HttpRequest

from ispplatform.core.actors import Actor
from ispplatform.core.idempotency.errors import IdempotentRequestRunning
from ispplatform.core.idempotency.records import (
    Answer,
    KeyedRequest,
    record_claim,
    record_complete,
    record_release,
)
from ispplatform.core.ids import uuid7

FIELD = "form_key"
_KEY = re.compile(r"[0-9a-f]{32}")
_DONE = Answer(status=200, body="")

Done = TypeVar("Done")


class FormSentBefore(Exception):
    """The same form was sent before, or is being carried out right now; its text says which."""


def new_form_key() -> str:
    """Return the key that a newly shown form carries in its hidden field ``form_key``."""
    return uuid7().hex


def once(request: HttpRequest, *, actor: Actor, act: Callable[[], Done]) -> Done:
    """Do what a form asks, unless the same form was sent by the same person before.

    What was refused may be corrected and sent again. A form without a key is always carried out.

    Raises:
        FormSentBefore: nothing was done this time.
    """
    key = request.POST.get(FIELD, "")
    if not _KEY.fullmatch(key):
        return act()
    sent = KeyedRequest(
        principal=f"{actor.type}:{actor.id}"[:120],
        route=f"POST {request.path}"[:300],
        key=key,
        fingerprint="",
    )
    try:
        claim = record_claim(sent)
    except IdempotentRequestRunning:
        raise FormSentBefore("This form is being carried out already.") from None
    if isinstance(claim, Answer):
        raise FormSentBefore("This form was carried out before; it was not done again.")
    try:
        done = act()
    except BaseException:
        record_release(claim)
        raise
    with transaction.atomic():
        record_complete(claim, _DONE)
    return done
