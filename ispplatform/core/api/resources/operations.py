"""``/api/v1/operations``: what the platform does, or tries to do, outside its own walls."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiTypes, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ispplatform.core.api.fields import Beside, InstantField, VersionField
from ispplatform.core.api.filter_kinds import ChoiceFilter, InstantFilter, TextFilter, UuidFilter
from ispplatform.core.api.listing import ListAction
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer
from ispplatform.core.api.viewsets import RetrieveAction, StaffViewSet
from ispplatform.core.models import Operation, OperationState
from ispplatform.core.operations.decisions import operation_cancel, operation_retry
from ispplatform.core.operations.selectors import waiting_for

SEE = "operations:read"
MANAGE = "operations:manage"
RETRY = "operations:retry"


class OperationSubjectRow(RowSerializer):
    """The row that the operation changes when it is done."""

    type = serializers.CharField(source="subject_type")
    id = serializers.UUIDField(source="subject_id")
    label = serializers.CharField(source="subject_label")


class OperationConnectionRow(RowSerializer):
    """The provider account that it acts through."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField()
    backend = serializers.CharField()


class OperationExchangeRow(RowSerializer):
    """One request to the provider; bodies are shown in the admin."""

    row_order = ("started_at", "pk")

    started_at = InstantField()
    attempt = serializers.IntegerField()
    method = serializers.CharField()
    url = serializers.CharField()
    status = serializers.IntegerField(allow_null=True)
    error = serializers.CharField()
    duration_ms = serializers.IntegerField()


@extend_schema_field(OpenApiTypes.STR)
class WaitingForField(Beside):
    """One sentence per operation."""

    def read(self, model: Any, ids: Sequence[Any]) -> dict[Any, Any]:
        rows = Operation.objects.filter(pk__in=ids).select_related("connection")
        return {row.pk: waiting_for(row) for row in rows}


class OperationRow(RowSerializer):
    """One effect on the world outside."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(OperationState.choices)
    subject = OperationSubjectRow(source="*")
    customer_id = serializers.UUIDField(allow_null=True)
    connection = OperationConnectionRow(allow_null=True)
    attempt = serializers.IntegerField()
    sent_at = InstantField(allow_null=True)
    accepted_at = InstantField(
        allow_null=True,
        help_text="Since when the provider has it and decides later (state `accepted`).",
    )
    next_attempt_at = InstantField()
    provider_reference = serializers.CharField()
    error_code = serializers.CharField()
    error_message = serializers.CharField()
    actor = serializers.CharField(source="actor_label")
    request_id = serializers.CharField()
    retry_of_id = serializers.UUIDField(allow_null=True)
    created_at = InstantField()
    updated_at = InstantField()
    finished_at = InstantField(allow_null=True)
    version = VersionField()


class OperationDetail(OperationRow):
    """The same with its conversation."""

    exchanges = OperationExchangeRow(many=True)
    waiting_for = WaitingForField(
        help_text="What an open operation waits for; empty when it is over."
    )


class OperationRetrySerializer(StrictSerializer):
    """How to try again."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")
    is_known_undone = serializers.BooleanField(
        default=False, help_text="You looked at the provider: nothing took place. Needs a reason."
    )


class OperationCancelSerializer(StrictSerializer):
    """Why it is given up."""

    reason = serializers.CharField(max_length=500)


class OperationViewSet(ListAction, RetrieveAction, StaffViewSet):
    """Operations: registrations, charges, suspensions, mails and every other outside effect."""

    resource_name = "operation"
    row_serializer = OperationRow
    detail_serializer = OperationDetail
    input_serializers = {"retry": OperationRetrySerializer, "cancel": OperationCancelSerializer}
    permissions_required = {"list": SEE, "retrieve": SEE, "retry": RETRY, "cancel": MANAGE}
    filter_fields = {
        "kind": TextFilter(),
        "state": ChoiceFilter(OperationState),
        "subject_type": TextFilter(),
        "subject_id": UuidFilter(),
        "customer_id": UuidFilter(),
        "connection_id": UuidFilter(),
        "created_at": InstantFilter(main=True),
        "finished_at": InstantFilter(),
    }
    sort_fields = ("created_at", "updated_at", "finished_at", "kind", "state")

    def get_queryset(self) -> QuerySet[Operation]:
        return Operation.objects.all()

    @action(detail=True, methods=["post"])
    def retry(self, request: Request, id: UUID) -> Response:
        """Try an operation again now, looking up first what may have been sent."""
        row = operation_retry(actor=self.actor, operation_id=self.row().pk, **self.valid())
        return self.show(row.pk, message="The operation is tried again.")

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, id: UUID) -> Response:
        """Give up an operation of which nothing can have been sent."""
        row = operation_cancel(actor=self.actor, operation_id=self.row().pk, **self.valid())
        return self.show(row.pk, message="The operation is cancelled.")
