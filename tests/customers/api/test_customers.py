"""Customers over HTTP: form, walls, lists, versions. The rules are tested at the services."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import PortalAccount
from customers.models import Customer, Note
from ispplatform.core.clock import system_now
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import customer as portal_account
from tests.callers import anonymous_caller, key_caller, portal_caller
from tests.factories.customers import (
    AddressFactory,
    ContactFactory,
    CustomerFactory,
    CustomerTagFactory,
    NoteFactory,
)

NEW = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@engines.example",
    "phone": "030 901820",
    "address": {"street": "Lindenstraße 12", "city": "Berlin", "zip": "10969", "country": "DE"},
    "tags": ["VIP"],
    "notes": "Knows our founder.",
    "metadata": {"source": "fair"},
    "external_refs": [{"system": "crm", "id": "7"}],
}


@pytest.fixture
def writer(tenant):
    return key_caller(tenant, "customers:*", "notes:*", "contacts:*", "portal_accounts:*")


@pytest.fixture
def reader(tenant):
    return key_caller(tenant, "customers:read")


def test_a_customer_is_created_and_shown_whole(writer):
    answer = writer("POST", "customers", NEW)
    assert answer.status == 201
    customer = Customer.objects.get()
    assert answer.headers["Location"] == f"/api/v1/customers/{customer.pk}"
    shown = answer.data
    assert {name: shown[name] for name in ("customer_number", "display_name", "status")} == {
        "customer_number": "CUST-000001",
        "display_name": "Ada Lovelace",
        "status": "active",
    }
    assert shown["address"] == {
        "name": "",
        "street": "Lindenstraße 12",
        "street2": "",
        "city": "Berlin",
        "state": "",
        "postal_code": "10969",
        "country": "DE",
    }
    assert shown["billing_address"] is None
    assert [tag["name"] for tag in shown["tags"]] == ["VIP"]
    assert shown["notes"] == "Knows our founder."
    assert shown["external_refs"] == [{"system": "crm", "id": "7"}]
    assert (shown["balance"], shown["currency"], shown["services_count"]) == (0, "EUR", 0)
    assert shown["phone"] == "+4930901820"
    assert shown["assigned_user"] is None
    assert shown["metadata"] == {"source": "fair"}


def test_other_documented_spellings_are_understood(writer):
    answer = writer(
        "POST",
        "customers",
        {
            "companyName": "Engines Ltd",
            "contactName": "Ada King Lovelace",
            "email": "ada@engines.example",
            "address": "Lindenstraße 12",
            "city": "Berlin",
            "country": "Germany",
            "customFields": {"shoeSize": 38},
        },
    )
    assert answer.status == 201
    shown = answer.data
    assert (shown["company_name"], shown["first_name"], shown["last_name"]) == (
        "Engines Ltd",
        "Ada King",
        "Lovelace",
    )
    assert shown["customer_type"] == "business"
    assert (shown["address"]["street"], shown["address"]["country"]) == ("Lindenstraße 12", "DE")
    assert shown["custom_fields"] == {"shoeSize": 38}


def test_a_log_in_is_made_beside_the_customer_when_asked_for(tenant, writer):
    portal_account(tenant)
    answer = writer("POST", "customers", {**NEW, "create_portal_account": True})
    account = PortalAccount.objects.get(customer_id=answer.data["id"])
    assert answer.data["portal_account"] == {
        "portal_id": account.portal_id,
        "status": "pending_activation",
        "activation_required": True,
    }


def test_a_log_in_needs_its_own_permission_and_nothing_is_kept_without_it(tenant):
    caller = key_caller(tenant, "customers:*", "notes:*")
    answer = caller("POST", "customers", {**NEW, "create_portal_account": True})
    assert (answer.status, answer.code) == (403, "ACCESS_DENIED")
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": None}, "email"),
        ({"customer_type": "robot"}, "customer_type"),
        ({"status": "suspended"}, "status"),
        ({"is_admin": True}, "is_admin"),
        ({"tenant": "x"}, "tenant"),
        ({"tags": [{}]}, "tags.0"),
        ({"tags": "VIP"}, "tags"),
        ({"address": 7}, "address"),
        ({"address": {"planet": "Mars"}}, "address.planet"),
        ({"address": {"country": "Atlantis"}}, "address.country"),
        ({"metadata": []}, "metadata"),
        ({"external_refs": [{"system": "CRM", "id": "7"}]}, "external_refs.0.system"),
        ({"external_refs": [{"system": "crm"}]}, "external_refs.0.id"),
        ({"assigned_to": "x"}, "assigned_to"),
        ({"assigned_to": str(uuid4())}, "assigned_to"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ],
)
def test_bad_values_are_refused_by_name_and_change_nothing(writer, change, field):
    answer = writer("POST", "customers", {**NEW, **change})
    assert (answer.status, answer.code) == (422, "VALIDATION_ERROR")
    assert answer.body["error"]["details"]["field"] == field
    assert not Customer.objects.exists()


def test_a_known_reference_answers_with_the_customer_that_has_it(writer):
    first = writer("POST", "customers", NEW)
    again = writer("POST", "customers", NEW)
    assert (again.status, again.code) == (409, "EXTERNAL_REF_TAKEN")
    assert again.body["error"]["details"]["existing_id"] == first.data["id"]
    assert Customer.objects.count() == 1


def test_a_repeated_key_creates_one_customer(writer):
    body = {"email": "ada@engines.example"}
    answers = [writer("POST", "customers", body, Idempotency_Key="one") for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].data["id"] == answers[1].data["id"]
    assert Customer.objects.count() == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_change_leaves_the_rest_as_it_is(writer, method):
    customer = AddressFactory().customer
    answer = writer(
        method,
        f"customers/{customer.pk}",
        {"last_name": "King", "address": {"city": "Bonn"}, "status": "inactive"},
    )
    assert answer.status == 200
    assert (answer.data["first_name"], answer.data["last_name"]) == ("Ada", "King")
    assert answer.data["address"]["city"] == "Bonn"
    assert answer.data["address"]["street"] == "Lindenstraße 12"
    assert answer.data["status"] == "inactive"


def test_what_was_read_can_be_sent_back(writer):
    made = writer("POST", "customers", NEW).data
    sent_back = writer("PUT", f"customers/{made['id']}", made)
    assert sent_back.status == 200
    assert sent_back.data["updated_at"] == made["updated_at"]


def test_the_note_in_a_body_is_the_pinned_one(writer):
    customer = CustomerFactory()
    for text, shown in (("first", "first"), ("first", "first"), ("second", "second"), ("", None)):
        answer = writer("PUT", f"customers/{customer.pk}", {"notes": text})
        assert answer.data["notes"] == shown
    assert [note.text for note in Note.objects.order_by("created_at")] == ["first", "second"]


def test_a_stale_change_is_refused(writer):
    customer = CustomerFactory()
    seen = writer("GET", f"customers/{customer.pk}")
    writer("PUT", f"customers/{customer.pk}", {"tags": ["VIP"]})
    by_tag = writer(
        "PUT", f"customers/{customer.pk}", {"last_name": "X"}, If_Match=seen.headers["ETag"]
    )
    by_version = writer(
        "PUT",
        f"customers/{customer.pk}",
        {"last_name": "X", "version": seen.data["version"]},
    )
    assert (by_tag.status, by_version.status) == (412, 409)
    customer.refresh_from_db()
    assert customer.last_name != "X"


def test_a_deleted_customer_is_gone_except_for_those_who_sync(writer):
    customer = CustomerFactory()
    assert writer("DELETE", f"customers/{customer.pk}").status == 200
    assert writer("GET", f"customers/{customer.pk}").status == 404
    assert writer("GET", "customers").data == []
    (kept,) = writer("GET", "customers?include_deleted=true&sort=updated_at").data
    assert (kept["id"], kept["deleted_at"] is not None) == (str(customer.pk), True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"ada", "grace", "eve"}),
        ("search=grace", {"grace"}),
        ("search=second%40x.example", {"grace"}),
        ("status=suspended", {"eve"}),
        ("filter[status][in]=active,suspended", {"ada", "grace", "eve"}),
        ("customer_type=residential", {"ada", "eve"}),
        ("filter[customer_type]=enterprise", {"grace"}),
        ("tags=vip", {"ada"}),
        ("tags[]=VIP&tags[]=press", {"ada"}),
        ("external_ref=crm:7", {"eve"}),
        ("external_ref=crm", {"eve"}),
        ("filter[created_at][gte]=2200-01-01", None),
        ("industry=steam", {"grace"}),
        ("filter[email][contains]=EVE", {"eve"}),
    ],
)
def test_lists_are_filtered_and_searched(writer, reader, query, found):
    ada = CustomerFactory(first_name="ada")
    CustomerTagFactory(customer=ada, tag__name="VIP")
    grace = CustomerFactory(first_name="grace", business=True, industry="steam")
    ContactFactory(customer=grace, email="second@x.example")
    eve = CustomerFactory(first_name="eve", email="eve@x.example", status="suspended")
    writer("PUT", f"customers/{eve.pk}", {"external_refs": NEW["external_refs"]})
    answer = reader("GET", f"customers?{query}")
    if found is None:
        assert answer.status == 422
    else:
        assert {row["first_name"] for row in answer.data} == found


@pytest.mark.parametrize(
    "query",
    ["shoe=38", "filter[status]=asleep", "sort=shoe", "filter[tags][gt]=a", "assigned_to=me"],
)
def test_unknown_filters_and_sorts_are_refused(reader, query):
    assert reader("GET", f"customers?{query}").status == 422


def test_lists_are_sorted_and_paged(reader):
    for name in ("cora", "ada", "bill"):
        CustomerFactory(first_name=name, last_name="")
    page = reader("GET", "customers?sort=name&limit=2")
    assert [row["display_name"] for row in page.data] == ["ada", "bill"]
    assert page.body["pagination"]["total"] == 3
    rest = reader(
        "GET", f"customers?sort=name&limit=2&cursor={page.body['pagination']['next_cursor']}"
    )
    assert [row["display_name"] for row in rest.data] == ["cora"]


def test_a_list_and_a_page_cost_the_same_however_many_rows(reader):
    def queries(path):
        with CaptureQueriesContext(connection) as captured:
            assert reader("GET", path).status == 200
        return len(captured)

    def fill():
        for customer in CustomerFactory.create_batch(5):
            AddressFactory(customer=customer)
            CustomerTagFactory(customer=customer)
            NoteFactory(customer=customer, is_pinned=True)
        return customer

    one = fill()
    reader("GET", "customers")
    few, single = queries("customers"), queries(f"customers/{one.pk}")
    fill()
    assert queries("customers") == few <= 8
    assert queries(f"customers/{one.pk}") == single <= 10


def test_search_finds_by_words(reader):
    CustomerFactory(first_name="Ada", last_name="Lovelace")
    CustomerFactory(first_name="Grace", last_name="Hopper")
    for query, names in (("q=love", ["Lovelace"]), ("q=", None), ("q=lovelace%20hopper", [])):
        found = [row["last_name"] for row in reader("GET", f"customers/search?{query}").data]
        assert len(found) == 2 if names is None else found == names


def test_stats_count_by_status_and_type(reader):
    CustomerFactory(status="suspended")
    CustomerFactory(business=True)
    CustomerFactory(deleted_at=system_now())
    assert reader("GET", "customers/stats").data == {
        "total": 2,
        "by_status": {
            "pending": 0,
            "active": 1,
            "suspended": 1,
            "inactive": 0,
            "cancelled": 0,
        },
        "by_type": {"person": 1, "business": 1},
        "new_this_month": 2,
        "new_last_month": 0,
    }


def test_another_company_sees_nothing(tenant, other_tenant, reader):
    with tenant_context(other_tenant.pk):
        theirs = CustomerFactory()
    assert reader("GET", "customers?include_deleted=true").data == []
    for path in ("", "/notes", "/contacts", "/activity"):
        answer = reader("GET", f"customers/{theirs.pk}{path}")
        assert answer.status in {403, 404}
    assert reader("GET", f"customers/{theirs.pk}").code == "RESOURCE_NOT_FOUND"


def test_every_door_asks_for_its_permission(tenant, reader):
    customer = CustomerFactory()
    one = f"customers/{customer.pk}"
    writes = [
        ("POST", "customers"),
        ("PUT", one),
        ("PATCH", one),
        ("DELETE", one),
        ("POST", "customers/tags"),
        ("POST", f"{one}/notes"),
        ("POST", f"{one}/contacts"),
    ]
    for method, path in writes:
        assert reader(method, path, {"email": "x@x.example"}).status == 403, path
    portal_account(tenant)
    for caller, status in (
        (anonymous_caller(), 401),
        (key_caller(tenant), 403),
        (portal_caller(tenant, customer.pk), 404),
    ):
        for path in ("customers", one, f"{one}/notes", "customers/stats", "customers/search"):
            assert caller("GET", path).status == status, path
    assert Customer.objects.count() == 1
