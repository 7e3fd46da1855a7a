"""Putting a principal onto a request: ``request.tenant``, ``request.actor``, ``customer_id``."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest

from accounts.choices import SessionKind
from accounts.selectors.oauth import ClientEntry
from accounts.selectors.principals import ApiKeyEntry, SessionEntry, session_entry
from ispplatform.core.actors import Actor
from ispplatform.core.tenancy.context import TenantScope, enter_scope
from ispplatform.core.tenancy.lookup import tenant_by_id

PORTAL_API = "/api/portal/"
STAFF_PREFIXES = ("/admin", "/api/v1")
_SLOTS = {SessionKind.STAFF: "staff_session", SessionKind.PORTAL: "portal_session"}


def side_of(request: HttpRequest) -> SessionKind:
    """Return whether the address belongs to staff or to customers."""
    return SessionKind.STAFF if request.path.startswith(STAFF_PREFIXES) else SessionKind.PORTAL


def install_nobody(request: Any) -> None:
    """Say that nobody is logged in."""
    request.actor = Actor.anonymous()
    request.customer_id = None
    request.session_entry = None
    request.half_open_entry = None


def install(request: Any, entry: SessionEntry | ApiKeyEntry | ClientEntry) -> None:
    """Let the rest of the request work as this principal, in its tenant."""
    present = request.tenant
    if present is None or present.pk != entry.tenant_id:
        request.tenant = tenant_by_id(entry.tenant_id)
    enter_scope(TenantScope(tenant_id=entry.tenant_id))
    request.actor = entry.actor()
    request.customer_id = request.actor.customer_id
    request.session_entry = entry if isinstance(entry, SessionEntry) else None
    if isinstance(entry, SessionEntry):
        request.visitor_language = entry.language
        request.visitor_time_zone = entry.time_zone


def cookie_entry(request: HttpRequest) -> SessionEntry | None:
    """Return the session that the browser's cookie carries for this side of the house.

    One browser may be logged in on both sides at once: as a colleague and as a customer. A portal
    session counts only at its own company's address.
    """
    side = side_of(request)
    slot = request.session.get(_SLOTS[side])
    if not slot:
        return None
    tenant_id, session_id = UUID(slot["tenant"]), UUID(slot["session"])
    tenant = request.tenant  # type: ignore[attr-defined] # set by TenantMiddleware
    if side is SessionKind.PORTAL and (tenant is None or tenant.pk != tenant_id):
        return None
    entry = session_entry(tenant_id=tenant_id, session_id=session_id)
    return entry if entry is not None and entry.kind is side else None


def cookie_remember(
    request: HttpRequest, *, kind: SessionKind, tenant_id: UUID, session_id: UUID
) -> None:
    """Let the browser's cookie carry a session from now on, under a new cookie value.

    The new value is what makes a cookie worthless that somebody planted before the log-in.
    """
    request.session.cycle_key()
    request.session[_SLOTS[kind]] = {"tenant": str(tenant_id), "session": str(session_id)}


def cookie_forget(request: HttpRequest, *, kind: SessionKind) -> None:
    """Take the session out of the browser's cookie; the other side's stays."""
    request.session.pop(_SLOTS[kind], None)
    if any(slot in request.session for slot in _SLOTS.values()):
        request.session.cycle_key()
    else:
        request.session.flush()
