"""``GET /api/v1/events``: what happened, in reading order, with the payload that webhooks carry."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ispplatform.core.api.fields import InstantField
from ispplatform.core.api.filter_kinds import InstantFilter, TextFilter, UuidFilter
from ispplatform.core.api.listing import ListAction
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.viewsets import RetrieveAction, StaffViewSet
from ispplatform.core.errors import InvalidInput, NotFound
from ispplatform.core.events.selectors import events_after
from ispplatform.core.models import OutboxEvent


class EventSubjectRow(RowSerializer):
    """What an event is about."""

    type = serializers.CharField(source="subject_type")
    id = serializers.UUIDField(source="subject_id")
    label = serializers.CharField(source="subject_label")


class EventRow(RowSerializer):
    """One event. ``sequence`` counts the events of one subject without gaps."""

    id = serializers.UUIDField()
    type = serializers.CharField(source="name")
    timestamp = InstantField(source="created_at")
    tenant_id = serializers.UUIDField()
    subject = EventSubjectRow(source="*")
    sequence = serializers.IntegerField()
    customer_id = serializers.UUIDField(allow_null=True)
    request_id = serializers.CharField()
    data = serializers.DictField(source="payload")


class EventViewSet(ListAction, RetrieveAction, StaffViewSet):
    """The feed of events of the last 30 days, oldest first.

    Remember the id of the last event you handled and send it as ``after``: none is missed, none
    comes twice.
    """

    resource_name = "event"
    row_serializer = EventRow
    permissions_required = {"list": "events:read", "retrieve": "events:read"}
    filter_fields = {
        "type": TextFilter("name"),
        "customer_id": UuidFilter(),
        "subject_type": TextFilter(),
        "subject_id": UuidFilter(),
        "timestamp": InstantFilter("created_at", main=True),
    }
    sort_fields = {"position": "position"}
    default_sort = "position"
    own_params = frozenset({"after"})

    def get_queryset(self) -> QuerySet[OutboxEvent]:
        return events_after(None)

    @extend_schema(
        parameters=[
            OpenApiParameter("after", OpenApiTypes.UUID, description="Only events after this one.")
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the events after one of them, or from the beginning."""
        queryset = self.filtered(self._after(request.query_params.get("after", "")))
        return self.list_answer(self.page_of(queryset), queryset)

    def _after(self, text: str) -> QuerySet[OutboxEvent]:
        if not text:
            return self.get_queryset()
        try:
            return events_after(UuidFilter().value(text))
        except (NotFound, ValueError) as exc:
            raise InvalidInput(str(exc), field="after") from exc
