"""Who calls the API: a signed token, an API key, or the browser's session with its CSRF token.

``request.actor``, ``request.tenant`` and ``request.customer_id`` are set on the way, and the rest
of the request works in the credential's tenant. See ``docs/mechanisms/identity.md``.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts.choices import SessionKind
from accounts.errors import (
    ApiKeyModeMismatch,
    AuthenticationRequired,
    TenantNotYours,
    TokenInvalid,
    WrongSide,
)
from accounts.principals import cookie_entry, install, side_of
from accounts.selectors.principals import ApiKeyEntry, SessionEntry, api_key_entry, session_entry
from accounts.selectors.second_factors import is_open
from accounts.services.api_keys import api_key_touch
from accounts.services.sessions import session_touch
from accounts.tokens.access import access_token_verify, claimed_ids
from accounts.tokens.random_keys import is_api_key, read_api_key
from ispplatform.core.errors import NotPermitted
from ispplatform.core.middleware.addresses import client_address
from ispplatform.core.tenancy.lookup import tenant_by_id

_SCHEME = "bearer"


@dataclass(frozen=True, slots=True)
class Caller:
    """What DRF calls the user: enough to be logged in; the row is loaded by whoever needs it."""

    pk: UUID
    is_authenticated: bool = True
    is_active: bool = True


class CredentialRefused(AuthenticationFailed):
    """A credential was shown and is not good; answered 401 with the code of the reason."""

    def __init__(self, reason: AuthenticationRequired) -> None:
        super().__init__(reason.message)
        self.platform_code = reason.code


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer`` with a token or an API key, or ``X-API-Key`` with a key."""

    def authenticate(self, request: Request) -> tuple[Caller, Any] | None:
        text = presented_credential(request._request)
        if text is None:
            return None
        try:
            entry = _key_entry(text, request) if is_api_key(text) else _token_entry(text, request)
        except AuthenticationRequired as exc:
            raise CredentialRefused(exc) from None
        _check_tenant_header(request, entry)
        install(request._request, entry)
        if isinstance(entry, SessionEntry):
            session_touch(entry=entry)
            return Caller(entry.user_id), entry
        api_key_touch(entry=entry)
        return Caller(entry.key_id), entry

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class CookieAuthentication(BaseAuthentication):
    """The session of the browser that is logged in here; every write needs the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Caller, SessionEntry] | None:
        entry = cookie_entry(request._request)
        if entry is None or not is_open(entry, tenant_by_id(entry.tenant_id)):
            return None
        _enforce_csrf(request._request)
        _check_tenant_header(request, entry)
        install(request._request, entry)
        session_touch(entry=entry)
        return Caller(entry.user_id), entry


def presented_credential(request: HttpRequest) -> str | None:
    """Return the token or key that the request shows, or None."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == _SCHEME and text.strip():
        return text.strip()
    return request.headers.get("X-API-Key") or None


def _token_entry(text: str, request: Request) -> SessionEntry:
    tenant_id, session_id = claimed_ids(access_token_verify(text))
    entry = session_entry(tenant_id=tenant_id, session_id=session_id)
    if entry is None:
        raise TokenInvalid("This log-in has ended.")
    if entry.kind is not side_of(request._request):
        raise WrongSide("This token is for the other side: staff and customers have an API each.")
    return entry


def _key_entry(text: str, request: Request) -> ApiKeyEntry:
    shown = read_api_key(text)
    entry = api_key_entry(tenant_id=shown.tenant_id, digest=shown.digest) if shown else None
    if entry is None:
        raise TokenInvalid("This API key is not valid.")
    if side_of(request._request) is not SessionKind.STAFF:
        raise WrongSide("API keys open the staff API only.")
    if (entry.mode == "test") is not tenant_by_id(entry.tenant_id).is_sandbox:
        raise ApiKeyModeMismatch("Test keys open sandbox companies only, live keys live ones.")
    if not entry.admits(client_address(request._request)):
        raise NotPermitted("This API key may not be used from this address.")
    return entry


def _check_tenant_header(request: Request, entry: SessionEntry | ApiKeyEntry) -> None:
    named = request.headers.get("X-Tenant-ID")
    if not named:
        return
    if named.lower() not in {str(entry.tenant_id), tenant_by_id(entry.tenant_id).slug}:
        raise TenantNotYours("X-Tenant-ID names another company than your credential.")


def _enforce_csrf(request: HttpRequest) -> None:
    check = CSRFCheck(_no_view)
    check.process_request(request)
    if reason := check.process_view(request, _no_view, (), {}):
        raise PermissionDenied(f"CSRF check failed: {reason}")


def _no_view(request: HttpRequest) -> HttpResponse:
    """Stand where the check wants a view; it is never called."""
    return HttpResponse(status=204)
