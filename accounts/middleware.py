"""Who asks: the browser's session on pages; on the API the authenticators say it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.choices import SessionKind
from accounts.models import User
from accounts.principals import cookie_entry, install, install_nobody
from accounts.selectors.principals import SessionEntry
from accounts.selectors.second_factors import is_open
from accounts.services.sessions import session_touch
from ispplatform.core.tenancy.lookup import tenant_by_id

LOOKS = {"GET", "HEAD", "OPTIONS"}


class PrincipalMiddleware:
    """Sets ``request.actor``, ``customer_id``, ``session_entry`` and ``user`` on every request.

    ``request.user`` is the person of the session on this side of the house (staff in the admin,
    the customer in the portal), loaded when first asked for. A session that still waits for a
    second factor is ``request.half_open_entry``: it opens the page that asks for one, nothing
    else, and its person is anonymous to everything else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        install_nobody(request)
        request.user = AnonymousUser()
        if not request.path.startswith("/api/"):
            self._install_cookie(request)
            _require_looking_only(request)
        return self.get_response(request)

    @staticmethod
    def _install_cookie(request: Any) -> None:
        entry = cookie_entry(request)
        if entry is None:
            return
        if not is_open(entry, tenant_by_id(entry.tenant_id)):
            request.half_open_entry = entry
            return
        install(request, entry)
        request.user = SimpleLazyObject(partial(_user_of, entry))
        session_touch(entry=entry)


def _require_looking_only(request: Any) -> None:
    """Refuse what a colleague who sees the portal as a customer would change; the end is allowed.

    Raises:
        PermissionDenied: the request would change something.
    """
    entry: SessionEntry | None = request.session_entry
    if entry is None or not entry.viewer or request.method in LOOKS:
        return
    if request.path != reverse("accounts:log_out"):
        raise PermissionDenied


def _user_of(entry: SessionEntry) -> User | AnonymousUser:
    user = User.objects.filter(pk=entry.user_id).first()
    if user is None:
        return AnonymousUser()
    user.actor = entry.actor()
    user.is_staff = entry.kind is SessionKind.STAFF
    return user
