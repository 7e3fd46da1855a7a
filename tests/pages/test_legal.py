"""The foot of every page: who the company is, and what customers agree to."""

import pytest
from django.test import Client

from ispplatform.core.models import Tenant
from ispplatform.core.pages.brand import company_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(tenant: Tenant) -> Tenant:
    tenant.legal_name = "Nordlicht GmbH"
    tenant.address = {"street": "Hafenstr. 1", "postal_code": "20095", "city": "Hamburg"}
    tenant.tax_ids = {"vat": "DE123456788"}
    tenant.settings = {
        **tenant.settings,
        "brand.imprint_lines": {"Register": "HRB 1234"},
        "sales.accepted_documents": [
            {"code": "terms", "title": "Terms of service", "version": "1", "text": "Be kind."},
            {"code": "privacy", "title": "Privacy", "version": "1"},
        ],
    }
    tenant.save()
    return tenant


def test_the_imprint_says_who_the_company_is(company: Tenant, client: Client) -> None:
    shown = client.get("/imprint").content.decode()
    for part in ("Nordlicht GmbH", "20095 Hamburg", "DE123456788", "HRB 1234"):
        assert part in shown


def test_the_foot_leads_to_imprint_and_to_the_documents_that_have_a_text(
    company: Tenant, client: Client
) -> None:
    foot = client.get("/login").content.decode().partition("<footer")[2]
    assert 'href="/imprint"' in foot
    assert 'href="/documents/terms">Terms of service' in foot
    assert "/documents/privacy" not in foot


def test_a_link_of_the_companys_own_goes_before_ours(company: Tenant, client: Client) -> None:
    company.settings["brand.legal_links"] = {"Imprint": "https://nordlicht.example/imprint"}
    company.save()
    foot = client.get("/login").content.decode().partition("<footer")[2]
    assert foot.count("Imprint") == 1
    assert "https://nordlicht.example/imprint" in foot


def test_nothing_leads_to_the_imprint_of_a_company_that_has_not_said_who_it_is(
    tenant: Tenant, client: Client
) -> None:
    tenant.legal_name = ""
    tenant.save()
    assert tenant.name in client.get("/imprint").content.decode()
    assert "/imprint" not in client.get("/login").content.decode()


def test_an_address_is_lines_however_it_was_given() -> None:
    given = {"street": "Hafenstr. 1", "postal_code": "20095", "city": "Hamburg", "country": "DE"}
    assert company_address(given) == ["Hafenstr. 1", "20095 Hamburg"]
    assert company_address({"lines": ["Quay 1"]}) == ["Quay 1"]
    assert company_address({}) == []
