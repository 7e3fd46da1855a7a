"""Making and changing customers: done, refused, and what else it leaves."""

import pytest

from customers.choices import CustomerStatus
from customers.errors import (
    CustomerCurrencyFixed,
    CustomerHasOpenBusiness,
    CustomerNotFound,
    CustomerStatusNotReachable,
)
from customers.models import Address, Customer, Tag
from customers.selectors import customer_address
from customers.services import (
    AddressData,
    customer_create,
    customer_currency_fix,
    customer_delete,
    customer_restore,
    customer_status_change,
    customer_update,
)
from customers.slots import DeletionGuard, deletion_guards
from ispplatform.core.api.versions import version_at
from ispplatform.core.errors import InvalidInput, NotPermitted, StaleObject
from ispplatform.core.external_refs import ExternalRefData, ExternalRefTaken, external_refs_of
from ispplatform.core.models import AuditEntry, OutboxEvent
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context
from tests.actors import portal, staff
from tests.factories.accounts import MembershipFactory, PortalAccountFactory
from tests.factories.customers import AddressFactory, CustomerFactory

SALES = staff("customers:create", "customers:update", "customers:delete", "notes:create")
BERLIN = AddressData(street="Lindenstraße 12", city="Berlin", postal_code="10969", country="DE")
CRM_7 = ExternalRefData(system="crm", id="7")


def trail(customer):
    entries = AuditEntry.objects.filter(customer_id=customer.pk).order_by("created_at")
    events = OutboxEvent.objects.filter(customer_id=customer.pk).order_by("sequence")
    return [entry.act for entry in entries], [event.name for event in events]


def nothing_written():
    return not Customer.objects.exists() and not AuditEntry.objects.exists()


def test_a_customer_gets_a_number_an_entry_and_an_event(tenant):
    customer = customer_create(
        actor=SALES,
        email="Ada@ENGINES.example",
        first_name="Ada",
        last_name="Lovelace",
        phone="030 901820",
        address=BERLIN,
        tags=["VIP"],
        external_refs=[CRM_7],
        metadata={"source": "fair"},
    )
    customer.refresh_from_db()
    assert (customer.customer_number, str(customer)) == (
        "CUST-000001",
        "Ada Lovelace (CUST-000001)",
    )
    assert (customer.email, customer.phone) == ("Ada@engines.example", "+4930901820")
    assert (customer.customer_type, customer.status, customer.currency) == ("person", "active", "")
    assert customer_address(customer).lines == ["Lindenstraße 12", "10969 Berlin"]
    assert [tag.name for tag in customer.tags.all()] == ["VIP"]
    assert external_refs_of(subject_of(customer)) == [CRM_7]
    assert trail(customer) == (["customers.customer_create"], ["customers.customer_created"])
    event = OutboxEvent.objects.get(customer_id=customer.pk)
    assert event.payload == {
        "customer_id": str(customer.pk),
        "customer_number": "CUST-000001",
        "email": "Ada@engines.example",
        "status": "active",
    }


def test_numbers_rise_by_one_in_each_company(tenant, other_tenant):
    numbers = [
        customer_create(actor=SALES, email=f"{name}@x.example").customer_number for name in "ab"
    ]
    assert numbers == ["CUST-000001", "CUST-000002"]
    with tenant_context(other_tenant.pk):
        theirs = customer_create(actor=SALES, email="a@x.example")
    assert theirs.customer_number == "CUST-000001"


def test_a_company_name_makes_a_business_unless_told_otherwise(tenant):
    guessed = customer_create(actor=SALES, email="a@x.example", company_name="Engines Ltd")
    told = customer_create(
        actor=SALES, email="b@x.example", company_name="Engines Ltd", customer_type="person"
    )
    assert (guessed.customer_type, told.customer_type) == ("business", "person")


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("email", "nobody", "email"),
        ("phone", "call me", "phone"),
        ("vat_number", "DE1", "vat_number"),
        ("language", "tlh", "language"),
        ("time_zone", "Mars/Olympus", "time_zone"),
        ("customer_type", "robot", "customer_type"),
        ("status", "suspended", "status"),
        ("first_name", "x" * 101, "first_name"),
        ("metadata", {"a": {}}, "metadata"),
        ("assigned_to", "6f1d6f8e-0000-7000-8000-000000000000", "assigned_to"),
        ("address", AddressData(country="Atlantis"), "address.country"),
        ("billing_address", AddressData(city="x" * 101), "billing_address.city"),
        ("tags", ["x" * 41], "name"),
        ("tags", ["6f1d6f8e-0000-7000-8000-000000000000"], "tags"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name_and_nothing_is_written(tenant, field, value, named):
    with pytest.raises(InvalidInput) as refusal:
        customer_create(actor=SALES, **{"email": "a@x.example", field: value})
    assert refusal.value.params["field"] == named
    assert nothing_written()


def test_making_needs_the_permission(tenant):
    with pytest.raises(NotPermitted):
        customer_create(actor=staff("customers:read"), email="a@x.example")
    assert nothing_written()


def test_a_known_reference_is_refused_with_the_customer_that_has_it(tenant):
    first = customer_create(actor=SALES, email="a@x.example", external_refs=[CRM_7])
    with pytest.raises(ExternalRefTaken) as refusal:
        customer_create(actor=SALES, email="b@x.example", external_refs=[CRM_7])
    assert refusal.value.params["existing_id"] == first.pk
    assert Customer.objects.count() == 1


def test_a_change_is_recorded_with_what_differed_and_nothing_else(tenant):
    customer = AddressFactory().customer
    changed = customer_update(
        actor=SALES,
        customer=customer,
        last_name="King",
        first_name=customer.first_name,
        billing_address=BERLIN,
    )
    assert changed.display_name == "Ada King"
    assert changed.updated_at > customer.updated_at
    assert "ada king" in changed.search_text
    entry = AuditEntry.objects.get(act="customers.customer_update")
    assert set(entry.values.after) == {"last_name", "billing_address"}
    event = OutboxEvent.objects.get(name="customers.customer_updated")
    assert event.payload["changed"] == ["billing_address", "last_name"]


def test_a_change_to_what_is_there_already_writes_nothing(tenant):
    customer = AddressFactory(street=BERLIN.street).customer
    same = customer_update(
        actor=SALES, customer=customer, email=customer.email, address=BERLIN, tags=[]
    )
    assert same.updated_at == customer.updated_at
    assert trail(customer) == ([], [])


def test_an_address_is_replaced_and_removed(tenant):
    customer = AddressFactory().customer
    customer_update(actor=SALES, customer=customer, address=AddressData(city="Bonn", country="DE"))
    assert [str(row) for row in Address.objects.all()] == ["Bonn, DE"]
    customer_update(actor=SALES, customer=customer, address=None)
    assert not Address.objects.exists()


def test_free_fields_are_merged_and_null_removes_one(tenant):
    customer = CustomerFactory(metadata={"source": "fair", "score": 1})
    changed = customer_update(
        actor=SALES, customer=customer, metadata={"score": None, "stand": "B7"}
    )
    assert changed.metadata == {"source": "fair", "stand": "B7"}


def test_tags_by_name_and_id_are_replaced_and_two_spellings_are_one(tenant):
    customer = customer_create(actor=SALES, email="a@x.example", tags=["VIP", "fair"])
    vip = Tag.objects.get(folded_name="vip")
    customer_update(actor=SALES, customer=customer, tags=[str(vip.pk), "vip", "press"])
    assert [tag.name for tag in customer.tags.all()] == ["press", "VIP"]
    assert Tag.objects.count() == 3


def test_a_new_vat_number_has_not_been_checked_yet(tenant):
    customer = CustomerFactory(vat_number="DE136695976", vat_checked_at="2026-01-01T00:00Z")
    changed = customer_update(actor=SALES, customer=customer, vat_number="ATU13585627")
    assert (changed.vat_number, changed.vat_checked_at) == ("ATU13585627", None)


def test_a_stale_version_is_refused(tenant):
    customer = CustomerFactory()
    seen = version_at(customer.updated_at)
    customer_update(actor=SALES, customer=customer, expected=seen, tags=["VIP"])
    with pytest.raises(StaleObject):
        customer_update(actor=SALES, customer=customer, expected=seen, last_name="King")
    customer.refresh_from_db()
    assert customer.last_name != "King"


def test_only_who_works_here_can_be_assigned(tenant):
    member = MembershipFactory()
    customer = customer_update(actor=SALES, customer=CustomerFactory(), assigned_to=member.user_id)
    assert customer.assigned_to_id == member.user_id
    assert customer_update(actor=SALES, customer=customer, assigned_to=None).assigned_to is None


def test_a_portal_account_changes_its_own_name_but_not_its_e_mail_or_tags(tenant):
    customer = CustomerFactory()
    own = portal(customer.pk, "own_profile:update")
    assert customer_update(actor=own, customer=customer, last_name="King").last_name == "King"
    for change in ({"email": "b@x.example"}, {"tags": ["VIP"]}, {"metadata": {}}):
        with pytest.raises(NotPermitted):
            customer_update(actor=own, customer=customer, **change)
    assert not Tag.objects.exists()


def test_a_portal_account_does_not_learn_of_other_customers(tenant):
    customer = CustomerFactory()
    stranger = portal(CustomerFactory().pk, "own_profile:update")
    with pytest.raises(CustomerNotFound):
        customer_update(actor=stranger, customer=customer, last_name="King")


def test_a_status_follows_another_with_reason_and_event(tenant):
    customer = CustomerFactory()
    changed = customer_status_change(
        actor=SALES, customer=customer, status="suspended", reason="chargeback"
    )
    assert (changed.status, changed.may_order) == ("suspended", False)
    assert AuditEntry.objects.get().reason == "chargeback"
    payload = OutboxEvent.objects.get().payload
    assert (payload["status_before"], payload["status"]) == ("active", "suspended")


def test_a_status_that_cannot_follow_is_refused(tenant):
    customer = CustomerFactory(status=CustomerStatus.PENDING)
    for status in ("suspended", "asleep"):
        with pytest.raises(CustomerStatusNotReachable) as refusal:
            customer_status_change(actor=SALES, customer=customer, status=status)
        assert refusal.value.params["reachable"] == ["active", "cancelled"]
    assert trail(customer) == ([], [])


def test_the_first_document_fixes_the_currency(tenant):
    customer = CustomerFactory()
    customer_currency_fix(customer=customer, currency="CHF")
    customer_currency_fix(customer=customer, currency="CHF")
    with pytest.raises(CustomerCurrencyFixed):
        customer_currency_fix(customer=customer, currency="EUR")
    customer.refresh_from_db()
    assert customer.currency == "CHF"
    assert trail(customer)[0] == ["customers.customer_currency_fix"]


def test_a_deleted_customer_is_gone_and_can_come_back(tenant):
    customer = CustomerFactory()
    log_in = PortalAccountFactory(customer_id=customer.pk)
    customer_delete(actor=SALES, customer=customer, reason="asked for it")
    log_in.refresh_from_db()
    assert log_in.status == "disabled"
    assert not Customer.objects.not_deleted().exists()
    with pytest.raises(CustomerNotFound):
        customer_update(actor=SALES, customer=customer, last_name="King")

    restored = customer_restore(actor=SALES, customer=customer)

    assert (restored.status, restored.deleted_at) == ("inactive", None)
    assert trail(customer)[1] == [
        "customers.customer_deleted",
        "customers.customer_status_changed",
    ]


def test_open_business_keeps_a_customer(tenant):
    customer = CustomerFactory()
    guard = DeletionGuard(key="services", refusal=lambda customer_id: "2 services are active.")
    with deletion_guards.filled(guard), pytest.raises(CustomerHasOpenBusiness) as refusal:
        customer_delete(actor=SALES, customer=customer)
    assert refusal.value.message == "2 services are active."
    assert Customer.objects.not_deleted().get() == customer
