"""Which tenant the running code works for."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


class TenantMissing(RuntimeError):
    """Tenant data was touched outside any tenant: a programming error, never a user's."""


class TenantMismatch(RuntimeError):
    """A row of one tenant was written while working for another."""


@dataclass(frozen=True, slots=True)
class TenantScope:
    """The tenant in force, or all of them when ``tenant_id`` is None, and why."""

    tenant_id: UUID | None
    reason: str = ""


_scope: ContextVar[TenantScope | None] = ContextVar("tenant_scope", default=None)


def current_scope() -> TenantScope | None:
    """Return the scope in force, or None outside any."""
    return _scope.get()


def required_scope() -> TenantScope:
    """Return the scope in force.

    Raises:
        TenantMissing: there is none.
    """
    scope = _scope.get()
    if scope is None:
        raise TenantMissing("Tenant data was reached without a tenant: enter tenant_context().")
    return scope


def current_tenant_id() -> UUID:
    """Return the id of the one tenant in force.

    Raises:
        TenantMissing: there is none, or the work runs across tenants.
    """
    tenant_id = required_scope().tenant_id
    if tenant_id is None:
        raise TenantMissing("Work across tenants must enter one tenant before it does this.")
    return tenant_id


@contextmanager
def tenant_context(tenant_id: UUID) -> Iterator[None]:
    """Work for one tenant inside the ``with`` block; blocks may nest."""
    token = _scope.set(TenantScope(tenant_id=tenant_id))
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def across_tenants(reason: str) -> Iterator[None]:
    """Read (and claim) rows of all tenants inside the ``with`` block.

    Args:
        reason: why this place may; every place is listed in ``tests/meta/test_across_tenants.py``.
    """
    if not reason:
        raise ValueError("Work across tenants says why.")
    token = _scope.set(TenantScope(tenant_id=None, reason=reason))
    try:
        yield
    finally:
        _scope.reset(token)


def enter_scope(scope: TenantScope | None) -> None:
    """Set the scope for the rest of this context: only for the borders (middleware, task start)."""
    _scope.set(scope)
