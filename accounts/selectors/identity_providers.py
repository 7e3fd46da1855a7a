"""Which identity providers a company has, and for whom they are required."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import IdentityLink, IdentityProvider, Membership
from accounts.rules.identity_providers import email_domain


def providers_offered() -> QuerySet[IdentityProvider]:
    """Return the providers of the company in force that colleagues may come in by, by name."""
    return IdentityProvider.objects.filter(is_active=True).order_by("name", "id")


def provider_required_of(membership: Membership) -> IdentityProvider | None:
    """Return the provider by which this colleague has to come in; None who may come in otherwise.

    In the colleague's company. Owners are never held to one, because somebody must be able to mend
    it, nor is the installation's operator, whom no provider lets in. One query.

    Args:
        membership: with its user.
    """
    if membership.is_owner or membership.user.is_superuser:
        return None
    domain = email_domain(membership.user.email)
    required = providers_offered().filter(is_required=True)
    return next((one for one in required if domain in one.domains), None)


def identity_links_of(user_id: UUID) -> QuerySet[IdentityLink]:
    """Return by which identities a person comes in at the company in force, newest first."""
    mine = IdentityLink.objects.filter(membership__user_id=user_id)
    return mine.select_related("provider").order_by("-created_at", "-id")
