"""Laws of every list of the API."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import models

from ispplatform.core.actors import EVERYTHING, Actor, ActorType
from ispplatform.core.api.checks import api_routes
from ispplatform.core.api.listing import ListAction
from ispplatform.core.api.sorting import read_sort, sort_columns
from ispplatform.core.api.views import STAFF

# Lists whose table stays short however large the company, each with why.
SHORT: dict[str, str] = {
    "ServerViewSet": "a company has some dozen servers",
    "RegistrarViewSet": "a company has a handful of registrars",
    "PlanViewSet": "what is sold is written by hand",
    "RoleViewSet": "a company has some dozen roles",
    "TagViewSet": "tags are written by hand",
    "ApiKeyViewSet": "a company has some dozen keys",
    "UserViewSet": "the colleagues of one company",
}
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
