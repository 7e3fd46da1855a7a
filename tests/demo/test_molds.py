"""A mold holds what one act has written, and nothing of the act before."""

from datetime import timedelta

import pytest

from customers.models import Customer
from demo.molds import Mold
from ispplatform.core.clock import system_now
from ispplatform.core.ids import uuid7
from ispplatform.core.tenancy.context import tenant_context
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


def test_what_was_cast_just_before_and_has_times_to_come_is_not_in_it(tenant):
    with tenant_context(tenant.pk):
        CustomerFactory(created_at=system_now() + timedelta(seconds=5))
        since, after = system_now(), uuid7()
        written = CustomerFactory()
        mold = Mold.of(since=since, after=after)
    assert mold.rows_of(Customer) == [written]
