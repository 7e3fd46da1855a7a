"""Talking to an OpenID Connect provider: what it is, its keys, a code for tokens.

Sources: OpenID Connect Core 1.0 and Discovery 1.0, RFC 6749, RFC 7517.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlsplit

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from accounts.errors import IdentityProviderTrouble
from accounts.rules.id_tokens import ALGORITHMS
from accounts.rules.identity_providers import LOOPBACK, address_trouble, discovery_address
from ispplatform.core.errors import ProviderError
from ispplatform.core.http import Deadline, HttpAnswer, OutgoingHttp

CALL_SECONDS = 10.0
KEPT_SECONDS = 600
MOST_KEYS = 50
LONGEST_ACCESS_TOKEN = 10_000
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_CACHE_TROUBLE = (RedisError, OSError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Metadata:
    """What a provider says of itself; each address was judged.

    Args:
        is_secret_in_head: the client shows its secret by HTTP Basic, else in the form.
        names_itself: it puts ``iss`` into its answers (RFC 9207), so that one without is refused.
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    is_secret_in_head: bool
    names_itself: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Tokens:
    """What a code was good for."""

    id_token: str
    access_token: str

    def __repr__(self) -> str:
        return "Tokens(•••)"


def is_loopback_allowed() -> bool:
    """Tell whether plain http on this machine counts, for trying out and for tests."""
    return bool(settings.SIGN_ON_LOOPBACK)


class OpenIdProvider:
    """One provider, asked within one deadline. Redirects are not followed.

    Args:
        issuer: as the company wrote it.
    """

    def __init__(self, issuer: str, *, deadline: Deadline | None = None) -> None:
        self.issuer = issuer
        self._deadline = deadline or Deadline.after(CALL_SECONDS)

    def metadata(self, *, anew: bool = False) -> Metadata:
        """Return what the provider says of itself, kept for ten minutes.

        Raises:
            IdentityProviderTrouble: it does not answer, or what it says cannot be used.
        """
        return _metadata(self.issuer, self._kept(discovery_address(self.issuer), anew=anew))

    def keys(self, metadata: Metadata, *, anew: bool = False) -> Sequence[Mapping[str, Any]]:
        """Return the provider's public keys, kept for ten minutes.

        Raises:
            IdentityProviderTrouble: it does not answer, or it shows no usable key.
        """
        found = self._kept(metadata.jwks_uri, anew=anew).get("keys")
        keys = found if isinstance(found, list) else []
        usable = [one for one in keys if isinstance(one, dict) and _is_usable(one)]
        if not usable or len(keys) > MOST_KEYS:
            raise IdentityProviderTrouble(
                f"The keys at {metadata.jwks_uri} hold none for RS256 or ES256."
            )
        return usable

    def tokens(
        self,
        metadata: Metadata,
        *,
        client_id: str,
        client_secret: str,
        code: str,
        redirect_uri: str,
        verifier: str,
    ) -> Tokens:
        """Return the tokens for a code.

        Raises:
            IdentityProviderTrouble: it refuses, or answers with something else.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"Accept": "application/json"}
        if metadata.is_secret_in_head:
            # Both parts are form-encoded before. Source: RFC 6749 s. 2.3.1.
            shown = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
            headers["Authorization"] = f"Basic {b64encode(shown.encode()).decode()}"
        else:
            form |= {"client_id": client_id, "client_secret": client_secret}
        answer = self._http(metadata.token_endpoint).act(
            "POST", metadata.token_endpoint, data=form, headers=headers
        )
        said = _object(answer, metadata.token_endpoint, is_success_needed=False)
        if answer.status != 200:
            raise IdentityProviderTrouble(
                f"The token endpoint answered {answer.status} {_word(said.get('error'))}.".replace(
                    " .", "."
                ),
                reason=f"token_endpoint:{_word(said.get('error')) or answer.status}",
            )
        id_token, access_token = said.get("id_token"), said.get("access_token")
        kind = said.get("token_type")
        if (
            not isinstance(id_token, str)
            or not isinstance(access_token, str)
            or not 0 < len(access_token) <= LONGEST_ACCESS_TOKEN
            or not isinstance(kind, str)
            or kind.lower() != "bearer"
        ):
            raise IdentityProviderTrouble(
                "The token endpoint gave no ID token.", reason="token_endpoint:no_id_token"
            )
        return Tokens(id_token=id_token, access_token=access_token)

    def person(self, metadata: Metadata, *, access_token: str, subject: str) -> dict[str, Any]:
        """Return what the provider tells of the person beside the ID token; nothing where it
        has no place for that. Source: Core s. 5.3; ``sub`` must be the token's.

        Raises:
            IdentityProviderTrouble: it does not answer, or speaks of somebody else.
        """
        address = metadata.userinfo_endpoint
        if not address or not access_token.isascii() or not access_token.isprintable():
            return {}
        headers = {"Accept": "application/json", "Authorization": f"Bearer {access_token}"}
        said = _object(self._http(address).read("GET", address, headers=headers), address)
        if said.get("sub") != subject:
            raise IdentityProviderTrouble(
                "The provider told of another person than its token.", reason="userinfo_sub"
            )
        return said

    def _kept(self, address: str, *, anew: bool) -> dict[str, Any]:
        """Return a JSON object that the provider publishes."""
        name = f"accounts:openid:{hashlib.sha256(address.encode()).hexdigest()}"
        try:
            found = None if anew else cache.get(name)
        except _CACHE_TROUBLE:
            found = None
        if isinstance(found, dict):
            return found
        answer = self._http(address).read("GET", address, headers={"Accept": "application/json"})
        said = _object(answer, address)
        try:
            cache.set(name, said, KEPT_SECONDS)
        except _CACHE_TROUBLE:
            return said
        return said

    def _http(self, address: str) -> "_Http":
        return _Http(address, self._deadline)


class _Http:
    """Outgoing HTTP whose failures are the provider's; private networks are out of reach.

    Only hosts that the installation's operator named may lie in one (``SIGN_ON_PRIVATE_HOSTS``).
    """

    def __init__(self, address: str, deadline: Deadline) -> None:
        host = urlsplit(address).hostname or ""
        is_near = (is_loopback_allowed() and host in LOOPBACK) or (
            host in settings.SIGN_ON_PRIVATE_HOSTS
        )
        self._http = OutgoingHttp(deadline=deadline, public_only=not is_near)

    def read(self, method: str, url: str, **parts: Any) -> HttpAnswer:
        try:
            return self._http.read(method, url, **parts)
        except ProviderError as error:
            raise IdentityProviderTrouble(error.message, reason="unreachable") from error

    def act(self, method: str, url: str, **parts: Any) -> HttpAnswer:
        try:
            return self._http.act(method, url, **parts)
        except ProviderError as error:
            raise IdentityProviderTrouble(error.message, reason="unreachable") from error


def _object(answer: HttpAnswer, address: str, *, is_success_needed: bool = True) -> dict[str, Any]:
    """Return the JSON object of an answer."""
    if is_success_needed and answer.status != 200:
        raise IdentityProviderTrouble(f"{address} answered {answer.status}.", reason="answer")
    try:
        said = answer.json()
    except (ProviderError, RecursionError):
        said = None
    if not isinstance(said, dict):
        if not is_success_needed:
            return {}
        raise IdentityProviderTrouble(f"{address} answered something else.", reason="answer")
    return said


def _metadata(issuer: str, said: Mapping[str, Any]) -> Metadata:
    if said.get("issuer") != issuer:
        raise IdentityProviderTrouble(
            f"The provider calls itself {_shown(said.get('issuer'))}: write the issuer exactly so.",
            reason="discovery_issuer",
        )
    addresses = {}
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
        value = said.get(name)
        if name == "userinfo_endpoint" and value is None:
            value = ""
        elif trouble := address_trouble(value, is_loopback_allowed=is_loopback_allowed()):
            raise IdentityProviderTrouble(
                f"What the provider says of itself cannot be used: {name} {trouble}.",
                reason="discovery",
            )
        addresses[name] = str(value)
    _offers(said, "response_types_supported", "code")
    _offers(said, "id_token_signing_alg_values_supported", *ALGORITHMS)
    if "code_challenge_methods_supported" in said:
        _offers(said, "code_challenge_methods_supported", "S256")
    # Without the name it is Basic. Source: Discovery s. 3.
    ways = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    is_in_head = isinstance(ways, list) and "client_secret_basic" in ways
    if not is_in_head and not (isinstance(ways, list) and "client_secret_post" in ways):
        raise IdentityProviderTrouble(
            "The provider takes no client secret at its token endpoint.", reason="discovery"
        )
    return Metadata(
        issuer=issuer,
        is_secret_in_head=is_in_head,
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
        **addresses,
    )


def _offers(said: Mapping[str, Any], name: str, *wanted: str) -> None:
    offered = said.get(name)
    if not isinstance(offered, list) or not set(wanted) & {str(one) for one in offered}:
        raise IdentityProviderTrouble(
            f"The provider does not offer {' or '.join(wanted)} ({name}).", reason="discovery"
        )


def _is_usable(key: Mapping[str, Any]) -> bool:
    return key.get("kty") in ALGORITHMS.values() and key.get("use", "sig") == "sig"


def _word(value: Any) -> str:
    """Return an error's code, when it looks like one: what a provider writes is not repeated."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def _shown(value: Any) -> str:
    if not isinstance(value, str):
        return "nothing"
    return "".join(one for one in value[:120] if one.isprintable()) or "nothing"
