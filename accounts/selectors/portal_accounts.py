"""Customers' log-ins, read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.choices import PortalAccountStatus
from accounts.models import PortalAccount, User
from accounts.rules.avatars import OWN_AT_PORTAL
from accounts.selectors.second_factors import is_protected
from accounts.slots import customer_names
from ispplatform.core.slots import Slot


@dataclass(frozen=True, slots=True)
class CustomerPart:
    """What the app that owns customers shows of the customer in a log-in's profile.

    Args:
        name: tells two parts apart.
        read: takes the customer's id and returns plain values, named as specification 001 does.
    """

    name: str
    read: Callable[[UUID], Mapping[str, Any]]


portal_customer_parts: Slot[CustomerPart] = Slot(
    "accounts.portal_customer_parts", key=lambda part: part.name
)


def portal_accounts_of(customer_id: UUID) -> QuerySet[PortalAccount]:
    """Return the log-ins that act for a customer, oldest first."""
    return (
        PortalAccount.objects.filter(customer_id=customer_id)
        .select_related("user")
        .order_by("created_at")
    )


def portal_profile(account_id: UUID) -> dict[str, Any]:
    """Return the profile of a log-in, as specification 001 shapes it."""
    people = PortalAccount.objects.select_related("user__avatar").defer("user__avatar__png")
    account = people.get(pk=account_id)
    user = account.user
    chosen = user.preferences
    told = chosen.get("notifications", {})
    customer: dict[str, Any] = {"id": account.customer_id}
    for part in portal_customer_parts.items():
        customer |= part.read(account.customer_id)
    return {
        "portal_id": account.portal_id,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "phone": user.phone,
        "avatar": OWN_AT_PORTAL if hasattr(user, "avatar") else None,
        "customer": customer,
        "account_settings": {
            "two_factor_enabled": is_protected(user),
            "email_notifications": bool(told.get("email", True)),
            "sms_notifications": bool(told.get("sms", False)),
            "theme_preference": chosen.get("theme", "system"),
            "language_preference": chosen.get("language") or "en",
            "timezone_preference": chosen.get("timezone", ""),
        },
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class ActsFor:
    """A customer that a person may act for.

    Args:
        account_id: the portal account.
        name, number: of the customer; the portal ID where nobody knows the name.
    """

    account_id: UUID
    name: str
    number: str


def customers_acted_for(user_id: UUID) -> list[ActsFor]:
    """Return the customers whom a person may act for in this company. Two queries."""
    rows = PortalAccount.objects.filter(user_id=user_id, status=PortalAccountStatus.ACTIVE)
    accounts = list(rows.order_by("created_at"))
    names: dict[UUID, tuple[str, str]] = {}
    for item in customer_names.items():
        names |= item.read([one.customer_id for one in accounts if one.customer_id])
    found = []
    for one in accounts:
        name, number = names.get(one.customer_id, (one.portal_id, ""))
        found.append(ActsFor(account_id=one.pk, name=name, number=number))
    return found


def visitor_of_customer(customer_id: UUID) -> tuple[str, str]:
    """Return the language and the time zone that the customer's first log-in chose, or nothing."""
    rows = PortalAccount.objects.filter(customer_id=customer_id, status=PortalAccountStatus.ACTIVE)
    found = rows.order_by("id").values_list("language", "time_zone").first()
    return found or ("", "")


def pending_account(email: str) -> PortalAccount | None:
    """Return the account of a sign-up at this address that was never confirmed."""
    return (
        PortalAccount.objects.filter(user__email=email, status=PortalAccountStatus.PENDING)
        .select_related("user")
        .first()
    )


def people_of_customer(customer_id: UUID) -> QuerySet[User]:
    """Return the people whose log-ins act for a customer and are not disabled."""
    accounts = PortalAccount.objects.filter(customer_id=customer_id)
    living = accounts.exclude(status=PortalAccountStatus.DISABLED)
    return User.objects.filter(pk__in=living.values("user_id")).order_by("email")
