"""Integrations, keys and clients on the pages of the back office."""

import re

from accounts.models import ApiKey, Integration, OAuthClient
from ispplatform.core.models import Tenant
from tests.accounts.oauth import TOKEN, browser_of, form
from tests.accounts.people import Program, colleague
from tests.factories.accounts import REDIRECT_URI, ApiKeyFactory, IntegrationFactory

SECRET = re.compile(r"cs_[A-Za-z0-9_-]{43}")
KEY = re.compile(r"test_pk_[A-Za-z0-9_-]{64}")


def _act(row: Integration | ApiKey, name: str) -> str:
    return f"/admin/accounts/{row._meta.model_name}/{row.pk}/act/{name}/"


def test_integration_is_made_on_its_page_with_two_people(tenant: Tenant) -> None:
    first, second = colleague(tenant, "admin"), colleague(tenant, "support")
    body = {"name": "Bookkeeping", "purpose": "", "responsible_id": str(first.user_id)}
    browser = browser_of(first)

    refused = browser.post("/admin/integrations/new/", body)
    made = browser.post("/admin/integrations/new/", {**body, "deputy_id": str(second.user_id)})

    assert "Name a second colleague who answers for it." in refused.content.decode()
    row = Integration.objects.get()
    assert made["Location"] == f"/admin/accounts/integration/{row.pk}/change/"
    assert (row.responsible, row.deputy) == (first.user, second.user)


def test_client_for_customers_is_made_from_the_integrations_page(tenant: Tenant) -> None:
    row = IntegrationFactory()
    body = {
        "name": "Web",
        "redirect_uris": f"{REDIRECT_URI}\nhttps://books.example/other",
        "scopes": ["own_invoices:read"],
        "is_confidential": "on",
    }

    shown = browser_of(colleague(tenant, "admin")).post(
        _act(row, "client-for-customers"), body, follow=True
    )

    client = OAuthClient.objects.get()
    assert (client.side, client.scopes) == ("portal", ["own_invoices:read"])
    assert client.redirect_uris == [REDIRECT_URI, "https://books.example/other"]
    found = SECRET.search(shown.content.decode())
    assert found is not None
    answer = form(TOKEN, client, found[0], grant_type="client_credentials")
    assert answer.json() == {"error": "unauthorized_client"}


def test_key_is_rotated_on_its_page_and_the_new_one_works(tenant: Tenant) -> None:
    key = ApiKeyFactory()

    shown = browser_of(colleague(tenant, "admin")).post(
        _act(key, "rotate"), {"hours": "24"}, follow=True
    )

    found = KEY.search(shown.content.decode())
    assert found is not None
    assert Program(found[0])("GET", "users").status_code == 200
    assert ApiKey.objects.get(rotated_from=key).integration == key.integration


def test_everything_ends_on_the_integrations_page(tenant: Tenant) -> None:
    key = ApiKeyFactory()

    asked = browser_of(colleague(tenant, "admin")).get(_act(key.integration, "end"))
    browser_of(colleague(tenant, "admin")).post(_act(key.integration, "end"), {"reason": "over"})

    assert "1 living keys and 0 OAuth clients end at once" in asked.content.decode()
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert Integration.objects.get().ended_at is not None


def test_support_neither_sees_nor_makes_integrations(tenant: Tenant) -> None:
    browser = browser_of(colleague(tenant, "support"))

    answers = [
        browser.get("/admin/accounts/integration/").status_code,
        browser.post("/admin/integrations/new/", {"name": "x"}).status_code,
    ]

    assert answers == [403, 403]
    assert not Integration.objects.exists()
