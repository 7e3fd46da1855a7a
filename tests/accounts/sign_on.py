"""Shorthand for tests of identity providers: a browser that goes there and comes back."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from django.test import Client

from accounts.models import IdentityProvider, Membership, Session
from accounts.rules.identity_providers import redirect_uri_of
from ispplatform.core.models import AuditEntry, Tenant
from tests.accounts.fake_openid import FakeOpenId
from tests.accounts.people import colleague

HOST = "northwind.localhost:8000"
SECRET = "keep-this:to yourself & more"
CLIENT_ID = "isp back office"
DOMAIN = "northwind.example"


def worker(tenant: Tenant, *codes: str, email: str = f"robin@{DOMAIN}") -> Membership:
    """Return a colleague of the company with an address of its domain."""
    membership = colleague(tenant, *codes)
    membership.user.email = email
    membership.user.save(update_fields=["email"])
    return membership


def provider_of(fake: FakeOpenId, tenant: Tenant, **values: Any) -> IdentityProvider:
    """Return a switched-on provider of the tenant in scope, registered at the fake one."""
    kept = {"client_id": CLIENT_ID, "client_secret": SECRET, "issuer": fake.issuer, **values}
    row = IdentityProvider.objects.create(
        **{"name": "Harbour ID", "domains": [DOMAIN], "is_active": True, **kept}
    )
    fake.register(row.client_id, SECRET, redirect_uri_of(row.pk, tenant.base_url))
    return row


def person(**claims: Any) -> dict[str, Any]:
    """Return who is logged in at the provider."""
    return {"sub": "4711", "email": f"robin@{DOMAIN}", "email_verified": True, **claims}


def browser() -> Client:
    """Return a browser at the company's address."""
    return Client(HTTP_HOST=HOST)


def sent_to(web: Client, provider: IdentityProvider, target: str = "") -> str:
    """Press the button; return the provider's address that the browser is sent to."""
    query = f"?{urlencode({'next': target})}" if target else ""
    answer = web.get(f"/admin/sign-on/{provider.pk}/{query}")
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def back_from(address: str) -> str:
    """Let the provider log the person in; return the address that it sends back to."""
    answer = httpx.get(address)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def comes_back(web: Client, address: str, **changes: str | None) -> Any:
    """Follow the provider's address back to us; None takes a name out of it."""
    parts = urlsplit(address)
    values = {**dict(parse_qsl(parts.query)), **changes}
    kept = {name: value for name, value in values.items() if value is not None}
    return web.get(f"{parts.path}?{urlencode(kept)}")


def goes(web: Client, provider: IdentityProvider, target: str = "", **changes: str | None) -> Any:
    """Go the whole way; return our answer at its end."""
    return comes_back(web, back_from(sent_to(web, provider, target)), **changes)


def reasons() -> list[str]:
    """Return why log-ins by a provider were refused, oldest first."""
    noted = AuditEntry.objects.filter(act="accounts.sign_on_refused")
    return [one.values.reason for one in noted.order_by("created_at", "id")]


def is_in(web: Client) -> bool:
    """Tell whether the back office opens."""
    return web.get("/admin/account/").status_code == 200


def refused(web: Client, answer: Any, reason: str) -> str:
    """Check that nobody was let in and that the trail says why; return the page."""
    shown = str(answer.content.decode())
    assert answer.status_code == 403, shown
    assert "You are not logged in" in shown
    assert "Reference" in shown
    assert reasons()[-1:] == [reason]
    assert not Session.objects.exists()
    assert not is_in(web)
    return shown
