"""The connection's form, and its button *Test connection*, as staff meet them."""

import pytest
from django.test import Client
from django.urls import reverse

from ispplatform.core.models import OperationExchange, ProviderConnection, Tenant, TenantMode
from ispplatform.core.models.connections import ConnectionState
from tests.domains.registrars.conftest import KEYS
from tests.domains.registrars.fake_route53 import FakeRoute53
from tests.pages.staff import staff_client

ADD = "/admin/connections/new/"
FORM = f"{ADD}?backend=registrar/route53"


@pytest.fixture
def live(tenant: Tenant) -> Tenant:
    """A company that sells: keys for Amazon count as live."""
    tenant.mode = TenantMode.LIVE
    tenant.save()
    return tenant


@pytest.fixture
def admin_desk(tenant: Tenant) -> Client:
    """Somebody who may do everything in the company."""
    return staff_client(tenant, "admin")


def filled(amazon: FakeRoute53, **values: str) -> dict[str, str]:
    """The form as staff fill it."""
    return {
        "name": "Amazon",
        "config__endpoint": amazon.url,
        "config__price_limit": "40",
        "config__privacy": "on",
        **{f"secret__{name}": value for name, value in KEYS.items()},
        **values,
    }


def press_test(desk: Client, row: ProviderConnection) -> str:
    url = reverse("admin:core_providerconnection_act", args=[row.pk, "test"])
    page = desk.post(url, follow=True).content.decode()
    row.refresh_from_db()
    return page


def test_the_form_asks_for_what_amazon_needs(live: Tenant, admin_desk: Client):
    assert "?backend=registrar/route53" in admin_desk.get(ADD).content.decode()
    page = admin_desk.get(FORM).content.decode()
    for name in ("access_key_id", "secret_access_key", "session_token"):
        assert f'type="password" name="secret__{name}"' in page
    for name in ("role_arn", "external_id", "privacy", "price_limit", "endpoint"):
        assert f'name="config__{name}"' in page


def test_a_connection_is_kept_encrypted_and_tested(
    live: Tenant, admin_desk: Client, amazon: FakeRoute53
):
    answer = admin_desk.post(FORM, filled(amazon))
    row = ProviderConnection.objects.get(backend="route53")
    assert answer.status_code == 302
    assert row.config["price_limit"] == 40
    assert row.credentials == KEYS

    page = press_test(admin_desk, row)

    assert row.state == ConnectionState.WORKING
    assert row.state_sentence.startswith("Amazon account 123456789012")
    assert row.state_sentence.endswith("as user/isp")
    assert row.state_sentence in page
    assert KEYS["secret_access_key"] not in page
    kept = OperationExchange.objects.filter(connection=row).values_list("method", flat=True)
    assert list(kept) == ["sts GetCallerIdentity", "route53domains ListDomains"]


def test_keys_that_amazon_refuses_are_told(live: Tenant, admin_desk: Client, amazon: FakeRoute53):
    admin_desk.post(FORM, filled(amazon, secret__access_key_id="AKIAREVOKED"))
    row = ProviderConnection.objects.get(backend="route53")

    page = press_test(admin_desk, row)

    assert row.state == ConnectionState.FAILING
    assert "InvalidClientTokenId" in row.state_sentence
    assert "InvalidClientTokenId" in page


def test_a_sandbox_company_takes_no_keys_for_amazon(
    tenant: Tenant, admin_desk: Client, amazon: FakeRoute53
):
    page = admin_desk.post(FORM, filled(amazon)).content.decode()
    assert 'class="notice tone-bad"' in page
    assert ProviderConnection.objects.count() == 0
