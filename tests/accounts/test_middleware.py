"""Which company answers, and what a request leaves behind."""

from typing import Any

import pytest
from django.test import Client

from ispplatform.core.models import Tenant, TenantHost
from ispplatform.core.tenancy.context import current_scope, enter_scope


@pytest.mark.parametrize(
    ("host", "slug"),
    [
        ("localhost", "northwind"),
        ("127.0.0.1:8000", "northwind"),
        ("rival.localhost", "rival"),
        ("SHOP.localhost", "rival"),
    ],
)
def test_host_name_chooses_the_company(
    tenant: Tenant, other_tenant: Tenant, host: str, slug: str
) -> None:
    TenantHost.objects.create(tenant=other_tenant, host="shop.localhost")

    answer = Client().get("/login", headers={"Host": host})

    assert answer.status_code == 200
    assert answer.context["tenant"].slug == slug


def test_unknown_host_of_several_companies_is_not_found(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    assert Client().get("/login", headers={"Host": "nobody.localhost"}).status_code == 404
    api = Client().post(
        "/api/portal/v1/auth/login", "{}", "application/json", headers={"Host": "nobody.localhost"}
    )
    assert api.status_code == 404


def test_only_company_answers_everywhere(tenant: Tenant) -> None:
    assert Client().get("/login", headers={"Host": "anything.localhost"}).status_code == 200


def test_staff_api_and_admin_answer_under_a_host_that_nobody_listed(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    host = {"Host": "nobody.localhost"}

    assert Client().get("/admin/login/", headers=host).status_code == 200
    assert Client().get("/api/v1/users", headers=host).status_code == 401


def test_forged_host_is_refused(tenant: Tenant, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]

    assert Client().get("/login", headers={"Host": "evil.example"}).status_code == 400


def test_request_leaves_the_scope_as_it_found_it(tenant: Tenant) -> None:
    enter_scope(None)

    Client().get("/login")
    Client(raise_request_exception=False).get("/nothing/here")

    assert current_scope() is None


def test_addresses_of_no_company_ask_no_database(tenant: Tenant, django_assert_num_queries: Any):
    with django_assert_num_queries(0):
        assert Client().get("/.well-known/jwks.json").status_code == 200
