"""Who calls the API: a signed token, an API key, or the browser's session with its CSRF token.

``request.actor``, ``request.tenant`` and ``request.customer_id`` are set on the way, and the rest
of the request works in the credential's tenant. See ``docs/mechanisms/identity.md``.
"""

from dataclasses import dataclass, replace
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
from accounts.selectors.oauth import ClientEntry, client_token_entry
from accounts.selectors.principals import (
    ApiKeyEntry,
    SessionEntry,
    api_key_entry,
    narrowed,
    session_entry,
)
from accounts.selectors.second_factors import is_open
from accounts.services.api_keys import api_key_touch
from accounts.services.refusals import credential_refused_note
from accounts.services.sessions import session_touch
from accounts.services.temporary_tokens import temporary_token_use
from accounts.tokens.access import USE_CLIENT, USE_TEMPORARY, access_token_verify, claimed_ids
from accounts.tokens.random_keys import is_api_key, read_api_key
from ispplatform.core.errors import NotPermitted, PlatformError
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
            _check_tenant_header(request, entry)
        except (AuthenticationRequired, NotPermitted) as exc:
            _note(request._request, exc)
            if isinstance(exc, AuthenticationRequired):
                raise CredentialRefused(exc) from None
            raise
        install(request._request, entry)
        if isinstance(entry, SessionEntry):
            session_touch(entry=entry)
            return Caller(entry.user_id), entry
        if isinstance(entry, ClientEntry):
            return Caller(entry.client_id), entry
        api_key_touch(entry=entry, address=client_address(request._request))
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


def _note(request: HttpRequest, refusal: PlatformError) -> None:
    credential_refused_note(
        tenant=getattr(request, "tenant", None),
        code=refusal.code,
        address=client_address(request),
        path=request.path,
    )


def _token_entry(text: str, request: Request) -> SessionEntry | ClientEntry | ApiKeyEntry:
    claims = access_token_verify(text)
    tenant_id, session_id = claimed_ids(claims)
    if claims.get("use") == USE_CLIENT:
        return _client_entry(request, tenant_id=tenant_id, token_id=session_id)
    if claims.get("use") == USE_TEMPORARY:
        return _temporary_entry(request, tenant_id=tenant_id, row_id=session_id)
    entry = session_entry(tenant_id=tenant_id, session_id=session_id)
    if entry is None:
        raise TokenInvalid("This log-in has ended.")
    if entry.kind is not side_of(request._request):
        raise WrongSide("This token is for the other side: staff and customers have an API each.")
    if entry.client_id is not None:
        # A token may reach less far than the log-in behind it, never farther.
        reach = narrowed(entry.permissions, str(claims.get("scope", "")).split())
        entry = replace(entry, permissions=reach)
    return entry


def _client_entry(request: Request, *, tenant_id: UUID, token_id: UUID) -> ClientEntry:
    entry = client_token_entry(tenant_id=tenant_id, token_id=token_id)
    if entry is None:
        raise TokenInvalid("This token has ended.")
    if side_of(request._request) is not SessionKind.STAFF:
        raise WrongSide("A program's own token opens the staff API only.")
    return entry


def _temporary_entry(
    request: Request, *, tenant_id: UUID, row_id: UUID
) -> SessionEntry | ApiKeyEntry:
    """Take a token for one act; the side follows from the path that it was made for."""
    return temporary_token_use(
        tenant_id=tenant_id,
        row_id=row_id,
        method=request.method or "",
        path=request._request.get_full_path(),
        address=client_address(request._request),
    )


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


def _check_tenant_header(request: Request, entry: SessionEntry | ApiKeyEntry | ClientEntry) -> None:
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
