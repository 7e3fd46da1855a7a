"""Until when everything that was written can be read, while somebody still writes."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from customers.models import Customer
from ispplatform.core.clock import system_now
from ispplatform.core.database.settled import LONGEST_EMBEDDED, SKEW, settled_until
from ispplatform.core.tenancy.context import tenant_context
from tests.callers import key_caller
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.needs_postgres
def test_nothing_is_settled_from_the_beginning_of_the_oldest_transaction_on(tenant):
    customer = CustomerFactory()
    began, may_end = threading.Event(), threading.Event()

    def write() -> None:
        with tenant_context(tenant.pk), transaction.atomic():
            Customer.objects.get(pk=customer.pk).save()
            began.set()
            may_end.wait(30)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    assert began.wait(30)
    stamped_before = system_now()
    first = settled_until()
    may_end.set()
    writer.join(30)
    customer.refresh_from_db()
    assert first <= customer.updated_at - SKEW + timedelta(seconds=1)
    assert first < stamped_before - SKEW
    assert settled_until() > first


@pytest.mark.needs_sqlite
def test_the_embedded_database_holds_back_as_long_as_anybody_may_write(tenant):
    before = system_now()
    assert before <= settled_until() + LONGEST_EMBEDDED <= system_now()


def test_a_list_by_its_changes_says_on_its_first_page_until_when_nothing_is_missing(tenant):
    for _ in range(3):
        CustomerFactory()
    reader = key_caller(tenant, "customers:read")
    first = reader("GET", "customers?sort=updated_at&limit=2&cursor=").body["pagination"]
    until = datetime.fromisoformat(first["complete_until"])
    assert until < system_now()
    again = reader("GET", f"customers?filter[updated_at][gte]={first['complete_until']}").data
    assert len(again) == 3
    following = f"customers?sort=updated_at&limit=2&cursor={first['next_cursor']}"
    assert reader("GET", following).body["pagination"]["complete_until"] is None
    assert reader("GET", "customers").body["pagination"]["complete_until"] is None
    backwards = reader("GET", "customers?sort=-updated_at").body["pagination"]
    assert backwards["complete_until"] is None
