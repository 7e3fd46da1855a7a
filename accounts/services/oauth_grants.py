"""What clients are handed: codes, log-ins on behalf of people, tokens of their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.choices import SessionChannel, SessionKind
from accounts.errors import SessionUnknown, TokenInvalid
from accounts.models import AuthorizationCode, ClientToken, OAuthClient, Session
from accounts.selectors.entry_cache import entries_forget_on_commit, once_per
from accounts.selectors.oauth import CLIENT_ENTRY, client_actor, client_token_entry
from accounts.selectors.principals import SessionEntry, entry_of, held_roles, session_entry
from accounts.services.sessions import Device, session_begin, sessions_end
from accounts.services.token_pairs import REFRESH
from accounts.tokens.access import USE_CLIENT, access_token_sign, access_token_verify, claimed_ids
from accounts.tokens.derived import derived_token, read_derived_token
from accounts.tokens.encoding import text_digest
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import NotPermitted, PlatformError
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id

CODE = "oauth_code"
CODE_SECONDS = 60
REFUSED_SECONDS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A living token as the introspection and the revocation see it.

    Args:
        client_id: the client that it was handed to.
        integration_id: what that client belongs to.
        entry: the log-in behind it, for tokens on behalf of people.
        claims: of an access token; empty for a refresh token.
    """

    client_id: UUID
    integration_id: UUID
    token_id: UUID
    entry: SessionEntry | None
    claims: dict[str, Any]


def code_make(
    *,
    entry: SessionEntry,
    client: OAuthClient,
    scopes: Iterable[str],
    redirect_uri: str,
    code_challenge: str,
) -> str:
    """Let a client act for the person who is logged in; return the code that it exchanges.

    Args:
        entry: the browser's log-in of the person.
        scopes: what the person agreed to; more than they may themselves is refused.

    Raises:
        NotPermitted: the log-in is of the other side, only looks on, has no account, or may less.
    """
    wanted = sorted(set(scopes))
    actor = entry.actor()
    may_not = [one for one in wanted if not actor.can(one) or one not in client.scopes]
    if entry.viewer or entry.client_id or entry.account_id is None or entry.kind != client.side:
        raise NotPermitted("This log-in cannot let programs act.")
    if may_not or not wanted:
        raise NotPermitted("This is more than you may do yourself.")
    is_portal = entry.kind is SessionKind.PORTAL
    with transaction.atomic():
        row = AuthorizationCode.objects.create(
            client=client,
            user_id=entry.user_id,
            membership_id=None if is_portal else entry.account_id,
            portal_account_id=entry.account_id if is_portal else None,
            scopes=wanted,
            redirect_uri=redirect_uri,
            code_challenge=code_challenge,
            expires_at=system_now() + timedelta(seconds=CODE_SECONDS),
        )
        audit(
            "accounts.oauth_consent",
            actor=actor,
            subject=subject_of(client),
            after={"scopes": wanted, "redirect_uri": redirect_uri},
            customer_id=entry.customer_id,
        )
    return derived_token(CODE, tenant_id=row.tenant_id, row_id=row.pk)


def code_claim(*, client: OAuthClient, text: str) -> AuthorizationCode | None:
    """Take a code, once; None when it is not this client's, too old, or was taken before.

    One that was taken before ends the log-in that came of it: somebody else has it too.
    Call it in a transaction that is committed whatever the answer.
    Source: RFC 6749 s. 4.1.2.
    """
    read = read_derived_token(CODE, text)
    if read is None or read.tenant_id != client.tenant_id:
        return None
    rows = AuthorizationCode.objects.select_for_update().filter(pk=read.row_id, client=client)
    row = rows.first()
    if row is None:
        return None
    if row.used_at is not None:
        if row.session_id is not None:
            sessions_end(
                actor=Actor.system("oauth"),
                sessions=Session.objects.filter(pk=row.session_id),
                reason="An authorization code was shown twice.",
            )
        return None
    now = system_now()
    row.used_at = now
    row.save(update_fields=["used_at"])
    return row if row.expires_at > now else None


def code_exchange(*, code: AuthorizationCode, client: OAuthClient, device: Device) -> SessionEntry:
    """Begin the log-in that a taken code stands for; in the transaction that took it.

    Raises:
        TokenInvalid: the person may not come in any more.
    """
    account = code.portal_account or code.membership
    session = session_begin(
        user=code.user,
        account=account,
        channel=SessionChannel.OAUTH,
        device=device,
        client=client,
        scopes=code.scopes,
    )
    roles = held_roles(code.membership) if code.membership else []
    entry = entry_of(session, roles=roles)
    if entry is None:
        session.delete()
        raise TokenInvalid("This person may not log in any more.")
    AuthorizationCode.objects.filter(pk=code.pk).update(session_id=session.pk)
    audit(
        "accounts.oauth_log_in",
        actor=entry.actor(),
        subject=subject_of(session),
        after={"scopes": code.scopes, "ip_address": device.address},
        customer_id=entry.customer_id,
    )
    return entry


def client_token_make(*, client: OAuthClient, scopes: Iterable[str]) -> tuple[str, int]:
    """Hand a client a token of its own; return it with its lifetime in seconds."""
    wanted = sorted(set(scopes))
    expires_at = system_now() + timedelta(seconds=settings.ACCESS_TOKEN_SECONDS)
    row = ClientToken.objects.create(client=client, scopes=wanted, expires_at=expires_at)
    claims = {
        "sub": client.client_id,
        "client_id": client.client_id,
        "iss": tenant_by_id(client.tenant_id).base_url,
        "roles": [],
        "permissions": wanted,
        "scope": " ".join(wanted),
        "use": USE_CLIENT,
    }
    return access_token_sign(claims, tenant_id=client.tenant_id, session_id=row.pk)


def token_found(*, tenant_id: UUID, text: str) -> Found | None:
    """Return the living OAuth token of a company that a text is; None for any other text."""
    read = read_derived_token(REFRESH, text)
    try:
        claims = {} if read is not None else access_token_verify(text)
        owner_id, row_id = (read.tenant_id, read.row_id) if read else claimed_ids(claims)
    except PlatformError:
        return None
    if owner_id != tenant_id:
        return None
    if claims.get("use") == USE_CLIENT:
        token = client_token_entry(tenant_id=tenant_id, token_id=row_id)
        if token is None:
            return None
        return Found(
            client_id=token.client_id,
            integration_id=token.integration_id,
            token_id=row_id,
            entry=None,
            claims=claims,
        )
    if "use" in claims:
        return None
    entry = session_entry(tenant_id=tenant_id, session_id=row_id)
    if entry is None or entry.client_id is None or entry.integration_id is None:
        return None
    if read is not None:
        rows = Session.objects.filter(pk=row_id, refresh_used_generation=read.generation - 1)
        if not rows.exists():
            return None
    return Found(
        client_id=entry.client_id,
        integration_id=entry.integration_id,
        token_id=row_id,
        entry=entry,
        claims=claims,
    )


def token_revoke(*, client: OAuthClient, text: str) -> None:
    """End what a token of this client opens, within a second; other texts change nothing.

    With either token of a log-in the whole log-in ends. Source: RFC 7009 s. 2.1.
    """
    read = read_derived_token(REFRESH, text)
    if read is not None and read.tenant_id == client.tenant_id:
        mine = Session.objects.filter(pk=read.row_id, client=client)
        sessions_end(actor=_actor_of(client), sessions=mine, reason="Revoked by the program.")
        return
    found = token_found(tenant_id=client.tenant_id, text=text)
    if found is None or found.client_id != client.pk:
        return
    if found.entry is not None:
        mine = Session.objects.filter(pk=found.token_id)
        sessions_end(actor=_actor_of(client), sessions=mine, reason="Revoked by the program.")
        return
    if ClientToken.objects.filter(pk=found.token_id, ended_at=None).update(ended_at=system_now()):
        entries_forget_on_commit(CLIENT_ENTRY, [found.token_id])
        audit("accounts.oauth_token_revoke", actor=_actor_of(client), subject=subject_of(client))


def application_end(*, actor: Actor, user_id: UUID, session_id: UUID) -> None:
    """Take back what a person let a program do.

    Raises:
        SessionUnknown: the person let no such program act in this tenant.
    """
    mine = Session.objects.filter(pk=session_id, user_id=user_id, client__isnull=False)
    if not mine.filter(ended_at=None).exists():
        raise SessionUnknown("There is no such application.")
    sessions_end(actor=actor, sessions=mine, reason="Taken back by yourself.")


def oauth_refusal_note(*, client: OAuthClient, reason: str, address: str) -> None:
    """Write down that a client was refused, each reason at most once a minute."""
    if once_per("oauth_refused", f"{client.pk}:{text_digest(reason)}", seconds=REFUSED_SECONDS):
        audit(
            "accounts.oauth_refused",
            actor=Actor.anonymous(),
            subject=subject_of(client),
            reason=reason,
            after={"ip_address": address},
        )


def _actor_of(client: OAuthClient) -> Actor:
    return client_actor(client.pk, client.integration.name, frozenset())
