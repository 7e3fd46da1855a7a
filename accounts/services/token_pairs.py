"""Token pairs: handed out at log-in, exchanged as long as the log-in lives.

A refresh token counts its generation. Using generation *g* makes it the session's used one and
hands out *g + 1*. The used one is accepted again only until its successor is used, and for 60 s at
most (an answer may be lost on the way); whoever shows it later is a thief or was robbed, and the
session ends.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from accounts.choices import SessionKind
from accounts.errors import TokenInvalid, WrongSide
from accounts.models import Session
from accounts.rules.session_times import session_expiry
from accounts.selectors.entry_cache import entries_forget_on_commit
from accounts.selectors.principals import SESSION, SessionEntry, narrowed, session_entry
from accounts.services.sessions import sessions_end
from accounts.tokens.access import access_token_sign
from accounts.tokens.client_ids import client_id_text
from accounts.tokens.derived import derived_token, read_derived_token
from accounts.tokens.encoding import text_digest
from ispplatform.core.clock import system_now
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.tenancy.lookup import tenant_by_id

REFRESH = "refresh"
GRACE = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenPair:
    """What a client gets; ``expires_in`` is the access token's lifetime in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


def token_pair(
    *, entry: SessionEntry, generation: int = 0, scopes: Iterable[str] | None = None
) -> TokenPair:
    """Return tokens of a living session; nothing is written.

    Args:
        generation: of the refresh token.
        scopes: how far the access token reaches, where that is less than the program may.
    """
    access, lifetime_seconds = access_token_sign(
        _claims(entry, scopes), tenant_id=entry.tenant_id, session_id=entry.session_id
    )
    refresh = derived_token(
        REFRESH, tenant_id=entry.tenant_id, row_id=entry.session_id, generation=generation
    )
    return TokenPair(access_token=access, refresh_token=refresh, expires_in=lifetime_seconds)


def token_refresh(
    *, refresh_token: str, kind: SessionKind, client_id: UUID | None = None
) -> tuple[TokenPair, SessionEntry]:
    """Exchange a refresh token for a new pair; the log-in's idle time begins anew.

    Args:
        kind: the side at whose door the token is shown.
        client_id: the OAuth client that shows it; None at the doors of people.

    Raises:
        TokenInvalid: it is not ours, its log-in has ended, or it was used before: then the log-in
            ends here and now.
        WrongSide: it belongs to the other side.
    """
    read = read_derived_token(REFRESH, refresh_token)
    if read is None:
        raise TokenInvalid
    digest = text_digest(refresh_token)
    with tenant_context(read.tenant_id):
        entry = session_entry(tenant_id=read.tenant_id, session_id=read.row_id)
        if entry is None:
            raise TokenInvalid("This log-in has ended.")
        if entry.client_id != client_id:
            raise TokenInvalid
        if entry.kind is not kind:
            raise WrongSide("This token is for the other side.")
        with transaction.atomic():
            session = Session.objects.select_for_update().get(pk=read.row_id)
            accepted = _accept(session, generation=read.generation, digest=digest)
            if not accepted:
                mine = Session.objects.filter(pk=session.pk)
                sessions_end(
                    actor=entry.actor(), sessions=mine, reason="A used refresh token was shown."
                )
        if not accepted:
            raise TokenInvalid("This token was used before. The log-in has been ended.")
        return token_pair(entry=entry, generation=read.generation + 1), entry


def session_of_refresh_token(*, refresh_token: str) -> SessionEntry | None:
    """Return the living session behind a refresh token, for logging out, or None."""
    read = read_derived_token(REFRESH, refresh_token)
    if read is None:
        return None
    return session_entry(tenant_id=read.tenant_id, session_id=read.row_id)


def _accept(session: Session, *, generation: int, digest: str) -> bool:
    """Tell whether the token may be exchanged, and note its first use."""
    now = system_now()
    if generation == session.refresh_used_generation:
        used_at = session.refresh_used_at
        is_the_same = digest == session.refresh_used_digest
        return is_the_same and used_at is not None and now - used_at <= GRACE
    if generation != session.refresh_used_generation + 1:
        return False
    session.refresh_used_generation = generation
    session.refresh_used_digest = digest
    session.refresh_used_at = now
    session.last_seen_at = now
    session.expires_at = session_expiry(
        now=now,
        began_at=session.created_at,
        idle_seconds=session.idle_seconds,
        kind=session.kind,
        channel=session.channel,
    )
    session.save(
        update_fields=[
            "refresh_used_generation",
            "refresh_used_digest",
            "refresh_used_at",
            "last_seen_at",
            "expires_at",
        ]
    )
    entries_forget_on_commit(SESSION, [session.pk])
    return True


def _claims(entry: SessionEntry, scopes: Iterable[str] | None) -> dict[str, object]:
    """Return what a client may read in its token. Source: specification, conflicts.md C17."""
    reach = entry.permissions if scopes is None else narrowed(entry.permissions, scopes)
    common = {
        "roles": list(entry.roles),
        "permissions": sorted(reach),
        "permission_version": entry.permission_version,
        "scope": entry.kind.value,
    }
    if entry.client_id is not None:
        common["scope"] = " ".join(sorted(reach))
        common["client_id"] = client_id_text(tenant_id=entry.tenant_id, row_id=entry.client_id)
        common["iss"] = tenant_by_id(entry.tenant_id).base_url
    if entry.kind is SessionKind.PORTAL:
        return {
            "sub": str(entry.account_id),
            "portal_id": entry.portal_id,
            "account_type": "customer",
            **common,
        }
    return {"sub": str(entry.user_id), **common}
