"""Who may see a page of the portal."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from ispplatform.core.actors import Actor

Page = Callable[..., HttpResponseBase]


def customer_page(permission: str = "") -> Callable[[Page], Page]:
    """Open a page to customers who are logged in, and to those with ``permission`` if one is named.

    A visitor is sent to the log-in and comes back afterwards; a customer whose log-in does not
    include the page gets the 403 page. Below it ``request.customer_id`` is set.
    """

    def decorate(page: Page) -> Page:
        @wraps(page)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor: Actor = request.actor  # type: ignore[attr-defined] # set by the middleware
            if not actor.is_customer or actor.customer_id is None:
                return redirect_to_login(request.get_full_path())
            if permission and not actor.can(permission):
                raise PermissionDenied
            return page(request, *args, **kwargs)

        guarded.gate = f"customer:{permission}" if permission else "customer"  # type: ignore[attr-defined] # for the table of principals
        return guarded

    return decorate
