"""Laws of every list of the API and of the back office."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.admin import site
from django.contrib.admin.utils import get_fields_from_path
from django.db import models
from django.urls import get_resolver

from ispplatform.core.actors import EVERYTHING, Actor, ActorType
from ispplatform.core.admin.base import TenantAdmin
from ispplatform.core.api.checks import api_routes
from ispplatform.core.api.listing import ListAction
from ispplatform.core.api.sorting import read_sort, sort_columns
from ispplatform.core.api.views import STAFF
from ispplatform.core.search import search_kinds
from ispplatform.core.tenancy.base import TenantModel

# Lists whose table stays short however large the company, each with why.
SHORT: dict[str, str] = {
    "ServerViewSet": "a company has some dozen servers",
    "RegistrarViewSet": "a company has a handful of registrars",
    "PlanViewSet": "what is sold is written by hand",
    "RoleViewSet": "a company has some dozen roles",
    "TagViewSet": "tags are written by hand",
    "ApiKeyViewSet": "a company has some dozen keys",
    "IdentityProviderViewSet": "a company has one or two identity providers",
    "IntegrationViewSet": "a company has some dozen integrations",
    "OAuthClientViewSet": "a company has some dozen clients",
    "UserViewSet": "the colleagues of one company",
}
# The same of lists of the back office.
SHORT_FOR_STAFF: dict[str, str] = {
    "accounts.ApiKey": "a company has some dozen keys",
    "accounts.IdentityProvider": "a company has one or two identity providers",
    "accounts.Integration": "a company has some dozen integrations",
    "accounts.OAuthClient": "a company has some dozen clients",
    "accounts.Membership": "the colleagues of one company",
    "accounts.MembershipRole": "the colleagues of one company",
    "accounts.Role": "a company has some dozen roles",
    "billing.NumberSeries": "a company has three series a year",
    "catalog.Plan": "what is sold is written by hand",
    "catalog.Price": "what is sold is written by hand",
    "core.ProviderConnection": "a company has a handful of connections",
    "core.PurgePermit": "a person writes each of them",
}
TEXTS = (models.CharField, models.TextField)
EVERYBODY = Actor(type=ActorType.USER, id="", label="probe", permissions=frozenset({EVERYTHING}))


def long_lists() -> list[type[ListAction]]:
    """The staff's lists of a whole long table: neither of one customer nor of one parent."""
    return sorted(
        {
            view
            for address, view, actions in api_routes()
            if issubclass(view, ListAction)
            and view.audience == STAFF
            and actions.get("get") == "list"
            and "<" not in address
            and view.__name__ not in SHORT
        },
        key=lambda view: view.__name__,
    )


def model_of(view: type[ListAction]) -> type[models.Model]:
    asked: Any = view()
    asked.request = SimpleNamespace(actor=EVERYBODY, query_params={}, tenant=None)
    asked.kwargs = {}
    model: type[models.Model] = asked.get_queryset().model
    return model


def orders_of(model: type[models.Model]) -> set[tuple[str, ...]]:
    """The orders in which the table's indexes hold all rows of a company."""
    found = {
        tuple(index.fields[1:])
        for index in model._meta.indexes
        if index.condition is None and index.fields[:1] == ["tenant"]
    }
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.condition is None:
            tenant, *columns = constraint.fields
            if tenant == "tenant":
                found.add((*columns, "id"))  # no two rows tie, so the id adds nothing
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("view", long_lists(), ids=lambda view: view.__name__)
def test_the_first_page_of_a_long_list_is_read_in_the_order_of_an_index(view, tenant):
    """Without one the database sorts every row of the company for each page."""
    model = model_of(view)
    keys = read_sort(view.default_sort, "", sort_columns(view.sort_fields), model)
    columns = tuple(key.column.replace("pk", "id") for key in keys)
    assert columns in orders_of(model)


def long_pages() -> list[TenantAdmin]:
    """The lists of the back office over a company's own rows."""
    assert get_resolver().url_patterns, "the classes are registered with the admin's pages"
    return sorted(
        (
            page
            for model, page in site._registry.items()
            if issubclass(model, TenantModel)
            and isinstance(page, TenantAdmin)
            and model._meta.label not in SHORT_FOR_STAFF
        ),
        key=lambda page: page.model._meta.label,
    )


@pytest.mark.parametrize("listed", long_pages(), ids=lambda listed: listed.model._meta.label)
def test_a_long_list_of_the_back_office_is_read_in_the_order_of_an_index(listed):
    order = [column.lstrip("-").replace("pk", "id") for column in listed.ordering or ("-id",)]
    columns = tuple(order if order[-1] == "id" else [*order, "id"])
    assert columns in orders_of(listed.model)


@pytest.mark.parametrize("listed", long_pages(), ids=lambda listed: listed.model._meta.label)
def test_no_filter_of_a_long_list_reads_all_rows_to_know_its_values(listed):
    filters = listed.get_list_filter(None)
    endless = [
        one
        for one in filters
        if isinstance(one, str)
        and isinstance(field := get_fields_from_path(listed.model, one)[-1], TEXTS)
        and not field.choices
    ]
    assert endless == []


@pytest.mark.parametrize("listed", long_pages(), ids=lambda listed: listed.model._meta.label)
def test_a_list_is_searched_by_kinds_and_columns_that_there_are(listed):
    for kind, column in listed.searched_by.items():
        assert kind in {one.key for one in search_kinds.items()}
        assert column == "pk" or get_fields_from_path(listed.model, column)
    for column in listed.searched_exactly:
        assert get_fields_from_path(listed.model, column)


def leading_columns(model: type[models.Model]) -> set[str]:
    """The columns that an index of the table finds within a company."""
    ordered = [index.fields for index in model._meta.indexes if index.condition is None]
    ordered += [
        list(constraint.fields)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
    ]
    return {fields[1] for fields in ordered if len(fields) > 1 and fields[0] == "tenant"}


@pytest.mark.parametrize("listed", long_pages(), ids=lambda listed: listed.model._meta.label)
def test_what_a_long_list_is_searched_by_has_an_index(listed):
    own = {column for column in listed.searched_exactly if "__" not in column}
    assert own <= leading_columns(listed.model)
