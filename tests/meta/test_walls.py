"""Rows of another company are not there: every resource of the staff API, tried by its detail.

A resource needs nothing here: its row is made by the factory of its model.
"""

from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import factory
import pytest
from django.db import models
from django.test import Client, RequestFactory
from rest_framework.request import Request

from accounts.models import Role, User
from accounts.services.roles import tenant_roles_seed
from accounts.services.token_pairs import token_pair
from ispplatform.core.actors import Actor
from ispplatform.core.api.checks import api_routes
from ispplatform.core.ids import uuid7
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import staff_in
from tests.factories.accounts import MembershipFactory

# Rows that only services make, so that no factory can: tests of their apps hold this wall.
MADE_BY_SERVICES = frozenset(
    {
        "billing.Invoice",
        "billing.Payment",
        "billing.PaymentMethod",
        "billing.Subscription",
        "core.Operation",
        "core.OutboxEvent",
        "sales.Order",
    }
)
FACTORIES = Path(__file__).resolve().parent.parent / "factories"


def _details() -> list[tuple[str, Any]]:
    return sorted(
        (address, view)
        for address, view, actions in api_routes()
        if address.startswith("api/v1/")
        and actions.get("get") == "retrieve"
        and address.count("<") == 1
        and _queryset_of(view).model._meta.label not in MADE_BY_SERVICES
    )


def _factories_of(model: type[models.Model]) -> list[Any]:
    modules = [
        import_module(f"tests.factories.{path.stem}") for path in sorted(FACTORIES.glob("*.py"))
    ]
    return [
        candidate
        for module in modules
        for candidate in vars(module).values()
        if isinstance(candidate, type)
        and issubclass(candidate, factory.django.DjangoModelFactory)
        and candidate._meta.model is model
    ]


def _queryset_of(view: Any) -> models.QuerySet[Any]:
    shown = view()
    shown.request = Request(RequestFactory().get("/"))
    shown.request._request.actor = Actor.system("test")
    shown.kwargs = {}
    rows: models.QuerySet[Any] = shown.get_queryset()
    return rows


def _row_of(view: Any) -> UUID:
    """Make a row that the view shows: of several factories of its model, the first that fits."""
    rows = _queryset_of(view)
    if rows.model is User:  # it has no tenant: its membership has
        return MembershipFactory().user_id
    for make in _factories_of(rows.model):
        row = make()
        if rows.filter(pk=row.pk).exists():
            return UUID(str(row.pk))
    raise LookupError(f"No factory in tests/factories makes a row that {view.__name__} shows.")


def _headers_of(tenant: Tenant) -> dict[str, str]:
    with tenant_context(tenant.pk):
        tenant_roles_seed(tenant)
        membership = MembershipFactory(roles=[Role.objects.get(code="admin")])
        pair = token_pair(entry=staff_in(tenant, membership))
    return {"Authorization": f"Bearer {pair.access_token}"}


@pytest.mark.parametrize(
    ("address", "view"), _details(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_row_is_there_for_its_company_and_for_no_other(
    tenant: Tenant, other_tenant: Tenant, address: str, view: Any
) -> None:
    row_id = _row_of(view)
    path = "/" + address.replace("<uuid:id>", str(row_id))
    client = Client()

    own = client.get(path, headers=_headers_of(tenant))
    others = client.get(path, headers=_headers_of(other_tenant))
    missing = client.get(path.replace(str(row_id), str(uuid7())), headers=_headers_of(other_tenant))

    assert own.status_code == 200
    assert others.status_code == 404
    told, untold = others.json()["error"], missing.json()["error"]
    for error in (told, untold):
        del error["details"]["reference"]  # each request has its own
    assert told == untold, "a row that is not yours and one that is not there are told alike"
