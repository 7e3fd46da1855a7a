"""Tokens for one act: made by whoever may do it, good for one request, once."""

from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import Resolver404, resolve

from accounts.errors import TokenInvalid
from accounts.models import ApiKey, TemporaryToken
from accounts.selectors.principals import (
    ApiKeyEntry,
    SessionEntry,
    api_key_entry,
    narrowed,
    session_entry,
)
from accounts.tokens.access import USE_TEMPORARY, access_token_sign
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput, NotFound, NotPermitted
from ispplatform.core.permissions import is_declared
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context

SHORTEST_SECONDS, LONGEST_SECONDS = 10, 3600
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class NewTemporaryToken:
    """A token that was just made; ``text`` is never to be had again."""

    row: TemporaryToken
    text: str


def temporary_token_create(
    *, actor: Actor, base: str, method: str, path: str, lifetime_seconds: int
) -> NewTemporaryToken:
    """Make a token with which one request may be sent, once.

    Args:
        base: the interface at which it is made, ``/api/v1/``: it opens nothing beside it.
        path: of the request, with its query if it has one; both are compared letter by letter.
        lifetime_seconds: 10 to 3600.

    Raises:
        InvalidInput: no such request, or one that asks for no permission of its own.
        NotPermitted: the actor may not do that either, or is a program that acts for somebody.
    """
    if actor.client_id or actor.on_behalf_of or actor.type is ActorType.SYSTEM:
        raise NotPermitted("Tokens for one act are made by people and API keys.")
    if not SHORTEST_SECONDS <= lifetime_seconds <= LONGEST_SECONDS:
        raise InvalidInput("It lives for 10 s to an hour.", field="expires_in")
    permission = _permission_of(base, method, path)
    actor.require(permission)
    of_a_key = actor.type is ActorType.API_KEY
    with transaction.atomic():
        row = TemporaryToken.objects.create(
            session_id=None if of_a_key else actor.session_id,
            api_key_id=UUID(actor.id) if of_a_key else None,
            method=method,
            path=path,
            permission=permission,
            expires_at=system_now() + timedelta(seconds=lifetime_seconds),
        )
        audit(
            "accounts.temporary_token_create",
            actor=actor,
            subject=subject_of(row),
            after={"permission": permission, "expires_at": row.expires_at},
            customer_id=actor.customer_id,
        )
    claims = {
        "sub": actor.id,
        "use": USE_TEMPORARY,
        "permissions": [permission],
        "limited_to": {"method": method, "path": path},
    }
    text, _seconds = access_token_sign(
        claims, tenant_id=row.tenant_id, session_id=row.pk, lifetime_seconds=lifetime_seconds
    )
    return NewTemporaryToken(row=row, text=text)


def temporary_token_use(
    *, tenant_id: UUID, row_id: UUID, method: str, path: str, address: str
) -> SessionEntry | ApiKeyEntry:
    """Take a token for the request at hand, once; return whom it acts for, with one permission.

    A request that it was not made for leaves it as it is.

    Raises:
        TokenInvalid: it was taken, ended, has run out, or whoever made it may not come in.
        NotPermitted: it was made for another request.
    """
    with tenant_context(tenant_id):
        row = TemporaryToken.objects.filter(pk=row_id).select_related("api_key").first()
        entry = _maker(row) if row is not None else None
        if row is None or entry is None:
            raise TokenInvalid("This token has ended.")
        if (row.method, row.path) != (method, path):
            raise NotPermitted("This token was made for another request.")
        living = TemporaryToken.objects.filter(
            pk=row.pk, used_at=None, ended_at=None, expires_at__gt=system_now()
        )
        with transaction.atomic():
            if not living.update(used_at=system_now(), used_address=address or None):
                raise TokenInvalid("This token was used before, or has ended.")
            allowed = narrowed(entry.permissions, [row.permission])
            entry = replace(entry, permissions=allowed)
            actor = entry.actor()
            audit(
                "accounts.temporary_token_use",
                actor=actor,
                subject=subject_of(row),
                after={"ip_address": address},
                customer_id=actor.customer_id,
            )
    return entry


def temporary_tokens_of(actor: Actor) -> QuerySet[TemporaryToken]:
    """Return the tokens that this actor made in this log-in, or with this key, and still work."""
    rows = TemporaryToken.objects.filter(
        used_at=None, ended_at=None, expires_at__gt=system_now()
    ).order_by("-created_at")
    if actor.type is ActorType.API_KEY:
        return rows.filter(api_key_id=UUID(actor.id))
    return rows.filter(session_id=actor.session_id, session__isnull=False)


def temporary_token_end(*, actor: Actor, token_id: UUID) -> None:
    """End a token that was not used.

    Raises:
        NotFound: the actor made no such token that still works.
    """
    with transaction.atomic():
        row = temporary_tokens_of(actor).select_for_update(of=("self",)).filter(pk=token_id).first()
        if row is None:
            raise NotFound("There is no such token.")
        row.ended_at = system_now()
        row.save(update_fields=["ended_at"])
        audit(
            "accounts.temporary_token_end",
            actor=actor,
            subject=subject_of(row),
            customer_id=actor.customer_id,
        )


def _maker(row: TemporaryToken) -> SessionEntry | ApiKeyEntry | None:
    if row.session_id is not None:
        return session_entry(tenant_id=row.tenant_id, session_id=row.session_id)
    key: ApiKey | None = row.api_key
    return api_key_entry(tenant_id=row.tenant_id, digest=key.digest) if key is not None else None


def _permission_of(base: str, method: str, path: str) -> str:
    """Return what a request asks for; each asks for one permission or for none of its own."""
    parts = urlsplit(path)
    if method not in METHODS or parts.scheme or parts.netloc or parts.fragment:
        raise InvalidInput("Name a method and a path of this interface.", field="path")
    if not parts.path.startswith(base):
        raise InvalidInput(f"The path begins with {base}.", field="path")
    try:
        view = resolve(parts.path).func
    except Resolver404:
        raise InvalidInput("There is no such address.", field="path") from None
    actions: dict[str, str] = getattr(view, "actions", None) or {}
    action = actions.get(method.lower()) if actions else method.lower()
    shown = getattr(view, "cls", None)
    permission = str(getattr(shown, "permissions_required", {}).get(action, ""))
    # What lets somebody in is handed to nobody.
    if not is_declared(permission) or not getattr(shown, "for_programs", True):
        raise InvalidInput("There are no tokens for this request.", field="path")
    return permission
