"""Setting a WHM server up in the back office, and what the test of the connection says."""

import pytest
from django.test import Client
from django.urls import reverse

from ispplatform.core.models import ProviderConnection, Tenant, TenantMode
from ispplatform.core.models.connections import ConnectionState
from ispplatform.core.providers import provider_for
from tests.hosting.panels.conftest import Authority
from tests.hosting.panels.fake_cpanel import FakeCpanel, Fault
from tests.pages.staff import staff_client

ADD = "/admin/connections/new/?backend=panel/cpanel"


@pytest.fixture
def desk(tenant: Tenant) -> Client:
    """An administrator of a live company: who WHM's token belongs to, WHM does not tell."""
    Tenant.objects.filter(pk=tenant.pk).update(mode=TenantMode.LIVE)
    return staff_client(tenant, "admin")


def entered(whm: FakeCpanel, authority: Authority, **values: str) -> dict[str, str]:
    return {
        "name": "Web 1",
        "config__host": "localhost",
        "config__port": str(whm.port),
        "config__user": "root",
        "config__ca_file": str(authority.ca_file),
        "config__bridge": "uapi_cpanel",
        "secret__token": whm.token,
        **values,
    }


def pressed(desk: Client, row: ProviderConnection) -> tuple[str, str]:
    """Press *Test connection*; return the state and the sentence that the page shows."""
    address = reverse("admin:core_providerconnection_act", args=[row.pk, "test"])
    page = desk.post(address, follow=True).content.decode()
    row.refresh_from_db()
    assert row.state in (ConnectionState.WORKING, ConnectionState.FAILING)
    assert row.state_sentence.partition("“")[0][:40] in page.replace("&amp;", "&")
    return row.state, row.state_sentence


def test_a_server_is_entered_and_tested(desk: Client, whm: FakeCpanel, authority: Authority):
    form = desk.get(ADD).content.decode()
    for name in ("config__host", "config__ca_file", "config__bridge", "secret__token"):
        assert f'name="{name}"' in form
    assert 'name="config__port" value="2087"' in form

    desk.post(ADD, entered(whm, authority))

    row = ProviderConnection.objects.get(name="Web 1")
    assert row.credentials == {"token": whm.token}
    assert pressed(desk, row) == (
        ConnectionState.WORKING,
        "root on localhost, cPanel & WHM 11.126.0.15, load 0.42",
    )
    assert {call.function for call in whm.calls} == {"applist", "version", "systemloadavg"}


def test_what_the_token_may_not_do_is_named(desk: Client, whm: FakeCpanel, authority: Authority):
    whm.functions -= {"removeacct", "uapi_cpanel", "version", "systemloadavg"}
    desk.post(ADD, entered(whm, authority))
    row = ProviderConnection.objects.get(name="Web 1")

    assert pressed(desk, row) == (
        ConnectionState.FAILING,
        "The token lacks privileges for: removeacct, uapi_cpanel.",
    )
    whm.functions |= {"removeacct", "uapi_cpanel"}
    whm.functions -= {"create_user_session"}
    state, sentence = pressed(desk, row)
    assert state == ConnectionState.WORKING
    assert "unknown version" in sentence
    assert sentence.endswith("; without create_user_session customers cannot open cPanel here")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"secret__token": "another"}, "does not accept the token"),
        ({"config__ca_file": ""}, "CERTIFICATE_VERIFY_FAILED"),
        ({"config__host": "https://localhost"}, "written without https://"),
        ({"config__port": "1"}, "No answer from localhost"),
    ],
    ids=["token", "authority", "host", "port"],
)
def test_what_is_entered_wrongly_is_said(
    desk: Client, whm: FakeCpanel, authority: Authority, values: dict[str, str], sentence: str
):
    desk.post(ADD, entered(whm, authority, **values))
    row = ProviderConnection.objects.get(name="Web 1")

    state, said = pressed(desk, row)

    assert state == ConnectionState.FAILING
    assert sentence in said


def test_a_server_that_leads_elsewhere_is_no_whm(
    desk: Client, whm: FakeCpanel, authority: Authority
):
    desk.post(ADD, entered(whm, authority))
    row = ProviderConnection.objects.get(name="Web 1")
    whm.fail("applist", Fault.REDIRECT)
    assert "log-in page" in pressed(desk, row)[1]
    whm.fail("applist", Fault.HTML_BEFORE)
    assert "other than JSON" in pressed(desk, row)[1]


def test_the_packages_of_plans_can_be_read(connection: ProviderConnection):
    assert list(provider_for(connection).packages()) == ["starter", "business", "mail"]
