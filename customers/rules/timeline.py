"""How an act that has no sentence of its own is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

# The last word of an act's name, and what has been done.
_DONE = {
    "create": "made",
    "add": "added",
    "update": "changed",
    "delete": "deleted",
    "remove": "removed",
    "issue": "issued",
    "send": "sent",
    "void": "voided",
    "pin": "pinned",
    "unpin": "unpinned",
    "change": "changed",
    "fix": "fixed",
    "set": "set",
    "start": "started",
    "cancel": "cancelled",
    "settle": "settled",
    "fail": "failed",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineFacts:
    """What an audit entry tells: the thing, and the values that changed."""

    subject_label: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def plain_sentence(act: str, facts: TimelineFacts) -> str:
    """Return ``Invoice issued: 2026-00001`` for ``billing.invoice_issue``."""
    words = act.partition(".")[2].split("_")
    if words[-1] in _DONE and len(words) > 1:
        words = [*words[:-1], _DONE[words[-1]]]
    told = " ".join(words).capitalize()
    changed = sorted({*facts.before, *facts.after})
    if words[-1] == "changed" and changed:
        names = ", ".join(name.removesuffix("_id").replace("_", " ") for name in changed)
        return _("%(told)s: %(names)s") % {"told": told, "names": names}
    return f"{told}: {facts.subject_label}" if facts.subject_label else told
