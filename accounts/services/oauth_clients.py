"""OAuth clients: made for an integration, given secrets, ended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.choices import GrantType, SessionKind
from accounts.errors import IntegrationEnded, PermissionUnknown
from accounts.models import ClientToken, Integration, OAuthClient, Session
from accounts.rules.redirect_uris import redirect_uri_trouble
from accounts.rules.seeded_roles import CUSTOMER_ROLE
from accounts.selectors.entry_cache import entries_forget_on_commit, once_per
from accounts.selectors.oauth import CLIENT_ENTRY
from accounts.services.grants import grants_check
from accounts.services.sessions import sessions_end
from accounts.tokens.client_ids import client_secret_text, secret_hint
from accounts.tokens.encoding import text_digest
from ispplatform.core.actors import EVERYTHING, Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput
from ispplatform.core.permissions import permissions_of, permissions_seeded_for
from ispplatform.core.subjects import subject_of

MANAGE = "integrations:manage"
LONGEST_OVERLAP_SECONDS = 7 * 86_400
MOST_ADDRESSES = 20
TOUCH_SECONDS = 60
ENDED = "The program was ended."


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A client whose secret was just made; ``text`` is never to be had again, empty without one."""

    row: OAuthClient
    text: str


def oauth_client_create(
    *,
    actor: Actor,
    integration_id: UUID,
    name: str,
    side: str,
    scopes: Iterable[str],
    redirect_uris: Iterable[str] = (),
    grant_types: Iterable[str] = (GrantType.AUTHORIZATION_CODE,),
    is_confidential: bool = True,
) -> NewSecret:
    """Make a client.

    Args:
        side: whether colleagues or customers let it act, a ``SessionKind``.
        scopes: the most that it may ask for; patterns are written out as of today.
        redirect_uris: whole addresses, compared letter by letter.
        is_confidential: it can keep a secret; programs on people's devices cannot.

    Raises:
        NotPermitted: the actor may not.
        GrantExceedsOwn: a colleague's scope is more than the actor holds.
        PermissionUnknown: a scope means nothing on this side.
        InvalidInput: an address, a grant type, or how they go together.
        IntegrationEnded: the integration has ended.
    """
    actor.require(MANAGE)
    kinds = sorted({GrantType(one).value for one in grant_types})
    if not kinds:
        raise InvalidInput("Say how it gets tokens.", field="grant_types")
    if GrantType.CLIENT_CREDENTIALS in kinds and (side != SessionKind.STAFF or not is_confidential):
        raise InvalidInput(
            "Only a program with a secret acts for itself, in the staff interface.",
            field="grant_types",
        )
    wanted = _scopes(actor, side, scopes)
    addresses = _addresses(redirect_uris, is_needed=GrantType.AUTHORIZATION_CODE in kinds)
    text = client_secret_text() if is_confidential else ""
    with transaction.atomic():
        living = Integration.objects.select_for_update().filter(pk=integration_id, ended_at=None)
        integration = living.first()
        if integration is None:
            raise IntegrationEnded("This integration has ended.", field="integration_id")
        row = OAuthClient.objects.create(
            integration=integration,
            name=name.strip(),
            side=side,
            is_confidential=is_confidential,
            grant_types=kinds,
            redirect_uris=addresses,
            scopes=wanted,
            secret_digest=text_digest(text) if text else "",
            secret_hint=secret_hint(text) if text else "",
        )
        audit(
            "accounts.oauth_client_create", actor=actor, subject=subject_of(row), after=_told(row)
        )
    return NewSecret(row=row, text=text)


def oauth_client_rotate(
    *, actor: Actor, client_id: UUID, overlap_seconds: int = 86_400
) -> NewSecret:
    """Give a client a new secret; the old one works for ``overlap_seconds`` more.

    Raises:
        NotPermitted: the actor may not.
        GrantExceedsOwn: the client may do more than the actor.
        InvalidInput: it has ended, has no secret, or the overlap is not 0 to 7 days.
    """
    actor.require(MANAGE)
    if not 0 <= overlap_seconds <= LONGEST_OVERLAP_SECONDS:
        raise InvalidInput("Let the old secret live on for 0 s to 7 days.", field="overlap_seconds")
    text = client_secret_text()
    with transaction.atomic():
        row = OAuthClient.objects.select_for_update().get(pk=client_id)
        if row.ended_at is not None or not row.is_confidential:
            raise InvalidInput("This client has no secret to change.", field="id")
        if row.side == SessionKind.STAFF:
            grants_check(actor=actor, grants=row.scopes, field="scopes")
        row.former_digest = row.secret_digest if overlap_seconds else ""
        row.former_until = system_now() + timedelta(seconds=overlap_seconds)
        row.secret_digest, row.secret_hint = text_digest(text), secret_hint(text)
        row.save(update_fields=["former_digest", "former_until", "secret_digest", "secret_hint"])
        audit(
            "accounts.oauth_client_rotate",
            actor=actor,
            subject=subject_of(row),
            after={"hint": row.secret_hint, "overlap_seconds": overlap_seconds},
        )
    return NewSecret(row=row, text=text)


def oauth_client_end(*, actor: Actor, client_id: UUID, reason: str = "") -> None:
    """End a client with all that it was handed; ending an ended one changes nothing.

    Raises:
        NotPermitted: the actor may not.
    """
    actor.require(MANAGE)
    with transaction.atomic():
        row = OAuthClient.objects.select_for_update().get(pk=client_id)
        client_end(actor, row, reason)


def client_end(actor: Actor, row: OAuthClient, reason: str) -> bool:
    """End a client inside the transaction that decided it; tell whether it was living."""
    now = system_now()
    if not OAuthClient.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now):
        return False
    sessions_end(actor=actor, sessions=Session.objects.filter(client=row), reason=ENDED)
    tokens = ClientToken.objects.filter(client=row, ended_at=None, expires_at__gt=now)
    keys = list(tokens.values_list("pk", flat=True))
    ClientToken.objects.filter(pk__in=keys).update(ended_at=now)
    entries_forget_on_commit(CLIENT_ENTRY, keys)
    audit("accounts.oauth_client_end", actor=actor, subject=subject_of(row), reason=reason)
    return True


def client_touch(*, row: OAuthClient, address: str) -> None:
    """Note that the client was used, and from which IP address, at most once a minute."""
    if once_per("oauth_client", row.pk, seconds=TOUCH_SECONDS):
        OAuthClient.objects.filter(pk=row.pk).update(
            last_used_at=system_now(), last_used_address=address or None
        )


def _scopes(actor: Actor, side: str, scopes: Iterable[str]) -> list[str]:
    asked = sorted(set(scopes))
    if not asked or EVERYTHING in asked:
        raise InvalidInput("Name what it may do; people read each line.", field="scopes")
    if side == SessionKind.PORTAL:
        possible = permissions_seeded_for(CUSTOMER_ROLE)
        for one in asked:
            if not permissions_of([one]) & possible:
                raise PermissionUnknown(f"Customers have no permission {one}.", field="scopes")
        return sorted(permissions_of(asked) & possible)
    grants_check(actor=actor, grants=asked, field="scopes")
    return sorted(permissions_of(asked))


def _addresses(uris: Iterable[str], *, is_needed: bool) -> list[str]:
    found = list(dict.fromkeys(uris))
    for uri in found:
        if trouble := redirect_uri_trouble(uri):
            raise InvalidInput(trouble, field="redirect_uris")
    if is_needed and not found:
        raise InvalidInput("Name where people are sent back to.", field="redirect_uris")
    if len(found) > MOST_ADDRESSES:
        raise InvalidInput(f"Name at most {MOST_ADDRESSES} addresses.", field="redirect_uris")
    return found


def _told(row: OAuthClient) -> Mapping[str, Any]:
    return {
        "name": row.name,
        "integration": row.integration.name,
        "side": row.side,
        "grant_types": row.grant_types,
        "redirect_uris": row.redirect_uris,
        "scopes": row.scopes,
        "is_confidential": row.is_confidential,
        "hint": row.secret_hint,
    }
