"""Registrar accounts."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from domains.api.serializers import DomainNoInput, RegistrarChange, RegistrarInput, RegistrarRow
from domains.providers.registrars.base import KIND
from ispplatform.core.api.filter_kinds import BooleanFilter, InstantFilter, TextFilter
from ispplatform.core.api.viewsets import (
    CreateAction,
    DestroyAction,
    Expected,
    ListAction,
    RetrieveAction,
    StaffViewSet,
    UpdateAction,
)
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.providers.services import (
    connection_create,
    connection_test,
    connection_update,
)

MANAGE = "connections:manage"


class RegistrarViewSet(
    ListAction, RetrieveAction, CreateAction, UpdateAction, DestroyAction, StaffViewSet
):
    """Accounts at registrars. Deleting one switches it off: names still go through it."""

    resource_name = "registrar"
    row_serializer = RegistrarRow
    input_serializers = {
        "create": RegistrarInput,
        "update": RegistrarChange,
        "destroy": DomainNoInput,
        "test": DomainNoInput,
    }
    permissions_required = dict.fromkeys(
        ("list", "retrieve", "create", "update", "partial_update", "destroy", "test"), MANAGE
    )
    own_transactions = frozenset({"test"})
    filter_fields = {
        "name": TextFilter(),
        "backend": TextFilter(),
        "is_active": BooleanFilter(),
        "updated_at": InstantFilter(),
    }
    sort_fields = ("name", "created_at", "updated_at")
    default_sort = "name"

    def get_queryset(self) -> QuerySet[ProviderConnection]:
        return ProviderConnection.objects.filter(kind=KIND)

    def perform_create(self, values: dict[str, Any]) -> UUID:
        return connection_create(actor=self.actor, kind=KIND, **values).pk

    def perform_update(self, row: Any, values: dict[str, Any], expected: Expected) -> None:
        connection_update(actor=self.actor, connection_id=row.pk, **values)

    def perform_destroy(self, row: Any, expected: Expected) -> None:
        connection_update(actor=self.actor, connection_id=row.pk, is_active=False)

    @extend_schema(request=DomainNoInput, responses={200: RegistrarRow})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask the registrar who the account is; nothing is changed there."""
        self.valid()
        connection_test(actor=self.actor, connection_id=self.row().pk)
        return self.show(kwargs["id"], message="The connection was tested.")
