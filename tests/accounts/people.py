"""Shorthand for tests of log-ins."""

from collections.abc import Iterable
from typing import Any

from rest_framework.test import APIClient

from accounts.choices import SessionChannel
from accounts.models import Membership, PortalAccount, Role
from accounts.selectors.principals import SessionEntry
from accounts.services.logins import portal_log_in, staff_log_in
from accounts.services.roles import tenant_roles_seed
from accounts.services.sessions import Device
from accounts.services.token_pairs import token_pair
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.models import AuditEntry, Tenant
from tests.factories.accounts import PASSWORD, MembershipFactory, PortalAccountFactory

LAPTOP = Device(address="192.0.2.10", user_agent="Firefox on Linux", key="laptop")


def colleague(tenant: Tenant, *codes: str) -> Membership:
    """Return a staff member of the tenant in scope who holds seeded roles."""
    tenant_roles_seed(tenant)
    return MembershipFactory(roles=list(Role.objects.filter(code__in=codes)))


def customer(tenant: Tenant) -> PortalAccount:
    """Return an active portal account of the tenant in scope, with the seeded roles in place."""
    tenant_roles_seed(tenant)
    return PortalAccountFactory()


def staff_in(tenant: Tenant, membership: Membership, password: str = PASSWORD) -> SessionEntry:
    """Log a colleague in for API tokens."""
    return staff_log_in(
        email=membership.user.email,
        password=password,
        device=LAPTOP,
        channel=SessionChannel.API,
        tenant=tenant,
    ).entry


def portal_in(tenant: Tenant, account: PortalAccount, password: str = PASSWORD) -> SessionEntry:
    """Log a customer in for API tokens."""
    return portal_log_in(
        tenant=tenant,
        name=account.portal_id,
        password=password,
        device=LAPTOP,
        channel=SessionChannel.API,
    ).entry


def actor_with(permissions: Iterable[str]) -> Actor:
    """Return a staff actor with exactly these permissions."""
    return Actor(
        type=ActorType.USER,
        id="0196b5a0-0000-7000-8000-000000000001",
        label="tester@northwind.example",
        permissions=frozenset(permissions),
    )


def acts() -> list[str]:
    """Return the acts in the trail of the tenant in scope, oldest first."""
    return list(AuditEntry.objects.order_by("created_at", "id").values_list("act", flat=True))


class Program:
    """A client that speaks JSON with one credential."""

    def __init__(self, credential: str, **headers: str) -> None:
        self.client = APIClient()
        self.headers = {"HTTP_AUTHORIZATION": f"Bearer {credential}", **headers}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        send = getattr(self.client, method.lower())
        path = path if path.startswith("/") else f"/api/v1/{path}"
        return send(path, body, format="json", **self.headers, **headers)


def staff_program(tenant: Tenant, *codes: str) -> tuple[Program, Membership]:
    """Return a program of a colleague who holds seeded roles, and the colleague."""
    membership = colleague(tenant, *codes)
    return Program(token_pair(entry=staff_in(tenant, membership)).access_token), membership


def portal_program(tenant: Tenant) -> tuple[Program, PortalAccount]:
    """Return a program of a customer, and the portal account."""
    account = customer(tenant)
    return Program(token_pair(entry=portal_in(tenant, account)).access_token), account
