"""Coming in by an identity provider: sent there, come back, believed or refused.

OpenID Connect's authorization code flow with PKCE. State, nonce and verifier belong to one request
of one browser and are good once. See ``docs/mechanisms/identity.md``.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from accounts.choices import IdentityChange, MembershipStatus, SessionChannel
from accounts.errors import IdentityProviderTrouble, SignOnRefused
from accounts.models import IdentityLink, IdentityProvider, Membership, Session, SignOnRequest, User
from accounts.providers.openid import Metadata, OpenIdProvider
from accounts.rules.id_tokens import Expected, IdTokenWrong, KeyUnknown, id_token_claims
from accounts.rules.identity_providers import email_domain, is_factor_shown
from accounts.selectors.second_factors import is_protected
from accounts.services.identity_providers import link_tell
from accounts.services.lockouts import account_digest, lockout_check
from accounts.services.logins import Attempt, LoggedIn, log_in_enter
from accounts.services.sessions import Device
from accounts.tokens.encoding import base64url, sha256, text_digest
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import NotFound
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import subject_of

LIFETIME = timedelta(minutes=10)
SCOPE = "openid email profile"
LONGEST_TARGET = 2000
LONGEST_VALUE = 4000
AGAIN = "This way in was begun in another browser, or was used before."
NOT_BELIEVED = "What {name} sent cannot be believed."


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedOn:
    """A colleague who came back and is let in, and where they wanted to go."""

    logged_in: LoggedIn
    target: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CameBack:
    """What a browser brought back.

    Args:
        query: names and values of the address; of a name that came twice, nothing.
        browser_key: what this browser keeps in its session since it was sent.
        redirect_uri: the address that it came back to, as it was registered.
    """

    query: Mapping[str, str]
    browser_key: str
    redirect_uri: str
    device: Device


def sign_on_begin(
    *, tenant: Tenant, provider_id: UUID, browser_key: str, target: str, redirect_uri: str
) -> str:
    """Return the provider's address to which a browser is sent; good for ten minutes and once.

    Args:
        browser_key: a secret that the browser's session keeps, and shows when it comes back.
        target: where the colleague goes on afterwards, an address of ours.

    Raises:
        NotFound: the company has no such provider, or it is switched off.
        SignOnRefused: the provider cannot be used now; the trail says why.
    """
    provider = IdentityProvider.objects.filter(pk=provider_id, is_active=True).first()
    if provider is None:
        raise NotFound("There is no such identity provider.")
    try:
        metadata = OpenIdProvider(provider.issuer).metadata()
    except IdentityProviderTrouble as error:
        _refuse(provider, tenant, f"{provider.name} does not answer as it should.", error.reason)
    state = secrets.token_urlsafe(32)
    row = SignOnRequest.objects.create(
        provider=provider,
        state_digest=text_digest(state),
        browser_digest=text_digest(browser_key),
        target=target[:LONGEST_TARGET],
        expires_at=system_now() + LIFETIME,
    )
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPE,
        "state": state,
        "nonce": _derived("nonce", row.pk),
        "code_challenge": base64url(sha256(_derived("verifier", row.pk).encode())),
        "code_challenge_method": "S256",
    }
    if provider.is_factor_trusted and provider.factor_acr_values:
        query["acr_values"] = " ".join(provider.factor_acr_values)
    address = metadata.authorization_endpoint
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}"


def sign_on_finish(*, tenant: Tenant, provider_id: UUID, came: CameBack) -> SignedOn:
    """Let in who comes back from a provider, when all of it can be believed.

    The person is the one whom this provider was linked to; the first time, the active colleague of
    this company with the e-mail address that the provider has verified. Nobody is made.

    Raises:
        NotFound: the company has no such provider.
        SignOnRefused: not let in; the trail says exactly why, the message what to know.
        AccountLocked: too many failed log-ins of this person.
    """
    provider = IdentityProvider.objects.filter(pk=provider_id).first()
    if provider is None:
        raise NotFound("There is no such identity provider.")
    address = came.device.address
    row = _request_taken(provider, tenant, came)
    if not provider.is_active:
        _refuse(provider, tenant, f"{provider.name} is switched off.", "switched_off", address)
    asked = OpenIdProvider(provider.issuer)
    try:
        metadata = asked.metadata()
        code = _code(provider, tenant, came, metadata)
        claims = _claims(asked, metadata, provider, row, code, came.redirect_uri)
    except IdentityProviderTrouble as error:
        told = f"{provider.name} does not answer as it should."
        _refuse(provider, tenant, told, error.reason, address)
    except IdTokenWrong as error:
        told = NOT_BELIEVED.format(name=provider.name)
        _refuse(provider, tenant, told, f"id_token:{error.reason}", address)
    link, is_new = _link(provider, tenant, claims, address)
    entered = _entered(provider, tenant, link, is_new, claims, came.device)
    return SignedOn(logged_in=entered, target=row.target)


def _request_taken(provider: IdentityProvider, tenant: Tenant, came: CameBack) -> SignOnRequest:
    """Return the request that the browser answers; it is good once, whatever comes of it."""
    address = came.device.address
    state = came.query.get("state", "")
    row = SignOnRequest.objects.filter(state_digest=text_digest(state[:LONGEST_VALUE])).first()
    if row is None:
        _refuse(provider, tenant, AGAIN, "state_unknown", address)
    fresh = SignOnRequest.objects.filter(pk=row.pk, used_at=None)
    if not fresh.update(used_at=system_now()):
        _refuse(provider, tenant, AGAIN, "state_used", address)
    if not hmac.compare_digest(row.browser_digest, text_digest(came.browser_key)):
        _refuse(provider, tenant, AGAIN, "other_browser", address)
    if row.provider_id != provider.pk:
        _refuse(provider, tenant, AGAIN, "other_provider", address)
    if row.expires_at <= system_now():
        _refuse(provider, tenant, "It took longer than ten minutes.", "state_expired", address)
    return row


def _code(provider: IdentityProvider, tenant: Tenant, came: CameBack, metadata: Metadata) -> str:
    """Return the code that the provider gave. Source: RFC 6749 s. 4.1.2, RFC 9207 s. 2.4."""
    query, address = came.query, came.device.address
    if query.get("iss", metadata.issuer) != metadata.issuer or (
        metadata.names_itself and "iss" not in query
    ):
        _refuse(provider, tenant, NOT_BELIEVED.format(name=provider.name), "answer_iss", address)
    if "error" in query:
        word = "".join(one for one in query["error"][:60] if one.isalnum() or one in "_.-")
        _refuse(provider, tenant, f"{provider.name} did not let you in.", f"answer:{word}", address)
    code = query.get("code", "")
    if not 0 < len(code) <= LONGEST_VALUE:
        _refuse(
            provider, tenant, NOT_BELIEVED.format(name=provider.name), "answer:no_code", address
        )
    return code


def _claims(
    asked: OpenIdProvider,
    metadata: Metadata,
    provider: IdentityProvider,
    row: SignOnRequest,
    code: str,
    redirect_uri: str,
) -> dict[str, Any]:
    """Return what the provider says of the person, checked."""
    tokens = asked.tokens(
        metadata,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        code=code,
        redirect_uri=redirect_uri,
        verifier=_derived("verifier", row.pk),
    )
    expected = Expected(
        issuer=provider.issuer,
        client_id=provider.client_id,
        nonce=_derived("nonce", row.pk),
        access_token=tokens.access_token,
        now=system_now(),
    )
    try:
        claims = id_token_claims(tokens.id_token, asked.keys(metadata), expected)
    except KeyUnknown:
        claims = id_token_claims(tokens.id_token, asked.keys(metadata, anew=True), expected)
    if "email" not in claims:  # Core s. 5.4: it may be told at the UserInfo endpoint only
        told = asked.person(metadata, access_token=tokens.access_token, subject=str(claims["sub"]))
        claims |= {name: told[name] for name in ("email", "email_verified") if name in told}
    return claims


def _link(
    provider: IdentityProvider, tenant: Tenant, claims: Mapping[str, Any], address: str
) -> tuple[IdentityLink, bool]:
    """Return the identity of the person, and whether it is to be kept from now on."""
    known = (
        IdentityLink.objects.filter(
            provider=provider, issuer=provider.issuer, subject=claims["sub"]
        )
        .select_related("membership__user", "provider")
        .first()
    )
    if known is not None:
        _check_person(provider, tenant, known.membership, address)
        return known, False
    email = claims.get("email")
    if not isinstance(email, str) or "@" not in email or len(email) > 254 or "\0" in email:
        _refuse(provider, tenant, _no_address(provider), "email_missing", address)
    if claims.get("email_verified") is not True:
        _refuse(provider, tenant, _no_address(provider), "email_not_verified", address)
    if email_domain(email) not in provider.domains:
        told = f"{provider.name} does not speak for e-mail addresses like yours here."
        _refuse(provider, tenant, told, "email_domain", address)
    rows = Membership.objects.select_related("user")
    # Some letters beyond ASCII become others when they are made small: those are compared as told.
    membership = rows.filter(user__email=email.lower() if email.isascii() else email).first()
    if membership is None:
        told = (
            f"You have no access here, and {provider.name} does not make it: an owner of the "
            "company has to add you as a colleague first."
        )
        _refuse(provider, tenant, told, "no_colleague", address)
    _check_person(provider, tenant, membership, address)
    if IdentityLink.objects.filter(provider=provider, membership=membership).exists():
        told = f"Your access here belongs to another identity at {provider.name}: have it unlinked."
        _refuse(provider, tenant, told, "linked_to_other", address)
    link = IdentityLink(
        provider=provider,
        membership=membership,
        issuer=provider.issuer,
        subject=claims["sub"],
        email=membership.user.email,
    )
    return link, True


def _check_person(
    provider: IdentityProvider, tenant: Tenant, membership: Membership, address: str
) -> None:
    """Return when this colleague may come in by a provider of the company.

    The installation's operator never may: a company's provider must not open every company.
    """
    user = membership.user
    if user.is_superuser:
        told = "The operator of the installation logs in with a password."
        _refuse(provider, tenant, told, "operator", address, user)
    if membership.status != MembershipStatus.ACTIVE or not user.is_active:
        told = "Your access here is suspended or has ended: ask an owner of the company."
        _refuse(provider, tenant, told, "suspended", address, user)


def _entered(
    provider: IdentityProvider,
    tenant: Tenant,
    link: IdentityLink,
    is_new: bool,
    claims: Mapping[str, Any],
    device: Device,
) -> LoggedIn:
    user = link.membership.user
    failures = lockout_check(digest=account_digest(str(user.pk)))
    mine = Session.objects.filter(user=user)
    attempt = Attempt(
        name=user.email,
        tenant=tenant,
        user=user,
        account=link.membership,
        is_known_device=not device.digest
        or not mine.exists()
        or mine.filter(device_digest=device.digest).exists(),
        has_factor=is_protected(user),
    )
    is_shown = provider.is_factor_trusted and is_factor_shown(claims, provider.factor_acr_values)
    try:
        with transaction.atomic():
            _keep(link, is_new=is_new)
            if is_new:
                who = Actor(type=ActorType.USER, id=str(user.pk), label=user.email)
                link_tell(
                    actor=who,
                    link=link,
                    change=IdentityChange.LINKED,
                    reason="The provider has verified the e-mail address.",
                )
            return log_in_enter(
                attempt,
                user=user,
                channel=SessionChannel.BROWSER,
                device=device,
                failures=failures,
                is_factor_required=True,
                is_factor_verified=is_shown,
                identity=link,
            )
    except (IntegrityError, IdentityLink.DoesNotExist):  # linked or unlinked meanwhile
        _refuse(provider, tenant, AGAIN, "linked_meanwhile", device.address, user)


def _keep(link: IdentityLink, *, is_new: bool) -> None:
    """Write a new identity, or that a kept one was used.

    Raises:
        IntegrityError: somebody else linked it meanwhile.
        IdentityLink.DoesNotExist: it was taken away meanwhile.
    """
    link.last_used_at = system_now()
    if is_new:
        link.save(force_insert=True)
    elif not IdentityLink.objects.filter(pk=link.pk).update(last_used_at=link.last_used_at):
        raise IdentityLink.DoesNotExist


def _refuse(
    provider: IdentityProvider,
    tenant: Tenant,
    told: str,
    reason: str,
    address: str = "",
    user: User | None = None,
) -> NoReturn:
    """Leave a trace of what was wrong, and refuse; the door lets an address try so often only."""
    with transaction.atomic():
        audit(
            "accounts.sign_on_refused",
            actor=Actor.anonymous(),
            subject=subject_of(user or provider),
            reason=reason,
            after={"provider": provider.name, "ip_address": address},
        )
    raise SignOnRefused(told, reason=reason)


def _no_address(provider: IdentityProvider) -> str:
    return f"{provider.name} has not verified an e-mail address of yours, so nobody is found by it."


def _derived(what: str, row_id: UUID) -> str:
    """Return a secret of a request that is stored nowhere, of 43 characters."""
    made = salted_hmac(
        f"accounts.sign_on.{what}", row_id.bytes, secret=settings.SECRET_KEY, algorithm="sha256"
    )
    return base64url(made.digest())
