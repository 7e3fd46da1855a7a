"""Tags, notes, contacts and the timeline over HTTP."""

import pytest

from customers.models import Contact, Note, Tag
from customers.services import customer_create, customer_status_change, note_add
from ispplatform.core.actors import Actor
from tests.actors import staff
from tests.callers import key_caller
from tests.factories.customers import (
    ContactFactory,
    CustomerFactory,
    CustomerTagFactory,
    NoteFactory,
    TagFactory,
)


@pytest.fixture
def caller(tenant):
    return key_caller(tenant, "customers:*", "notes:*", "contacts:*")


def test_tags_are_listed_with_how_many_carry_them(caller):
    TagFactory(name="press")
    carried = CustomerTagFactory(tag__name="VIP")
    CustomerTagFactory(tag=carried.tag)
    rows = caller("GET", "customers/tags").data
    assert [(row["name"], row["customers_count"]) for row in rows] == [("press", 0), ("VIP", 2)]


def test_a_tag_is_made_changed_and_deleted(caller):
    made = caller("POST", "customers/tags", {"name": "VIP", "color": "#1d4ed8"})
    assert (made.status, made.data["color"], made.data["customers_count"]) == (201, "#1d4ed8", 0)
    path = f"customers/tags/{made.data['id']}"
    assert caller("PUT", path, {"name": "Vip"}).data["name"] == "Vip"
    assert caller("POST", "customers/tags", {"name": "vip"}).code == "TAG_TAKEN"
    assert caller("DELETE", path).status == 200
    assert not Tag.objects.exists()


def test_notes_are_written_pinned_and_deleted(caller):
    customer = CustomerFactory()
    path = f"customers/{customer.pk}/notes"
    first = caller("POST", path, {"note": "first"}).data
    assert (first["text"], first["is_pinned"], first["author"]) == ("first", False, "Tests")
    pinned = caller("PUT", f"{path}/{first['id']}", {"is_pinned": True}).data
    assert pinned["is_pinned"] is True
    assert [row["text"] for row in caller("GET", f"{path}?is_pinned=true").data] == ["first"]
    assert caller("DELETE", f"{path}/{first['id']}").status == 200
    assert not Note.objects.exists()


def test_notes_and_contacts_of_another_customer_are_not_found_here(caller):
    note, contact = NoteFactory(), ContactFactory()
    other = CustomerFactory()
    for path in (f"notes/{note.pk}", f"contacts/{contact.pk}"):
        for method in ("GET", "PUT", "DELETE"):
            assert caller(method, f"customers/{other.pk}/{path}", {}).status == 404
    assert (Note.objects.count(), Contact.objects.count()) == (1, 1)


def test_contacts_are_added_changed_and_removed(caller):
    customer = CustomerFactory()
    path = f"customers/{customer.pk}/contacts"
    made = caller("POST", path, {"name": "Grace", "email": "g@x.example", "purposes": ["billing"]})
    assert (made.status, made.data["purposes"]) == (201, ["billing"])
    one = f"{path}/{made.data['id']}"
    changed = caller("PATCH", one, {"purposes": ["abuse", "billing"]})
    assert (changed.data["name"], changed.data["purposes"]) == ("Grace", ["billing", "abuse"])
    assert caller("POST", path, {"name": "G", "email": "g@x.example"}).status == 409
    assert caller(
        "POST", path, {"name": "G", "email": "h@x.example", "purposes": ["x"]}
    ).status == (422)
    assert caller("DELETE", one).status == 200
    assert not Contact.objects.exists()


def test_the_timeline_tells_what_happened_newest_first(caller):
    clerk = staff("customers:*")
    customer = customer_create(actor=clerk, email="ada@x.example", tags=["VIP"])
    customer_status_change(actor=clerk, customer=customer, status="suspended", reason="chargeback")
    caller("PUT", f"customers/{customer.pk}", {"last_name": "King", "phone": "030 901820"})
    path = f"customers/{customer.pk}/activity"
    caller("POST", f"customers/{customer.pk}/contacts", {"name": "G", "email": "g@x.example"})
    rows = caller("GET", path).data
    assert [row["description"] for row in rows] == [
        "Contact added: G <g@x.example>",
        "Customer changed: last name, phone",
        "Status: Active, now Suspended",
        f"Customer made: {customer.customer_number}",
    ]
    assert (rows[2]["reason"], rows[2]["actor"]) == ("chargeback", "staff@northwind.example")
    assert [row["type"] for row in caller("GET", f"{path}?limit=1&page=2").data] == [
        "customers.customer_update"
    ]
    assert len(caller("GET", f"{path}?type=customers.customer_create").data) == 1


def test_notes_stand_on_the_timeline_of_those_who_may_read_them(tenant, caller):
    customer = CustomerFactory()
    note_add(actor=Actor.system("tests"), customer=customer, text="Prefers mornings.")
    path = f"customers/{customer.pk}/activity"
    assert [row["description"] for row in caller("GET", path).data] == ["Note: Prefers mornings."]
    assert key_caller(tenant, "customers:read")("GET", path).data == []
