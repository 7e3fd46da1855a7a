"""When a second factor is asked for."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from accounts.choices import MembershipStatus, SessionKind
from accounts.models import Membership
from accounts.selectors.principals import SessionEntry
from ispplatform.core.models import Tenant

FACTOR_METHODS = ("totp", "recovery_code")
_TYPES = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_factor(user_id_field: str) -> Exists:
    """Return the condition that the person named by a column of the query has a second factor."""
    return Exists(Authenticator.objects.filter(user=OuterRef(user_id_field), type__in=_TYPES))


def colleagues_without_factor() -> QuerySet[Membership]:
    """Return the colleagues who may log in and have no second factor yet."""
    active = Membership.objects.filter(status=MembershipStatus.ACTIVE)
    return active.exclude(has_factor("user"))


def is_factor_waived(tenant: Tenant) -> bool:
    """Tell whether staff come in without a second factor, under a banner that says so.

    Only in a sandbox company whose server listens on loopback alone: a visitor who tries the
    product on their own machine has nothing to protect.
    """
    return tenant.is_sandbox and bool(settings.BOUND_TO_LOOPBACK)


def is_open(entry: SessionEntry, tenant: Tenant) -> bool:
    """Tell whether a session opens its side of the house, or still waits for a second factor."""
    if entry.is_factor_verified or not entry.is_factor_required:
        return True
    return entry.kind is SessionKind.STAFF and is_factor_waived(tenant)
