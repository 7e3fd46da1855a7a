"""OAuth clients of integrations, and what people let them do."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers.oauth import (
    NewOAuthClientAnswer,
    OAuthClientInput,
    OAuthClientRow,
    SecretInput,
)
from accounts.models import OAuthClient
from accounts.services.oauth_clients import (
    NewSecret,
    oauth_client_create,
    oauth_client_end,
    oauth_client_rotate,
)
from ispplatform.core.api.filter_kinds import InstantFilter, TextFilter, UuidFilter
from ispplatform.core.api.viewsets import (
    DestroyAction,
    Expected,
    ListAction,
    RetrieveAction,
    StaffViewSet,
)


class OAuthClientViewSet(ListAction, RetrieveAction, DestroyAction, StaffViewSet):
    """OAuth clients; a secret is in the answer that makes it, and nowhere else."""

    resource_name = "OAuth client"
    row_serializer = OAuthClientRow
    input_serializers = {"create": OAuthClientInput, "rotate": SecretInput}
    permissions_required = {
        "list": "integrations:read",
        "retrieve": "integrations:read",
        "create": "integrations:manage",
        "rotate": "integrations:manage",
        "destroy": "integrations:manage",
    }
    secret_answers = frozenset({"create", "rotate"})
    filter_fields = {
        "name": TextFilter(),
        "integration_id": UuidFilter(),
        "created_at": InstantFilter(main=True),
    }
    sort_fields = ("created_at", "updated_at", "name")

    def get_queryset(self) -> QuerySet[OAuthClient]:
        return OAuthClient.objects.select_related("integration")

    @extend_schema(responses={201: NewOAuthClientAnswer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a client; the answer holds its secret, once."""
        return self._shown(oauth_client_create(actor=self.actor, **self.valid()))

    @extend_schema(responses={201: NewOAuthClientAnswer})
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, id: UUID) -> Response:
        """Give a client a new secret; the old one works on for the overlap."""
        made = oauth_client_rotate(actor=self.actor, client_id=self.row().pk, **self.valid())
        return self._shown(made)

    def perform_destroy(self, row: OAuthClient, expected: Expected) -> None:
        oauth_client_end(actor=self.actor, client_id=row.pk)

    def _shown(self, made: NewSecret) -> Response:
        return self.show(
            made.row.pk,
            status=201,
            message="Keep this secret: it is shown this once.",
            extra={"client_secret": made.text},
        )
