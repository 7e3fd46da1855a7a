"""Where apps on higher floors plug into log-ins."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models.expressions import Combinable

from accounts.models import EmailCode
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


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerNames:
    """What people call the customers that log-ins act for.

    Args:
        read: gives the name and the number of each, by id. One query.
    """

    key: str
    read: Callable[[Collection[UUID]], Mapping[UUID, tuple[str, str]]]


customer_names: Slot[CustomerNames] = Slot("accounts.customer_names", key=lambda item: item.key)


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerTies:
    """Whether a customer still has something that somebody has to look after.

    Args:
        is_tied: by the customer's id: services that run, invoices that are open, credit.
    """

    key: str
    is_tied: Callable[[UUID], bool]


customer_ties: Slot[CustomerTies] = Slot("accounts.customer_ties", key=lambda item: item.key)


@dataclass(frozen=True, kw_only=True, slots=True)
class SignUpDoor:
    """A way in that a sign-up may have come by, such as the checkout.

    Args:
        go_on: gets the proved code and returns the address to go on at; empty when the sign-up
            came another way. It may raise a ``PlatformError``, which the next page shows.
    """

    key: str
    go_on: Callable[[EmailCode], str]


sign_up_doors: Slot[SignUpDoor] = Slot("accounts.sign_up_doors", key=lambda door: door.key)
