"""What an action asks of its caller. Each view says it for each of its actions."""

from typing import Any, Final

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.errors import NotPermitted

PUBLIC: Final = "public"  # anybody; the route also stands in settings.API_PUBLIC_ROUTES
LOGGED_IN: Final = "logged-in"  # any principal, for what is about the caller itself
CUSTOMER: Final = "customer"  # any portal account; the selector narrows to its customer


def actor_of(request: Any) -> Actor:
    """Return who asks; anonymous when no authenticator of the API vouched for anyone."""
    return getattr(request, "actor", None) or Actor.anonymous()


class DeclaredPermission(BasePermission):
    """Holds a request against ``permissions_required`` of its view."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return True when the caller may.

        Raises:
            NotAuthenticated: nobody is logged in.
            NotPermitted: the caller is known and lacks the permission.
        """
        require(actor_of(request), view.permission_for(view.action_name))
        return True


def require(actor: Actor, permission: str | None) -> None:
    """Return when ``actor`` meets one declared requirement; None is met by nobody.

    Raises:
        NotAuthenticated: nobody is logged in.
        NotPermitted: the caller is known and lacks the permission.
    """
    if permission == PUBLIC:
        return
    if actor.type is ActorType.ANONYMOUS:
        raise NotAuthenticated("Log in or send a token.")
    if permission == LOGGED_IN:
        return
    if permission is None:
        raise NotPermitted("Nobody may do this.")
    if permission == CUSTOMER:
        if not actor.is_customer or actor.customer_id is None:
            raise NotPermitted("This is for customers' portal accounts.")
        return
    actor.require(permission)
