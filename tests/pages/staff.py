"""A colleague who is logged in: for tests and pictures of the back office."""

from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.test import Client, RequestFactory
from playwright.sync_api import BrowserContext

from accounts.choices import SessionChannel, SessionKind
from accounts.models import Membership, Role
from accounts.principals import cookie_remember
from accounts.services.roles import tenant_roles_seed
from accounts.services.sessions import Device, session_begin
from ispplatform.core.clock import system_now
from ispplatform.core.models import Tenant
from tests.factories.accounts import MembershipFactory

DESK = Device(address="192.0.2.20", user_agent="Chromium on Linux", key="desk")


def colleague(tenant: Tenant, *roles: str) -> Membership:
    """Return a staff member with seeded roles; the tenant must be in scope."""
    tenant_roles_seed(tenant)
    return MembershipFactory(roles=list(Role.objects.filter(code__in=roles)))


def session_key_of(membership: Membership) -> str:
    """Log the colleague in, with a second factor, and return the value of the cookie."""
    with transaction.atomic():
        session = session_begin(
            user=membership.user,
            account=membership,
            channel=SessionChannel.BROWSER,
            device=DESK,
            factor_verified_at=system_now(),
        )
    request = RequestFactory().get("/admin/")
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    cookie_remember(
        request, kind=SessionKind.STAFF, tenant_id=session.tenant_id, session_id=session.pk
    )
    request.session.save()
    return str(request.session.session_key)


def staff_client(tenant: Tenant, *roles: str) -> Client:
    """Return a client of a colleague with these roles."""
    return session_client(colleague(tenant, *roles))


def session_client(membership: Membership) -> Client:
    """Return a client of this colleague, logged in."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session_key_of(membership)
    return client


def staff_window(window: BrowserContext, *, base_url: str, session_key: str) -> None:
    """Let a browser's window be logged in."""
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_key, "url": base_url}
    window.add_cookies([cookie])  # type: ignore[list-item] # a dictionary is what it takes
