"""Tokens for one act, on both sides."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.services.temporary_tokens import (
    LONGEST_SECONDS,
    METHODS,
    SHORTEST_SECONDS,
    temporary_token_create,
    temporary_token_end,
    temporary_tokens_of,
)
from ispplatform.core.api.permissions import CUSTOMER, LOGGED_IN
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer
from ispplatform.core.api.views import PORTAL, STAFF, ApiView

MOST_SHOWN = 100


class TemporaryTokenInput(StrictSerializer):
    """The one request that the token is for."""

    method = serializers.ChoiceField(METHODS, required=False, default="GET")
    path = serializers.CharField(max_length=500, help_text="with its query, if it has one")
    expires_in = serializers.IntegerField(
        min_value=SHORTEST_SECONDS,
        max_value=LONGEST_SECONDS,
        required=False,
        default=300,
        help_text="seconds",
    )


class TemporaryTokenRow(RowSerializer):
    """A token that was not used yet; the token itself is shown once."""

    id = serializers.UUIDField()
    method = serializers.CharField()
    path = serializers.CharField()
    permission = serializers.CharField()
    expires_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class NewTemporaryTokenAnswer(TemporaryTokenRow):
    """A token that was just made; send it as ``Authorization: Bearer``."""

    token = serializers.CharField(help_text="shown once")


class TemporaryTokensView(ApiView):
    """``/temporary-tokens``: a request handed to somebody else, once, for a while."""

    audience = STAFF
    base: ClassVar[str] = "/api/v1/"
    permissions_required = {"get": LOGGED_IN, "post": LOGGED_IN}
    secret_answers = frozenset({"post"})

    @extend_schema(
        operation_id="temporary_tokens_list",
        responses=TemporaryTokenRow(many=True),
        tags=["temporary tokens"],
    )
    def get(self, request: Request) -> ApiResponse:
        """Return the caller's tokens that still work, newest first, at most 100."""
        return ApiResponse(TemporaryTokenRow.rows(temporary_tokens_of(self.actor)[:MOST_SHOWN]))

    @extend_schema(
        operation_id="temporary_tokens_create",
        request=TemporaryTokenInput,
        responses={201: NewTemporaryTokenAnswer},
        tags=["temporary tokens"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Make a token for one request; the answer holds it, once."""
        values = self.body(TemporaryTokenInput)
        made = temporary_token_create(
            actor=self.actor,
            base=self.base,
            method=values["method"],
            path=values["path"],
            lifetime_seconds=values["expires_in"],
        )
        rows = TemporaryTokenRow.rows(temporary_tokens_of(self.actor).filter(pk=made.row.pk))
        return ApiResponse({**rows[0], "token": made.text}, 201)


class TemporaryTokenView(ApiView):
    """``DELETE /temporary-tokens/{id}``."""

    audience = STAFF
    permissions_required = {"delete": LOGGED_IN}

    @extend_schema(operation_id="temporary_token_end", responses=None, tags=["temporary tokens"])
    def delete(self, request: Request, id: UUID) -> ApiResponse:
        """End a token that was not used."""
        temporary_token_end(actor=self.actor, token_id=id)
        return ApiResponse(None)


class PortalTemporaryTokensView(TemporaryTokensView):
    """The same for customers."""

    audience = PORTAL
    base = "/api/portal/v1/"
    permissions_required = {"get": CUSTOMER, "post": CUSTOMER}

    @extend_schema(
        operation_id="portal_temporary_tokens_list",
        responses=TemporaryTokenRow(many=True),
        tags=["portal account"],
    )
    def get(self, request: Request) -> ApiResponse:
        """Return the caller's tokens that still work, newest first, at most 100."""
        return super().get(request)

    @extend_schema(
        operation_id="portal_temporary_tokens_create",
        request=TemporaryTokenInput,
        responses={201: NewTemporaryTokenAnswer},
        tags=["portal account"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Make a token for one request; the answer holds it, once."""
        return super().post(request)


class PortalTemporaryTokenView(TemporaryTokenView):
    """The same for customers."""

    audience = PORTAL
    permissions_required = {"delete": CUSTOMER}

    @extend_schema(
        operation_id="portal_temporary_token_end", responses=None, tags=["portal account"]
    )
    def delete(self, request: Request, id: UUID) -> ApiResponse:
        """End a token that was not used."""
        return super().delete(request, id)
