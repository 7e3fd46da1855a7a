"""The customer page of the back office: everything about one customer, every button a service."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import PortalAccount
from customers.models import Contact, Customer, Note
from customers.slots import (
    CustomerAct,
    CustomerFact,
    CustomerPanel,
    customer_acts,
    customer_facts,
    customer_panels,
)
from ispplatform.core.admin.search import search_hits
from ispplatform.core.api.versions import version_at
from ispplatform.core.attention import attention_open
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context
from tests.actors import staff
from tests.factories.accounts import PortalAccountFactory
from tests.factories.customers import (
    AddressFactory,
    ContactFactory,
    CustomerFactory,
    CustomerTagFactory,
    NoteFactory,
)
from tests.pages.staff import staff_client

LIST = "admin:customers_customer_changelist"


@pytest.fixture
def desk(tenant):
    return Desk(tenant, "sales", "support")


class Desk:
    """A colleague at the back office; the test stays in its tenant."""

    def __init__(self, tenant, *roles):
        self.tenant = tenant
        self.client = staff_client(tenant, *roles)

    def get(self, name, /, *args, query=""):
        with tenant_context(self.tenant.pk):
            return self.client.get(f"{reverse(name, args=args)}{query}")

    def post(self, name, /, *args, **values):
        with tenant_context(self.tenant.pk):
            return self.client.post(reverse(name, args=args), values, follow=True)

    def act(self, customer, name, /, **values):
        return self.post("admin:customers_customer_act", customer.pk, name, **values)


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_shows_who_is_not_deleted_and_finds_by_every_word(desk):
    for number in range(3):
        CustomerFactory(first_name=f"Name{number}")
    contact = ContactFactory(email="grace@x.example")
    assert text_of(desk.get(LIST)).count("Name") >= 3
    found = text_of(desk.get(LIST, query="?q=grace"))
    assert contact.customer.customer_number in found
    assert "Name0" not in found


def test_a_list_costs_the_same_however_many_rows(desk):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(LIST).status_code == 200
        return len(captured)

    CustomerFactory.create_batch(2)
    queries()
    few = queries()
    CustomerFactory.create_batch(5)
    assert queries() == few


def test_the_page_shows_everything_in_at_most_25_queries(tenant):
    owner = Desk(tenant, "admin")
    customer = AddressFactory(customer__language="de").customer
    for number in range(12):
        NoteFactory(customer=customer, text=f"Note {number}", is_pinned=number == 3)
        ContactFactory(customer=customer)
    CustomerTagFactory(customer=customer, tag__name="Press")
    PortalAccountFactory(customer_id=customer.pk, portal_id="ABC12345")
    attention_open(
        kind="core.operation",
        subject=subject_of(customer),
        sentence="Registration refused",
        customer_id=customer.pk,
    )
    owner.act(customer, "status", status="suspended", reason="chargeback")
    owner.get("admin:customers_customer_change", customer.pk)
    with CaptureQueriesContext(connection) as captured:
        page = text_of(owner.get("admin:customers_customer_change", customer.pk))
    for words in (
        customer.display_name,
        "Note 3",
        "Press",
        "ABC12345",
        "Registration refused",
        "chargeback",
        "Lindenstraße 12",
        "Deutsch",
    ):
        assert words in page
    assert page.count('class="what"') == 1 + 10 + 10 + 1
    assert len(captured) <= 25


def test_other_apps_add_panels_facts_and_buttons_for_those_who_may(desk):
    customer = CustomerFactory()
    panel = CustomerPanel(
        key="test",
        title="Services of the test",
        permission="services:read",
        template="customers/admin/panels/attention.html",
        context=lambda row, actor: {"items": []},
    )
    hidden = CustomerPanel(
        key="hidden",
        title="Ledger of the test",
        permission="ledger:read",
        template="customers/admin/panels/attention.html",
        context=lambda row, actor: {"items": []},
    )
    fact = CustomerFact(
        key="tip", label="Credit", permission="customers:read", value=lambda row: "5.00 €"
    )
    button = CustomerAct(
        key="order", label="New order", permission="customers:read", url=lambda row: f"/o/{row.pk}"
    )
    with (
        customer_panels.filled(panel, hidden),
        customer_facts.filled(fact),
        customer_acts.filled(button),
    ):
        page = text_of(desk.get("admin:customers_customer_change", customer.pk))
    assert "Services of the test" in page
    assert "Ledger of the test" not in page
    assert "5.00 €" in page
    assert f'href="/o/{customer.pk}"' in page


def test_a_customer_is_added_with_address_tags_and_note(desk):
    page = desk.post(
        "admin:customers_customer_add",
        customer_type="business",
        company_name="Engines Ltd",
        email="ada@engines.example",
        street="Lindenstraße 12",
        city="Berlin",
        country="DE",
        tags="VIP, press",
        pin="Pays late.",
    )
    customer = Customer.objects.get()
    assert "Engines Ltd" in text_of(page)
    assert (customer.customer_number, customer.customer_type) == ("CUST-000001", "business")
    assert customer.addresses.get().city == "Berlin"
    assert sorted(tag.name for tag in customer.tags.all()) == ["VIP", "press"]
    assert Note.objects.get().text == "Pays late."


def test_a_refused_customer_keeps_what_was_typed(desk):
    page = desk.post(
        "admin:customers_customer_add",
        customer_type="person",
        email="ada@engines.example",
        first_name="Ada",
        phone="call me",
    )
    shown = text_of(page)
    assert "Write a telephone number" in shown
    assert 'value="Ada"' in shown
    assert not Customer.objects.exists()


def test_a_customer_is_edited_unless_somebody_was_faster(desk):
    customer = CustomerFactory(first_name="Ada", last_name="Lovelace")
    values = {
        "customer_type": "person",
        "first_name": "Ada",
        "last_name": "King",
        "email": customer.email,
        "tags": "VIP",
        "version": version_at(customer.updated_at),
    }
    desk.act(customer, "edit", **values)
    customer.refresh_from_db()
    assert customer.last_name == "King"
    page = desk.act(customer, "edit", **{**values, "last_name": "Late"})
    assert "changed by somebody else" in text_of(page)
    customer.refresh_from_db()
    assert customer.last_name == "King"


def test_status_address_note_contact_and_log_in_have_their_buttons(tenant):
    owner = Desk(tenant, "admin")
    customer = CustomerFactory()
    owner.act(customer, "status", status="suspended", reason="chargeback")
    owner.act(customer, "billing-address", city="Bonn", country="DE")
    owner.act(customer, "note", text="Call first.", is_pinned="on")
    owner.act(customer, "contact", name="Grace", email="g@x.example", purposes=["billing"])
    owner.act(customer, "log-in", email="ada@engines.example")
    customer.refresh_from_db()
    assert customer.status == "suspended"
    assert customer.addresses.get().kind == "billing"
    assert Note.objects.get().is_pinned is True
    assert Contact.objects.get().purposes == ["billing"]
    assert PortalAccount.objects.get(customer_id=customer.pk).status == "pending"


def test_a_deleted_customer_can_be_restored(desk):
    customer = CustomerFactory()
    desk.act(customer, "delete", reason="asked for it")
    customer.refresh_from_db()
    assert customer.deleted_at is not None
    assert customer.customer_number not in text_of(desk.get(LIST))
    assert customer.customer_number in text_of(desk.get(LIST, query="?deleted=yes"))
    desk.act(customer, "restore", reason="changed their mind")
    customer.refresh_from_db()
    assert customer.deleted_at is None


def test_notes_contacts_and_tags_are_changed_by_their_own_pages(desk):
    note, contact = NoteFactory(), ContactFactory(is_billing=False)
    tag = CustomerTagFactory(tag__name="press").tag
    desk.post("admin:customers_note_act", note.pk, "write", text="New words.")
    desk.post("admin:customers_note_act", note.pk, "pin")
    desk.post(
        "admin:customers_contact_act",
        contact.pk,
        "edit",
        name="Grace",
        email=contact.email,
        purposes=["billing"],
    )
    desk.post("admin:customers_tag_act", tag.pk, "edit", name="Press", color="#1d4ed8")
    for row in (note, contact, tag):
        row.refresh_from_db()
    assert (note.text, note.is_pinned) == ("New words.", True)
    assert contact.purposes == ["billing"]
    assert (tag.name, tag.color) == ("Press", "#1d4ed8")
    desk.post("admin:customers_note_act", note.pk, "unpin")
    desk.post("admin:customers_note_act", note.pk, "delete")
    desk.post("admin:customers_contact_act", contact.pk, "remove")
    desk.post("admin:customers_tag_act", tag.pk, "delete")
    assert not Note.objects.exists()
    assert not Contact.objects.exists()


def test_who_may_not_sees_no_button_and_is_refused(tenant):
    moderator = Desk(tenant, "moderator")
    customer = CustomerFactory()
    page = text_of(moderator.get("admin:customers_customer_change", customer.pk))
    assert "/act/edit/" not in page
    assert "/act/note/" in page
    answer = moderator.act(customer, "status", status="suspended", reason="x")
    assert answer.status_code == 403
    editor = Desk(tenant, "editor")
    assert editor.get(LIST).status_code == 403
    customer.refresh_from_db()
    assert customer.status == "active"


def test_a_customer_of_another_company_is_not_there(desk, other_tenant):
    with tenant_context(other_tenant.pk):
        theirs = CustomerFactory()
    assert desk.get("admin:customers_customer_change", theirs.pk).status_code in {302, 404}
    assert theirs.customer_number not in text_of(desk.get(LIST))


def test_the_one_search_finds_customers(tenant):
    customer = CustomerFactory(first_name="Ada", last_name="Lovelace")
    CustomerFactory()
    by_name = search_hits("lovelace", actor=staff("customers:read"))
    by_number = search_hits(customer.customer_number.lower(), actor=staff("customers:read"))
    assert [(hit.title, hit.is_exact) for hit in by_name] == [("Ada Lovelace", False)]
    assert [(hit.title, hit.is_exact) for hit in by_number] == [("Ada Lovelace", True)]
    assert search_hits("lovelace", actor=staff("notes:read")) == []


def test_the_history_of_a_customer_reads_as_words(desk):
    customer = CustomerFactory()
    desk.act(customer, "status", status="suspended", reason="Asked for a pause.")

    page = desk.get("admin:customers_customer_history", customer.pk).content.decode()

    words = re.sub(r"<[^>]*>", " ", page.partition('class="timeline"')[2].partition("</ol>")[0])
    assert "Customer status" in words
    assert re.search(r"Status\s+Active\s+Suspended", words)
    assert "Asked for a pause." in words
    assert not re.search(r"customer_status|customers\.", words)
