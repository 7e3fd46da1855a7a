"""Reading integrations: which there are, and whether people answer for them."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.choices import MembershipStatus
from accounts.models import ApiKey, Integration, Membership, User
from ispplatform.core.clock import system_now

TOLD_AHEAD = timedelta(days=14)


def users_with_access() -> QuerySet[User]:
    """Return the people who work for the tenant in force and may come in."""
    members = Membership.objects.filter(status=MembershipStatus.ACTIVE)
    return User.objects.filter(is_active=True, pk__in=members.values("user_id"))


def integrations_living() -> QuerySet[Integration]:
    """Return the integrations of the tenant in force that have not ended, by name."""
    return Integration.objects.filter(ended_at=None).order_by("name")


def integrations_of_person(user_id: UUID) -> QuerySet[Integration]:
    """Return the living integrations that a person answers for."""
    return integrations_living().filter(Q(responsible_id=user_id) | Q(deputy_id=user_id))


def people_missing(integration: Integration) -> list[str]:
    """Return what is missing for two people to answer for it, as sentences; empty when nothing.

    One query.
    """
    named = [integration.responsible, integration.deputy]
    inside = set(
        users_with_access()
        .filter(pk__in=[person.pk for person in named if person is not None])
        .values_list("pk", flat=True)
    )
    missing = [
        f"{person.email} has no access any more."
        for person in named
        if person is not None and person.pk not in inside
    ]
    if integration.deputy is None:
        missing.append("A second person who answers for it is not named.")
    return missing


def keys_living(integration: Integration) -> QuerySet[ApiKey]:
    """Return the keys of an integration that open something now."""
    now = system_now()
    return integration.api_keys.filter(
        Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None
    ).order_by("-created_at", "-id")


def keys_expiring(now: datetime) -> QuerySet[ApiKey]:
    """Return the keys that end within 14 days, have no successor, and were not told of yet."""
    return (
        ApiKey.objects.filter(
            expires_at__gt=now,
            expires_at__lte=now + TOLD_AHEAD,
            revoked_at=None,
            expiry_told_at=None,
            successor=None,
        )
        .select_related("integration__responsible", "integration__deputy")
        .order_by("expires_at", "id")
    )
