"""What is found, in which order, and by whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Contact, Customer
from ispplatform.core.clock import system_now
from ispplatform.core.models import SearchTerm
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.search import search, search_kinds
from ispplatform.core.tenancy.context import tenant_context
from tests.actors import staff
from tests.factories.accounts import PortalAccountFactory
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.domains import DomainFactory

READER = staff("customers:read", "contacts:read")


def found(text: str, *permissions: str) -> list[tuple[str, bool]]:
    actor = staff(*permissions) if permissions else READER
    return [(find.found.title, find.is_exact) for find in search(text, actor=actor)]


@pytest.mark.parametrize(
    ("text", "is_exact"),
    [
        ("ada king", False),
        ("lovelace engines", False),  # words of two texts, in any order
        ("CUST-000042", True),
        ("42", False),
        ("ada@engines.example", True),
        ("+49 30 901820", True),
        ("grace hop", False),
        ("grace@x.example", True),
        ("abc12345", True),
        ("ABC1", False),
    ],
)
def test_a_customer_is_found_by_all_it_is_known_by(tenant: Tenant, text: str, is_exact: bool):
    customer = CustomerFactory(
        customer_number="CUST-000042",
        first_name="Ada King",
        last_name="Lovelace",
        company_name="Engines Ltd",
        email="ada@engines.example",
        phone="+4930901820",
    )
    ContactFactory(customer=customer, name="Grace Hopper", email="grace@x.example")
    PortalAccountFactory(customer_id=customer.pk, portal_id="ABC12345")
    CustomerFactory(first_name="Nobody", customer_number="CUST-777777")
    assert found(text) == [("Engines Ltd", is_exact)]


def test_every_word_must_be_found(tenant: Tenant):
    CustomerFactory(first_name="Ada", last_name="Lovelace")
    CustomerFactory(first_name="Grace", last_name="Hopper")
    assert found("hopper lovelace") == []


def test_the_thing_itself_stands_before_what_begins_alike(tenant: Tenant):
    for number in ("C-10", "C-1", "C-100"):
        CustomerFactory(customer_number=number, last_name=number, first_name="")
    assert found("c-1") == [("C-1", True), ("C-10", False), ("C-100", False)]


def test_eight_finds_of_a_kind_are_enough(tenant: Tenant):
    for number in range(12):
        CustomerFactory(first_name=f"Ada{number}")
    assert len(found("ada")) == 8


def test_a_word_that_all_share_narrows_by_the_rare_one(tenant: Tenant):
    Customer.objects.bulk_create(
        [
            Customer(
                customer_number=f"C-{number}",
                first_name="Ada",
                last_name=f"Xenia{number}",
                display_name=f"Ada Xenia{number}",
                email=f"{number}@x.example",
            )
            for number in range(1100)
        ]
    )
    assert found("xenia1099 ada") == [("Ada Xenia1099", False)]


def test_nothing_is_found_of_another_company(tenant: Tenant, other_tenant: Tenant):
    with tenant_context(other_tenant.pk):
        CustomerFactory(first_name="Ada")
    assert found("ada") == []


def test_what_one_may_not_see_is_not_even_asked_for(tenant: Tenant):
    DomainFactory(name="shop.example", unicode_name="shop.example")
    assert found("shop", "domains:read") == [("shop.example", False)]
    with CaptureQueriesContext(connection) as queries:
        assert found("shop", "notes:read") == []
    assert len(queries) == 0


def test_who_may_not_see_contacts_is_not_led_by_them(tenant: Tenant):
    customer = CustomerFactory(first_name="Ada", last_name="Lovelace")
    ContactFactory(customer=customer, name="Grace Hopper")
    assert found("hopper", "customers:read") == []
    assert found("hopper") == [("Ada Lovelace", False)]


def test_who_is_made_nameless_leaves_no_word(tenant: Tenant):
    customer = CustomerFactory(
        first_name="Quendel", last_name="Quendel", email="quendel@quendel.example"
    )
    ContactFactory(customer=customer, name="Quendel", email="q@quendel.example")
    Customer.objects.filter(pk=customer.pk).update(
        first_name="", last_name="", email=f"{customer.pk}@erased.invalid", display_name="Erased"
    )
    Contact.objects.filter(customer=customer).delete()
    assert found("quendel") == []
    assert not SearchTerm.objects.filter(term__contains="quendel").exists()


def test_a_deleted_customer_is_not_found(tenant: Tenant):
    CustomerFactory(first_name="Ada", deleted_at=system_now())
    assert found("ada") == []


def test_a_search_costs_one_statement_a_kind_and_one_more_where_it_finds(tenant: Tenant):
    for number in range(20):
        CustomerFactory(first_name=f"Ada{number}")
        DomainFactory(name=f"ada{number}.example", unicode_name=f"ada{number}.example")
    kinds = len(search_kinds.items())
    everything = staff(*(kind.permission for kind in search_kinds.items()), "contacts:read")
    with CaptureQueriesContext(connection) as queries:
        assert len(search("ada", actor=everything)) == 16
    assert len(queries) <= kinds + 2
