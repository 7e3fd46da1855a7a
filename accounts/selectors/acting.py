"""Principals as they are now, for work that goes on after the request of whoever confirmed it."""

from uuid import UUID

from django.db.models import Q

from accounts.choices import MembershipStatus
from accounts.models import ApiKey, Membership, OAuthClient, Session, User
from accounts.selectors.oauth import client_actor
from accounts.selectors.principals import held_roles, staff_permissions
from ispplatform.core.actors import EVERYTHING, Actor, ActorType
from ispplatform.core.clock import system_now
from ispplatform.core.permissions import permissions_of


def colleague_now(user_id: str, client_id: str = "") -> Actor | None:
    """Return a colleague of the tenant in force; None for whom it has none, or has no more.

    The installation's operator may do everything in every company.

    Args:
        client_id: the program that acts for the colleague; None is returned, too, when it has
            ended or the colleague lets it act no more.
    """
    if client_id and not _is_trusted(UUID(client_id), UUID(user_id)):
        return None
    membership = (
        Membership.objects.filter(user_id=UUID(user_id), user__is_active=True)
        .select_related("user")
        .first()
    )
    if membership is not None:
        if membership.status != MembershipStatus.ACTIVE:
            return None
        allowed = staff_permissions(membership, held_roles(membership))
        return _colleague(membership.user, allowed)
    operator = User.objects.filter(pk=UUID(user_id), is_active=True, is_superuser=True).first()
    return _colleague(operator, frozenset({EVERYTHING})) if operator is not None else None


def api_key_now(key_id: str, client_id: str = "") -> Actor | None:
    """Return an API key of the tenant in force; None for one that is revoked or has expired."""
    is_living = Q(expires_at=None) | Q(expires_at__gt=system_now())
    key = ApiKey.objects.filter(is_living, pk=UUID(key_id), revoked_at=None).first()
    if key is None:
        return None
    return Actor(
        type=ActorType.API_KEY,
        id=str(key.pk),
        label=key.name,
        permissions=permissions_of(key.scopes),
    )


def oauth_client_now(row_id: str, client_id: str = "") -> Actor | None:
    """Return an OAuth client of the tenant in force; None for one that has ended."""
    client = (
        OAuthClient.objects.filter(pk=UUID(row_id), ended_at=None)
        .select_related("integration")
        .first()
    )
    if client is None:
        return None
    return client_actor(client.pk, client.integration.name, frozenset(client.scopes))


def _is_trusted(client_id: UUID, user_id: UUID) -> bool:
    """Tell whether a program has a log-in of this person that nobody ended."""
    return Session.objects.filter(
        user_id=user_id, client_id=client_id, client__ended_at=None, ended_at=None
    ).exists()


def _colleague(user: User, permissions: frozenset[str]) -> Actor:
    return Actor(type=ActorType.USER, id=str(user.pk), label=user.email, permissions=permissions)
