"""The list on the home page of a live company, until all of it is done."""

import re

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.choices import DocumentKind
from billing.models import NumberSeries
from billing.providers.payments.base import PAYMENTS
from domains.providers.registrars import base as registrar_base
from hosting.providers.panels import base as panel_base
from ispplatform.core.actors import EVERYTHING, Actor, ActorType
from ispplatform.core.admin.setup import setup_tile
from ispplatform.core.clock import system_now
from ispplatform.core.models import AuditEntry, BackupProof, Operation, Tenant
from ispplatform.core.models.connections import ConnectionState, ProviderConnection
from ispplatform.core.models.operations import OperationState
from ispplatform.core.pages.brand import LOGO
from notifications.choices import MailState
from notifications.models import Mail
from notifications.sender import CHECK, TEST_MAIL
from tests.factories.billing import GatewayFactory
from tests.factories.catalog import PriceFactory
from tests.pages.staff import staff_client

HOME_QUERIES = 15
OF_DATA = ("backup", "company", "logo", "numbers", "payment_account", "product")
OWNER = Actor(type=ActorType.USER, id="1", label="owner", permissions=frozenset({EVERYTHING}))
PROFILE = {
    "legal_name": "Northwind GmbH",
    "contact_email": "office@northwind.example",
    "street": "Pier 1",
    "postal_code": "20457",
    "city": "Hamburg",
    "vat": "DE123456788",
    "tax": "",
}


@pytest.fixture
def owner_desk(live_tenant: Tenant) -> Client:
    return staff_client(live_tenant, "admin")


def states_of(tenant: Tenant) -> dict[str, bool]:
    tenant.refresh_from_db()
    tile = setup_tile(tenant, OWNER)
    assert tile is not None
    return {entry["line"].key: entry["is_done"] for entry in tile["lines"]}


def everything_set_up(tenant: Tenant, but: str = "") -> None:
    Tenant.objects.filter(pk=tenant.pk).update(
        legal_name="Northwind GmbH",
        address={"street": "Pier 1", "postal_code": "20457", "city": "Hamburg"},
        tax_ids={"vat": "DE123456788"},
        settings={LOGO.key: "/brand/logos/own.png"},
    )
    NumberSeries.objects.create(kind=DocumentKind.INVOICE, year=2026, last=4710)
    BackupProof.objects.create(
        file_name="isp.tar.gz",
        sha256="0" * 64,
        made_at=system_now(),
        proved_at=system_now(),
        row_count=1,
    )
    for kind in {PAYMENTS, registrar_base.KIND, panel_base.KIND} - {but}:
        ProviderConnection.objects.create(
            kind=kind, backend="test", name=kind, state=ConnectionState.WORKING
        )
    PriceFactory(plan__is_public=True)
    Mail.objects.create(
        kind=TEST_MAIL, to_email="a@x.example", from_email="b@x.example", state=MailState.SENT
    )
    Operation.objects.create(
        kind=CHECK,
        key="look",
        subject_type="core.tenant",
        subject_id=tenant.pk,
        state=OperationState.SUCCEEDED,
        attempt_limit=3,
        result={"is_good": True},
    )


def test_a_new_live_company_is_led_to_what_it_sets_up(
    live_tenant: Tenant, owner_desk: Client
) -> None:
    Tenant.objects.filter(pk=live_tenant.pk).update(address={}, tax_ids={}, legal_name="")
    tile = owner_desk.get("/admin/").content.decode().partition('id="tile-setup"')[2]
    tile = tile.partition("</section>")[0]
    links = re.findall(r'href="([^"]+)"', tile)
    assert len(links) >= 6
    assert [link for link in links if owner_desk.get(link).status_code not in {200, 302}] == []


def test_each_line_is_done_when_its_data_say_so(live_tenant: Tenant) -> None:
    Tenant.objects.filter(pk=live_tenant.pk).update(address={}, tax_ids={}, legal_name="")
    before = states_of(live_tenant)
    assert not any(before[key] for key in OF_DATA)
    everything_set_up(live_tenant, but="registrar")
    after = states_of(live_tenant)
    assert all(after[key] for key in OF_DATA)
    assert [key for key, is_done in after.items() if not is_done] == ["registrar"]


def test_a_connection_that_fails_is_not_enough(live_tenant: Tenant) -> None:
    GatewayFactory(state=ConnectionState.FAILING)
    assert not states_of(live_tenant)["payment_account"]


def test_the_list_goes_when_all_is_done_and_never_comes_to_a_sandbox(
    live_tenant: Tenant, other_tenant: Tenant
) -> None:
    everything_set_up(live_tenant)
    live_tenant.refresh_from_db()
    assert setup_tile(live_tenant, OWNER) is None
    NumberSeries.objects.all().delete()
    assert setup_tile(live_tenant, OWNER) is not None
    assert setup_tile(other_tenant, OWNER) is None


def test_the_home_page_of_a_live_company_stays_within_its_queries(owner_desk: Client) -> None:
    owner_desk.get("/admin/")
    with CaptureQueriesContext(database) as queries:
        page = owner_desk.get("/admin/").content.decode()
    assert 'id="tile-setup"' in page
    assert len(queries) <= HOME_QUERIES


def test_what_is_said_of_the_company_is_kept_and_audited(
    live_tenant: Tenant, owner_desk: Client
) -> None:
    answer = owner_desk.post(reverse("admin:company"), PROFILE)
    assert answer.status_code == 302
    live_tenant.refresh_from_db()
    assert live_tenant.legal_name == "Northwind GmbH"
    assert live_tenant.address["city"] == "Hamburg"
    assert live_tenant.tax_ids == {"vat": "DE123456788"}
    entry = AuditEntry.objects.get(act="core.tenant_profile_change")
    assert entry.values.after["legal_name"] == "Northwind GmbH"
    owner_desk.post(reverse("admin:company"), PROFILE)
    assert AuditEntry.objects.filter(act="core.tenant_profile_change").count() == 1


def test_a_company_without_a_name_is_refused_and_nothing_changes(
    live_tenant: Tenant, owner_desk: Client
) -> None:
    before = live_tenant.legal_name
    answer = owner_desk.post(reverse("admin:company"), {**PROFILE, "legal_name": ""})
    assert answer.status_code == 200
    live_tenant.refresh_from_db()
    assert live_tenant.legal_name == before
    assert not AuditEntry.objects.filter(act="core.tenant_profile_change").exists()


def test_who_may_not_change_the_company_is_turned_away(live_tenant: Tenant) -> None:
    desk = staff_client(live_tenant, "operator")
    assert desk.get(reverse("admin:company")).status_code == 200
    assert desk.post(reverse("admin:company"), PROFILE).status_code == 403
    live_tenant.refresh_from_db()
    assert live_tenant.legal_name != "Northwind GmbH"


def test_the_first_number_here_follows_the_last_one_elsewhere(
    live_tenant: Tenant, owner_desk: Client
) -> None:
    address = reverse("admin:billing_numberseries_add")
    assert 'name="in_year"' in owner_desk.get(address).content.decode()
    given = {"sort": "invoice", "in_year": "2026", "next_number": "4711"}
    assert owner_desk.post(address, given).status_code == 302
    assert NumberSeries.objects.get().last == 4710
    refused = owner_desk.post(address, {**given, "next_number": "4000"})
    assert "was given already" in refused.content.decode()
    assert NumberSeries.objects.get().last == 4710
