"""The door for payment gateways' notices."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from billing.services.gateway_events import stripe_event_receive
from ispplatform.core.api.permissions import PUBLIC
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.views import ApiView


class NoticeAnswer(serializers.Serializer):
    """That a notice is kept."""

    received = serializers.BooleanField()


class StripeEventView(ApiView):
    """``POST /gateways/stripe/events/{connection_id}``: Stripe's webhook of one connection.

    The signature is the credential. It is answered as soon as the notice is kept; what follows is
    done by an operation.
    """

    authentication_classes = ()
    permissions_required = {"post": PUBLIC}
    throttle_scope = "gateway"
    own_transactions = frozenset({"post"})

    @extend_schema(
        operation_id="gateway_stripe_event",
        request={"application/json": {"type": "object"}},
        responses={200: NoticeAnswer, 400: OpenApiResponse(description="Not signed, or too old.")},
        tags=["gateways"],
    )
    def post(self, request: Request, connection_id: UUID) -> Any:
        """Keep a notice that Stripe signed."""
        stripe_event_receive(
            connection_id=connection_id,
            body=request.body,
            signature=request.headers.get("Stripe-Signature", ""),
        )
        return ApiResponse({"received": True})
