"""What the form of a plan asks for."""

import re

import pytest
from django.test import Client

from ispplatform.core.models import Tenant
from tests.factories.catalog import PlanFactory, PriceFactory

LABEL = re.compile(r'<label for="id_domain_name">(.*?)</label>', re.S)


@pytest.mark.parametrize("is_domain", [True, False])
def test_no_name_that_is_needed_is_called_optional(
    tenant: Tenant, client: Client, is_domain: bool
) -> None:
    plan = PlanFactory(domain=True) if is_domain else PlanFactory()
    PriceFactory(plan=plan)
    page = client.get(f"/shop/plans/{plan.code}").content.decode()
    assert [label.strip() for label in LABEL.findall(page)] == ["Name of the domain"]
    assert len(re.findall(r'name="domain_name"[^>]*required', page)) == int(is_domain)
