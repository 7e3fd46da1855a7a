"""Keys of programs: made, rotated with an overlap, revoked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network

from django.db import transaction

from accounts.choices import ApiKeyMode
from accounts.errors import IntegrationEnded
from accounts.events import ApiKeyExpiring
from accounts.models import ApiKey, Integration
from accounts.selectors.entry_cache import entries_forget_on_commit, once_per
from accounts.selectors.integrations import keys_expiring
from accounts.selectors.principals import API_KEY, ApiKeyEntry
from accounts.services.grants import grants_check
from accounts.tokens.encoding import text_digest
from accounts.tokens.random_keys import api_key_text, key_hint
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput
from ispplatform.core.events import publish
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context

TOUCH_SECONDS = 60
LONGEST_OVERLAP_SECONDS = 7 * 86_400
MANAGE = "api_keys:manage"


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key that was just made; ``text`` is never to be had again."""

    row: ApiKey
    text: str


def api_key_create(
    *,
    actor: Actor,
    tenant: Tenant,
    name: str,
    integration: Integration,
    scopes: Iterable[str],
    networks: Iterable[str] = (),
    expires_at: datetime | None = None,
) -> NewApiKey:
    """Make a key; sandbox companies get test keys, live ones live keys.

    Args:
        integration: the living integration that it belongs to.
        scopes: permissions or patterns, none beyond what the actor holds.
        networks: IP networks it may be used from; none means from anywhere.

    Raises:
        NotPermitted: the actor may not make keys.
        GrantExceedsOwn: a scope is more than the actor holds.
        PermissionUnknown: a scope means nothing.
        IntegrationEnded: the integration has ended.
        InvalidInput: a network is not one, or the expiry has passed.
    """
    actor.require(MANAGE)
    wanted = sorted(set(scopes))
    if not wanted:
        raise InvalidInput("Name at least one scope.", field="scopes")
    grants_check(actor=actor, grants=wanted, field="scopes")
    fields = _fields(networks=networks, expires_at=expires_at)
    with transaction.atomic():
        _living(integration)
        made = _write(
            tenant=tenant, name=name.strip(), integration=integration, scopes=wanted, **fields
        )
        audit(
            "accounts.api_key_create",
            actor=actor,
            subject=subject_of(made.row),
            after=_told(made.row),
        )
    return made


def api_key_rotate(*, actor: Actor, tenant: Tenant, key: ApiKey, overlap_seconds: int) -> NewApiKey:
    """Make a successor with the same rights; the old key works for ``overlap_seconds`` more.

    Raises:
        NotPermitted: the actor may not make keys.
        GrantExceedsOwn: the key may do more than the actor.
        InvalidInput: the key has ended, or the overlap is not 0 to 7 days.
    """
    actor.require(MANAGE)
    if not 0 <= overlap_seconds <= LONGEST_OVERLAP_SECONDS:
        raise InvalidInput("Let the old key live on for 0 s to 7 days.", field="overlap_seconds")
    grants_check(actor=actor, grants=key.scopes, field="scopes")
    now = system_now()
    with transaction.atomic():
        old = (
            ApiKey.objects.select_for_update(of=("self",))
            .select_related("integration")
            .get(pk=key.pk)
        )
        if old.revoked_at is not None or (old.expires_at and old.expires_at <= now):
            raise InvalidInput("This key has ended: make a new one.", field="id")
        if hasattr(old, "successor"):
            raise InvalidInput("This key was rotated already: rotate its successor.", field="id")
        made = _write(
            tenant=tenant,
            name=old.name,
            integration=old.integration,
            scopes=old.scopes,
            networks=old.networks,
            expires_at=old.expires_at,
            rotated_from=old,
        )
        ends_at = now + timedelta(seconds=overlap_seconds)
        old.expires_at = min(old.expires_at or ends_at, ends_at)
        old.save(update_fields=["expires_at"])
        entries_forget_on_commit(API_KEY, [old.digest])
        audit(
            "accounts.api_key_rotate",
            actor=actor,
            subject=subject_of(made.row),
            after=_told(made.row),
        )
    return made


def api_key_revoke(*, actor: Actor, key: ApiKey, reason: str = "") -> None:
    """End a key within a second; ending an ended one changes nothing.

    Raises:
        NotPermitted: the actor may not.
    """
    actor.require(MANAGE)
    with transaction.atomic():
        api_key_end(actor, key, reason)


def api_key_end(actor: Actor, key: ApiKey, reason: str) -> bool:
    """End a key inside the transaction that decided it; tell whether it was living."""
    ended = ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=system_now())
    if ended:
        entries_forget_on_commit(API_KEY, [key.digest])
        audit("accounts.api_key_revoke", actor=actor, subject=subject_of(key), reason=reason)
    return bool(ended)


def api_key_touch(*, entry: ApiKeyEntry, address: str) -> None:
    """Note that the key was used, and from which IP address, at most once a minute."""
    if once_per(API_KEY, entry.key_id, seconds=TOUCH_SECONDS):
        with tenant_context(entry.tenant_id):
            ApiKey.objects.filter(pk=entry.key_id).update(
                last_used_at=system_now(), last_used_address=address or None
            )


def keys_expiring_tell(*, limit: int = 200) -> int:
    """Publish which keys end within 14 days, each once; return how many.

    The people who answer for the integration get a mail. Call it in the tenant.
    """
    now = system_now()
    told = 0
    for key in keys_expiring(now)[:limit]:
        with transaction.atomic():
            if not ApiKey.objects.filter(pk=key.pk, expiry_told_at=None).update(expiry_told_at=now):
                continue
            event = ApiKeyExpiring(api_key_id=key.pk, integration_id=key.integration_id)
            publish(event, subject=subject_of(key))
            told += 1
    return told


def _living(integration: Integration) -> None:
    """Return when the integration lives; nobody ends it before this transaction is done.

    Raises:
        IntegrationEnded: it has ended.
    """
    rows = Integration.objects.select_for_update()
    if not rows.filter(pk=integration.pk, ended_at=None).exists():
        raise IntegrationEnded("This integration has ended.", field="integration_id")


def _fields(*, networks: Iterable[str], expires_at: datetime | None) -> dict[str, object]:
    try:
        checked = [str(ip_network(network)) for network in networks]
    except ValueError as exc:
        raise InvalidInput(f"{exc}.", field="networks") from exc
    if expires_at is not None and expires_at <= system_now():
        raise InvalidInput("This expiry has passed.", field="expires_at")
    return {"networks": checked, "expires_at": expires_at}


def _write(*, tenant: Tenant, **fields: object) -> NewApiKey:
    mode = ApiKeyMode.TEST if tenant.is_sandbox else ApiKeyMode.LIVE
    text = api_key_text(tenant_id=tenant.pk, mode=mode)
    row = ApiKey.objects.create(mode=mode, digest=text_digest(text), hint=key_hint(text), **fields)
    return NewApiKey(row=row, text=text)


def _told(row: ApiKey) -> dict[str, object]:
    return {
        "name": row.name,
        "hint": row.hint,
        "scopes": row.scopes,
        "networks": row.networks,
        "expires_at": row.expires_at,
        "integration": row.integration.name,
    }
