"""Sentences about what this app does itself."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.choices import CustomerStatus
from customers.rules.timeline import TimelineFacts
from customers.slots import TimelineSentence


def _created(facts: TimelineFacts) -> str:
    return _("Customer made: %(number)s") % {"number": facts.after.get("customer_number", "")}


def _status_changed(facts: TimelineFacts) -> str:
    labels = dict(CustomerStatus.choices)
    before, after = facts.before.get("status", ""), facts.after.get("status", "")
    return _("Status: %(before)s, now %(after)s") % {
        "before": labels.get(before, before),
        "after": labels.get(after, after),
    }


def _deleted(facts: TimelineFacts) -> str:
    return _("Customer deleted")


def _note_added(facts: TimelineFacts) -> str:
    return _("Note: %(text)s") % {"text": str(facts.after.get("text", ""))[:200]}


def _contact_told(sentence: Promise, side: str) -> Callable[[TimelineFacts], str]:
    def text(facts: TimelineFacts) -> str:
        values = getattr(facts, side)
        return f"{sentence}: {values.get('contact', '')} <{values.get('email', '')}>"

    return text


SENTENCES = (
    TimelineSentence(act="customers.customer_create", text=_created),
    TimelineSentence(act="customers.customer_status_change", text=_status_changed),
    TimelineSentence(act="customers.customer_delete", text=_deleted),
    TimelineSentence(act="customers.note_add", text=_note_added),
    TimelineSentence(
        act="customers.contact_add", text=_contact_told(gettext_lazy("Contact added"), "after")
    ),
    TimelineSentence(
        act="customers.contact_remove",
        text=_contact_told(gettext_lazy("Contact removed"), "before"),
    ),
)
