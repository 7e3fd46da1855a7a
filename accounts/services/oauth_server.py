"""The OAuth 2.0 server: oauthlib speaks the protocol, our rows and our signer stand behind it.

Source: RFC 6749, 6750, 7009, 7636, 7662, 9207, 9700. See docs/adr/0089.
"""

import hmac
import json
from base64 import b64decode
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus, urlencode, urlsplit

from django.conf import settings
from django.db import transaction
from oauthlib.common import Request, add_params_to_uri
from oauthlib.oauth2 import (
    AuthorizationCodeGrant,
    BearerToken,
    ClientCredentialsGrant,
    FatalClientError,
    IntrospectEndpoint,
    OAuth2Error,
    RefreshTokenGrant,
    RequestValidator,
    RevocationEndpoint,
    TokenEndpoint,
)
from oauthlib.oauth2.rfc6749.grant_types.authorization_code import code_challenge_method_s256

from accounts.choices import GrantType, SessionKind
from accounts.errors import TokenInvalid, WrongSide
from accounts.models import AuthorizationCode, OAuthClient
from accounts.selectors.oauth import client_named
from accounts.selectors.principals import SessionEntry
from accounts.services.oauth_clients import client_touch
from accounts.services.oauth_grants import (
    client_token_make,
    code_claim,
    code_exchange,
    code_make,
    oauth_refusal_note,
    token_found,
    token_revoke,
)
from accounts.services.sessions import Device
from accounts.services.token_pairs import TokenPair, token_pair, token_refresh
from accounts.tokens.client_ids import client_id_text
from accounts.tokens.encoding import text_digest
from ispplatform.core.clock import system_now
from ispplatform.core.models import Tenant
from ispplatform.core.permissions import permissions_of
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.tenancy.lookup import tenant_by_id

AUTHORIZE_PATH = "/api/v1/oauth/authorize"
_NOWHERE = "https://nowhere.invalid"


@dataclass(frozen=True, kw_only=True, slots=True)
class OAuthAnswer:
    """What is sent to a client: a bare JSON body, as the RFCs have it."""

    status: int
    body: str
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A well-formed wish of a client to act for somebody.

    Args:
        scopes: permissions, each within what the client may ask for.
    """

    client: OAuthClient
    scopes: tuple[str, ...]
    redirect_uri: str
    state: str
    code_challenge: str


class WishRefused(Exception):
    """The wish cannot be shown to anybody.

    ``redirect_to`` is where the client is told, or empty when its address cannot be believed: then
    the person is told, and nobody is sent anywhere.
    """

    def __init__(self, reason: str, redirect_to: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.redirect_to = redirect_to


class PinnedCodeGrant(AuthorizationCodeGrant):
    """The grant by code, with SHA-256 as the only method of its proof (RFC 7636)."""

    _code_challenge_methods = {"S256": code_challenge_method_s256}


class HouseValidator(RequestValidator):
    """Answers oauthlib's questions from our rows, within one request to the token endpoint."""

    asks_secret_always = False

    def __init__(self, device: Device) -> None:
        self.device = device
        self.client: OAuthClient | None = None
        self.code: AuthorizationCode | None = None
        self.entry: SessionEntry | None = None
        self.pair: TokenPair | None = None

    # ---------------------------------------------------------------------- who asks

    def client_authentication_required(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        client_id, _secret = presented_client(request)
        self.client = client_named(client_id)
        return self.asks_secret_always or self.client is None or self.client.is_confidential

    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        client_id, secret = presented_client(request)
        self.client = self.client or client_named(client_id)
        if self.client is None or not _is_secret_of(self.client, secret):
            return False
        return self._is_known(request)

    def authenticate_client_id(
        self, client_id: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        return self.client is not None and self._is_known(request)

    def _is_known(self, request: Request) -> bool:
        if self.client is None:
            return False
        request.client = self.client
        return True

    # ---------------------------------------------------------------------- the wish

    def validate_client_id(self, client_id: str, request: Request, *args: Any, **kw: Any) -> bool:
        self.client = client_named(client_id)
        return self.client is not None and self._is_known(request)

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        return redirect_uri in request.client.redirect_uris

    def get_default_redirect_uri(
        self, client_id: str, request: Request, *args: Any, **kwargs: Any
    ) -> str | None:
        return None  # it is always named

    def validate_response_type(
        self, client_id: str, response_type: str, client: Any, request: Request, *a: Any, **kw: Any
    ) -> bool:
        return response_type == "code" and GrantType.AUTHORIZATION_CODE in client.grant_types

    def is_pkce_required(self, client_id: str, request: Request) -> bool:
        return True

    def get_default_scopes(
        self, client_id: str, request: Request, *args: Any, **kwargs: Any
    ) -> list[str]:
        return list(request.client.scopes)

    def validate_scopes(
        self, client_id: str, scopes: Any, client: Any, request: Request, *args: Any, **kw: Any
    ) -> bool:
        wanted = permissions_of(scopes)
        is_known = all(permissions_of([scope]) for scope in scopes)
        request.scopes = sorted(wanted)
        return bool(wanted) and is_known and wanted <= set(client.scopes)

    # --------------------------------------------------------------------- the grants

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Any, request: Request, *a: Any, **kw: Any
    ) -> bool:
        needed = grant_type if grant_type != "refresh_token" else GrantType.AUTHORIZATION_CODE.value
        return needed in client.grant_types

    def validate_code(
        self, client_id: str, code: str, client: Any, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        self.code = code_claim(client=client, text=code)
        if self.code is None:
            return False
        request.user, request.scopes = self.code.user, self.code.scopes
        return True

    def get_code_challenge(self, code: str, request: Request) -> str | None:
        return self.code.code_challenge if self.code is not None else None

    def get_code_challenge_method(self, code: str, request: Request) -> str:
        return "S256"

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, *args: Any, **kwargs: Any
    ) -> bool:
        return self.code is not None and self.code.redirect_uri == redirect_uri

    def validate_refresh_token(
        self, refresh_token: str, client: Any, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        try:
            self.pair, self.entry = token_refresh(
                refresh_token=refresh_token, kind=SessionKind(client.side), client_id=client.pk
            )
        except (TokenInvalid, WrongSide):
            return False
        return True

    def get_original_scopes(
        self, refresh_token: str, request: Request, *args: Any, **kwargs: Any
    ) -> list[str]:
        return sorted(self.entry.permissions) if self.entry is not None else []

    # --------------------------------------------------------------------- the tokens

    def access_text(self, request: Request) -> str:
        """Make the tokens of a granted request; return the one for access."""
        client: OAuthClient = request.client
        if request.grant_type == GrantType.CLIENT_CREDENTIALS:
            text, _seconds = client_token_make(client=client, scopes=request.scopes)
            return text
        if self.code is not None:
            self.entry = code_exchange(code=self.code, client=client, device=self.device)
            self.pair = token_pair(entry=self.entry)
            request.scopes = sorted(self.entry.permissions)
            return self.pair.access_token
        if self.entry is None:
            raise RuntimeError("A refresh token is validated before an access token is made of it.")
        return token_pair(entry=self.entry, scopes=request.scopes).access_token

    def refresh_text(self, request: Request) -> str:
        """Return the refresh token that belongs to the access token just made."""
        if self.pair is None:
            raise RuntimeError("The access token is made before the refresh token beside it.")
        return self.pair.refresh_token

    def save_bearer_token(self, token: Any, request: Request, *args: Any, **kwargs: Any) -> None:
        """Keep nothing: what stands behind the tokens is written."""

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """Do nothing: the code was taken when it was looked at."""

    def revoke_token(
        self, token: str, token_type_hint: str, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        if self.client is not None:
            token_revoke(client=self.client, text=token)

    def introspect_token(
        self, token: str, token_type_hint: str, request: Request, *args: Any, **kwargs: Any
    ) -> dict[str, Any] | None:
        if self.client is None:
            return None
        found = token_found(tenant_id=self.client.tenant_id, text=token)
        if found is None or found.integration_id != self.client.integration_id:
            return None
        told = {
            "client_id": client_id_text(tenant_id=self.client.tenant_id, row_id=found.client_id),
            "iss": tenant_by_id(self.client.tenant_id).base_url,
            "token_type": "Bearer" if found.claims else "refresh_token",
            **{name: found.claims[name] for name in _TOLD if name in found.claims},
        }
        if found.entry is not None:
            told["username"] = found.entry.email
            told.setdefault("scope", " ".join(sorted(found.entry.permissions)))
        return told


class SecretValidator(HouseValidator):
    """The same where no client may ask without its secret."""

    asks_secret_always = True


_TOLD = ("scope", "sub", "exp", "iat", "jti")


def issuer_of(tenant: Tenant) -> str:
    """Return the issuer's name of a company: its configured address, never a Host header."""
    return tenant.base_url


def oauth_metadata(tenant: Tenant) -> dict[str, Any]:
    """Return the metadata document of a company. Source: RFC 8414 s. 2, RFC 9207 s. 3."""
    home = issuer_of(tenant)
    secrets = ["client_secret_basic", "client_secret_post"]
    return {
        "issuer": home,
        "authorization_endpoint": f"{home}{AUTHORIZE_PATH}",
        "token_endpoint": f"{home}/api/v1/oauth/token",
        "revocation_endpoint": f"{home}/api/v1/oauth/revoke",
        "introspection_endpoint": f"{home}/api/v1/oauth/introspect",
        "jwks_uri": f"{home}/.well-known/jwks.json",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [*GrantType.values, "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": [*secrets, "none"],
        "revocation_endpoint_auth_methods_supported": [*secrets, "none"],
        "introspection_endpoint_auth_methods_supported": secrets,
        "authorization_response_iss_parameter_supported": True,
    }


def wish_read(query: str, *, tenant: Tenant | None) -> Asked:
    """Read a client's wish from the query of the authorization request; a refusal is audited.

    Raises:
        WishRefused: it cannot be granted by anybody.
    """
    request = Request(f"{_NOWHERE}{AUTHORIZE_PATH}?{query}")
    validator = HouseValidator(Device())
    grant = PinnedCodeGrant(validator)
    try:
        grant.validate_authorization_request(request)
    except ValueError as exc:
        raise WishRefused("This address cannot be read.") from exc
    except FatalClientError as exc:
        _note(validator.client, str(exc.description or exc.error), "")
        raise WishRefused(str(exc.description or exc.error)) from exc
    except OAuth2Error as exc:
        _note(validator.client, exc.error, "")
        raise WishRefused(exc.error, _told_back(request, dict(exc.twotuples))) from exc
    client: OAuthClient = request.client
    if tenant is None or client.tenant_id != tenant.pk:
        raise WishRefused("This program belongs to another company.")
    return Asked(
        client=client,
        scopes=tuple(request.scopes),
        redirect_uri=request.redirect_uri,
        state=request.state or "",
        code_challenge=request.code_challenge,
    )


def wish_grant(asked: Asked, *, entry: SessionEntry) -> str:
    """Grant a wish as far as the person may; return where the browser goes with the code.

    Raises:
        NotPermitted: the person may do nothing of it, or this log-in may not let programs act.
    """
    actor = entry.actor()
    code = code_make(
        entry=entry,
        client=asked.client,
        scopes=[one for one in asked.scopes if actor.can(one)],
        redirect_uri=asked.redirect_uri,
        code_challenge=asked.code_challenge,
    )
    return _back(asked, {"code": code})


def wish_deny(asked: Asked) -> str:
    """Return where the browser goes when the person does not want to."""
    return _back(asked, {"error": "access_denied"})


def token_answer(*, body: str, headers: Mapping[str, str], device: Device) -> OAuthAnswer:
    """Answer a request to the token endpoint."""
    validator = HouseValidator(device)
    bearer = BearerToken(
        validator,
        token_generator=validator.access_text,
        refresh_token_generator=validator.refresh_text,
        expires_in=settings.ACCESS_TOKEN_SECONDS,
    )
    code = PinnedCodeGrant(validator)
    endpoint = TokenEndpoint(
        default_grant_type="none",
        default_token_type=bearer,
        grant_types={
            "authorization_code": code,
            "client_credentials": ClientCredentialsGrant(validator),
            "refresh_token": RefreshTokenGrant(validator),
            "none": code,  # it refuses what it does not know
        },
    )
    return _answered(validator, endpoint.create_token_response, "token", body, headers)


def revocation_answer(*, body: str, headers: Mapping[str, str], device: Device) -> OAuthAnswer:
    """Answer a request to end a token; 200 also for tokens that are none (RFC 7009 s. 2.2)."""
    validator = HouseValidator(device)
    endpoint = RevocationEndpoint(validator)
    return _answered(validator, endpoint.create_revocation_response, "revoke", body, headers)


def introspection_answer(*, body: str, headers: Mapping[str, str], device: Device) -> OAuthAnswer:
    """Tell a client with a secret what a token of its integration still opens (RFC 7662)."""
    validator = SecretValidator(device)
    endpoint = IntrospectEndpoint(validator)
    return _answered(validator, endpoint.create_introspect_response, "introspect", body, headers)


def presented_client(request: Request) -> tuple[str, str]:
    """Return client id and secret as a request shows them, in its head or its body; or empty.

    A request that shows them in both places shows none. Source: RFC 6749 s. 2.3.
    """
    scheme, _space, value = str(request.headers.get("Authorization", "")).partition(" ")
    if scheme.lower() != "basic":
        return request.client_id or "", request.client_secret or ""
    try:
        text = b64decode(value.strip(), validate=True).decode()
    except ValueError:
        return "", ""
    if request.client_secret:
        return "", ""
    name, _colon, secret = text.partition(":")
    return unquote_plus(name), unquote_plus(secret)


def _answered(
    validator: HouseValidator, create: Any, name: str, body: str, headers: Mapping[str, str]
) -> OAuthAnswer:
    named = client_named(presented_client(Request(_NOWHERE, "POST", body, dict(headers)))[0])
    # Without a client there is nothing to read or to write in any company.
    scope = tenant_context(named.tenant_id) if named is not None else nullcontext()
    with scope, transaction.atomic():
        try:
            told, text, status = create(
                f"{_NOWHERE}/{name}", http_method="POST", body=body, headers=dict(headers)
            )
        except OAuth2Error as exc:
            told, text, status = exc.headers, exc.json, exc.status_code
        except ValueError:  # what is no form
            told, status = {}, 400
            text = json.dumps({"error": "invalid_request"})
        if status < 400 and validator.client is not None:
            client_touch(row=validator.client, address=validator.device.address)
        elif status >= 400:
            reason = str(json.loads(text).get("error", ""))
            _note(validator.client or named, reason, validator.device.address)
    return OAuthAnswer(status=status, body=text or "", headers=told)


def _note(client: OAuthClient | None, reason: str, address: str) -> None:
    if client is not None:
        with tenant_context(client.tenant_id), transaction.atomic():
            oauth_refusal_note(client=client, reason=reason, address=address)


def _is_secret_of(client: OAuthClient, secret: str) -> bool:
    if not secret or not client.is_confidential:
        return False
    digest = text_digest(secret)
    if hmac.compare_digest(digest, client.secret_digest):
        return True
    is_former = client.former_until is not None and client.former_until > system_now()
    return is_former and hmac.compare_digest(digest, client.former_digest)


def _told_back(request: Request, answer: Mapping[str, Any]) -> str:
    """Return the client's address with a refusal; only after the address was found to be its."""
    issuer = issuer_of(tenant_by_id(request.client.tenant_id))
    return str(add_params_to_uri(request.redirect_uri, [*answer.items(), ("iss", issuer)]))


def _back(asked: Asked, answer: Mapping[str, str]) -> str:
    issuer = issuer_of(tenant_by_id(asked.client.tenant_id))
    values = {**answer, **({"state": asked.state} if asked.state else {}), "iss": issuer}
    joint = "&" if urlsplit(asked.redirect_uri).query else "?"
    return f"{asked.redirect_uri}{joint}{urlencode(values)}"
