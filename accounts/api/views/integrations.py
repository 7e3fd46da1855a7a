"""Integrations: what keys and OAuth clients belong to."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers.integrations import (
    EndInput,
    IntegrationChange,
    IntegrationDetail,
    IntegrationInput,
    IntegrationRow,
)
from accounts.models import Integration
from accounts.services.integrations import (
    integration_create,
    integration_end,
    integration_update,
)
from ispplatform.core.api.filter_kinds import InstantFilter, TextFilter
from ispplatform.core.api.viewsets import (
    CreateAction,
    Expected,
    ListAction,
    RetrieveAction,
    StaffViewSet,
    UpdateAction,
)


class IntegrationViewSet(ListAction, RetrieveAction, CreateAction, UpdateAction, StaffViewSet):
    """Programs by name, each with two people who answer for it."""

    resource_name = "integration"
    row_serializer = IntegrationRow
    detail_serializer = IntegrationDetail
    input_serializers = {
        "create": IntegrationInput,
        "update": IntegrationChange,
        "end": EndInput,
    }
    permissions_required = {
        "list": "integrations:read",
        "retrieve": "integrations:read",
        "create": "integrations:manage",
        "update": "integrations:manage",
        "partial_update": "integrations:manage",
        "end": "integrations:manage",
    }
    filter_fields = {"name": TextFilter(), "created_at": InstantFilter(main=True)}
    sort_fields = ("created_at", "updated_at", "name")

    def get_queryset(self) -> QuerySet[Integration]:
        return Integration.objects.all()

    def perform_create(self, values: dict[str, Any]) -> UUID:
        return integration_create(actor=self.actor, **values).pk

    def perform_update(
        self, row: Integration, values: Mapping[str, Any], expected: Expected
    ) -> None:
        integration_update(
            actor=self.actor, integration_id=row.pk, changes=values, expected=expected
        )

    @extend_schema(responses={200: IntegrationDetail})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, id: UUID) -> Response:
        """End an integration and everything it holds, within a second."""
        integration_end(actor=self.actor, integration_id=self.row().pk, **self.valid())
        return self.show(id, message="The integration has ended.")
