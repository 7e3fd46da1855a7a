"""OAuth clients and their own tokens, as requests ask for them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import ClientToken, OAuthClient
from accounts.rules.scope_words import SCOPE_WORDS
from accounts.selectors.entry_cache import cached_entry
from accounts.selectors.users import applications_of
from accounts.tokens.client_ids import read_client_id
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.clock import system_now
from ispplatform.core.permissions import declared_permissions
from ispplatform.core.tenancy.context import tenant_context

CLIENT_ENTRY = "client_token.1"


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientEntry:
    """What a living token of a client decides.

    Args:
        client_id: the client's row.
        expires_at: real time.
    """

    tenant_id: UUID
    token_id: UUID
    client_id: UUID
    integration_id: UUID
    name: str
    permissions: frozenset[str]
    expires_at: datetime

    def actor(self) -> Actor:
        """Return the actor that services and the audit trail see."""
        return client_actor(self.client_id, self.name, self.permissions)


def client_actor(client_id: UUID, name: str, permissions: frozenset[str]) -> Actor:
    """Return an OAuth client as an actor."""
    return Actor(
        type=ActorType.OAUTH_CLIENT,
        id=str(client_id),
        label=name,
        permissions=permissions,
        client_id=str(client_id),
    )


def client_token_entry(*, tenant_id: UUID, token_id: UUID) -> ClientEntry | None:
    """Return the entry of a client's own token; None when it opens nothing any more."""
    entry = cached_entry(CLIENT_ENTRY, token_id, lambda: _load(tenant_id, token_id))
    if entry is None or entry.tenant_id != tenant_id or entry.expires_at <= system_now():
        return None
    return entry


def client_named(text: str) -> OAuthClient | None:
    """Return the living client that a client id names, in whichever company; None without one."""
    named = read_client_id(text)
    if named is None:
        return None
    tenant_id, row_id = named
    with tenant_context(tenant_id):
        return (
            OAuthClient.objects.filter(pk=row_id, ended_at=None)
            .select_related("integration")
            .first()
        )


def scope_lines(scopes: list[str]) -> list[tuple[str, str]]:
    """Return each scope with the words that colleagues and customers read of it (msgids)."""
    labels = {one.code: one.label for one in declared_permissions()}
    return [(code, SCOPE_WORDS.get(code, labels.get(code, code))) for code in scopes]


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplicationLine:
    """A program that somebody lets act, as their page shows it."""

    pk: UUID
    name: str
    words: tuple[str, ...]
    last_seen_at: datetime


def application_lines(user_id: UUID) -> list[ApplicationLine]:
    """Return the programs that a person lets act in the tenant at hand, newest first; 50 at most.

    One query.
    """
    return [
        ApplicationLine(
            pk=row.pk,
            name=row.client.integration.name,
            words=tuple(words for _code, words in scope_lines(row.scopes)),
            last_seen_at=row.last_seen_at,
        )
        for row in applications_of(user_id)[:50]
        if row.client is not None
    ]


def _load(tenant_id: UUID, token_id: UUID) -> ClientEntry | None:
    with tenant_context(tenant_id):
        token = (
            ClientToken.objects.filter(pk=token_id, ended_at=None, client__ended_at=None)
            .select_related("client__integration")
            .first()
        )
    if token is None:
        return None
    return ClientEntry(
        tenant_id=token.tenant_id,
        token_id=token.pk,
        client_id=token.client_id,
        integration_id=token.client.integration_id,
        name=token.client.integration.name,
        permissions=frozenset(token.scopes),
        expires_at=token.expires_at,
    )
