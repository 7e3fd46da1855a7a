from datetime import date

import pytest
import time_machine

from customers.errors import CustomerNotFound
from customers.models import Customer
from customers.selectors import (
    customer_address,
    customer_by_id,
    customer_by_number,
    customer_language,
    customer_today,
    customers_for,
)
from ispplatform.core.clock import system_now
from ispplatform.core.errors import NotPermitted
from ispplatform.core.tenancy.context import tenant_context
from tests.actors import portal, staff
from tests.factories.accounts import PortalAccountFactory
from tests.factories.customers import AddressFactory, ContactFactory, CustomerFactory

READER = staff("customers:read")


def test_staff_see_all_that_are_not_deleted(tenant):
    here, gone = CustomerFactory(), CustomerFactory(deleted_at=system_now())
    assert set(customers_for(READER)) == {here}
    assert set(customers_for(READER, include_deleted=True)) == {here, gone}
    with pytest.raises(NotPermitted):
        customers_for(staff("invoices:read"))


def test_a_portal_account_sees_its_own_customer_only(tenant):
    own, other = CustomerFactory(), CustomerFactory()
    assert list(customers_for(portal(own.pk), include_deleted=True)) == [own]
    with pytest.raises(CustomerNotFound):
        customer_by_id(other.pk, actor=portal(own.pk))


def test_one_customer_is_found_by_id_and_number(tenant, other_tenant):
    customer = CustomerFactory(customer_number="CUST-000042")
    assert customer_by_id(str(customer.pk), actor=READER) == customer
    assert customer_by_number(" cust-000042", actor=READER) == customer
    with tenant_context(other_tenant.pk):
        for look_up in (
            lambda: customer_by_id(customer.pk, actor=READER),
            lambda: customer_by_number("CUST-000042", actor=READER),
        ):
            with pytest.raises(CustomerNotFound):
                look_up()


@pytest.mark.parametrize(
    "query",
    [
        "love",
        "LOVELACE ada",
        "engines",
        "cust-000042",
        "ada@",
        "+49 30 901820",
        "030-901820",
        "grace",
        "grace hop",
        "4930777",
        "abc12345",
    ],
)
def test_search_looks_through_customer_contacts_and_portal_ids(tenant, query):
    customer = CustomerFactory(
        customer_number="CUST-000042",
        first_name="Ada",
        last_name="Lovelace",
        company_name="Engines Ltd",
        email="ada@engines.example",
        phone="+4930901820",
    )
    ContactFactory(customer=customer, name="Grace Hopper", phone="+4930777")
    PortalAccountFactory(customer_id=customer.pk, portal_id="ABC12345")
    CustomerFactory()
    found = list(Customer.objects.all().matching(query))
    assert found == ([] if query == "030-901820" else [customer])


def test_search_needs_every_word(tenant):
    CustomerFactory(first_name="Ada", last_name="Lovelace")
    assert not Customer.objects.all().matching("ada hopper").exists()


def test_billing_address_falls_back_to_the_main_one(tenant):
    main = AddressFactory()
    assert customer_address(main.customer, "billing") == main
    billing = AddressFactory(customer=main.customer, kind="billing")
    assert customer_address(main.customer, "billing") == billing
    assert customer_address(main.customer) == main
    assert customer_address(CustomerFactory()) is None


@time_machine.travel("2026-03-01 23:30:00+00:00", tick=False)
def test_language_and_day_are_the_customers_own_or_the_companys(tenant):
    plain = CustomerFactory()
    abroad = CustomerFactory(language="de", time_zone="America/New_York")
    assert (customer_language(plain), customer_today(plain)) == ("en", date(2026, 3, 2))
    assert (customer_language(abroad), customer_today(abroad)) == ("de", date(2026, 3, 1))
