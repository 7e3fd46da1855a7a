"""Which kinds of rows *Needs a person* knows, and the one button that each of them has."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from ispplatform.core.models.attention import AttentionItem
from ispplatform.core.slots import Slot


@dataclass(frozen=True, kw_only=True, slots=True)
class AttentionKind:
    """A reason why a person is needed.

    Args:
        name: ``app.what_is_wrong``; rows keep it.
        label: what staff read, a few words.
        button: the text of the main button.
        url: where the main button leads for a row.
        is_urgent: staff are mailed at once (money and domains) instead of in the daily digest.
        advice: a sentence about what a person does now; the row's own says what happened.
    """

    name: str
    label: str | Promise
    button: str | Promise
    url: Callable[[AttentionItem], str]
    is_urgent: bool = False
    advice: str | Promise = ""


attention_kinds: Slot[AttentionKind] = Slot("attention.kinds", key=lambda kind: kind.name)
