"""Where apps on higher floors plug into log-ins."""

from dataclasses import dataclass

from django.db.models.expressions import Combinable

from ispplatform.core.slots import Slot


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitorDefaults:
    """The language and the time zone of whom a log-in acts for, where the person chose none.

    Args:
        language, time_zone: subqueries over sessions, by ``portal_account__customer_id``; they
            are read together with the session.
    """

    key: str
    language: Combinable
    time_zone: Combinable


visitor_defaults: Slot[VisitorDefaults] = Slot(
    "accounts.visitor_defaults", key=lambda defaults: defaults.key
)
