"""Keys of programs."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers.users import (
    ApiKeyInput,
    ApiKeyRotateInput,
    ApiKeyRow,
    NewApiKeyAnswer,
)
from accounts.models import ApiKey, Integration
from accounts.services.api_keys import NewApiKey, api_key_create, api_key_revoke, api_key_rotate
from ispplatform.core.api.filter_kinds import InstantFilter, TextFilter, UuidFilter
from ispplatform.core.api.viewsets import (
    DestroyAction,
    Expected,
    ListAction,
    RetrieveAction,
    StaffViewSet,
)
from ispplatform.core.errors import InvalidInput


class ApiKeyViewSet(ListAction, RetrieveAction, DestroyAction, StaffViewSet):
    """API keys; the key itself is in the answer that makes it, and nowhere else."""

    resource_name = "API key"
    row_serializer = ApiKeyRow
    input_serializers = {"create": ApiKeyInput, "rotate": ApiKeyRotateInput}
    permissions_required = {
        "list": "api_keys:read",
        "retrieve": "api_keys:read",
        "create": "api_keys:manage",
        "rotate": "api_keys:manage",
        "destroy": "api_keys:manage",
    }
    secret_answers = frozenset({"create", "rotate"})
    filter_fields = {
        "name": TextFilter(),
        "integration_id": UuidFilter(),
        "created_at": InstantFilter(main=True),
    }
    sort_fields = ("created_at", "updated_at", "name")

    def get_queryset(self) -> QuerySet[ApiKey]:
        return ApiKey.objects.select_related("integration__responsible")

    @extend_schema(responses={201: NewApiKeyAnswer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a key; the answer holds it, once."""
        values = self.valid()
        made = api_key_create(
            actor=self.actor,
            tenant=request.tenant,
            integration=self._integration(values.pop("integration_id")),
            **values,
        )
        return self._shown(made)

    @extend_schema(responses={201: NewApiKeyAnswer})
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, id: UUID) -> Response:
        """Make the key's successor; the old one works on for the overlap."""
        made = api_key_rotate(
            actor=self.actor,
            tenant=request.tenant,
            key=self.row(),
            **self.valid(),
        )
        return self._shown(made)

    def perform_destroy(self, row: ApiKey, expected: Expected) -> None:
        api_key_revoke(actor=self.actor, key=row)

    def _shown(self, made: NewApiKey) -> Response:
        return self.show(
            made.row.pk,
            status=201,
            message="Keep this key: it is shown this once.",
            extra={"key": made.text},
        )

    def _integration(self, integration_id: UUID) -> Integration:
        """Return the integration that the key is for."""
        found = Integration.objects.filter(pk=integration_id).first()
        if found is None:
            raise InvalidInput("There is no such integration.", field="integration_id")
        return found
