"""A small resource over kernel rows, at addresses of its own: what every app's resources do."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import include, path
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.decorators import action
from rest_framework.exceptions import AuthenticationFailed

from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.api.fields import (
    Computed,
    FreeJsonField,
    InstantField,
    MoneyAmountField,
    VersionField,
)
from ispplatform.core.api.filter_kinds import (
    AppliedFilter,
    BooleanFilter,
    ChoiceFilter,
    InstantFilter,
    TextFilter,
    UuidFilter,
)
from ispplatform.core.api.permissions import CUSTOMER, LOGGED_IN, PUBLIC
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.routers import ApiRouter
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer
from ispplatform.core.api.versions import check_version
from ispplatform.core.api.views import ApiView
from ispplatform.core.api.viewsets import (
    CreateAction,
    DestroyAction,
    Expected,
    ListAction,
    PortalViewSet,
    RetrieveAction,
    StaffViewSet,
    UpdateAction,
)
from ispplatform.core.errors import RuleViolation
from ispplatform.core.models import AuditEntry, PurgePermit, TenantMode
from ispplatform.urls import urlpatterns as house_patterns

CUSTOMER_ID = UUID("0190a000-0000-7000-8000-000000000001")
ACTORS = {
    "reader": Actor(
        type=ActorType.USER, id="u-1", label="reader", permissions=frozenset({"permits:read"})
    ),
    "writer": Actor(
        type=ActorType.USER, id="u-2", label="writer", permissions=frozenset({"permits:*"})
    ),
    "key": Actor(
        type=ActorType.API_KEY, id="k-1", label="key", permissions=frozenset({"permits:*"})
    ),
    "operator": Actor(
        type=ActorType.USER,
        id="u-3",
        label="operator",
        permissions=frozenset(
            {"events:read", "operations:read", "operations:manage", "operations:retry"}
        ),
    ),
    "customer": Actor(type=ActorType.CUSTOMER, id="p-1", label="customer", customer_id=CUSTOMER_ID),
}


class NamedActor(BaseAuthentication):
    """``Authorization: Test reader`` is the reader."""

    def authenticate(self, request: Any) -> tuple[Any, Any] | None:
        scheme, _, name = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Test":
            return None
        if name not in ACTORS:
            raise AuthenticationFailed("Nobody has this name.")
        request._request.actor = ACTORS[name]
        return ACTORS[name], name


class PermitRow(RowSerializer):
    id = serializers.UUIDField()
    reason = serializers.CharField()
    made_by = serializers.CharField(source="actor_label")
    loud_reason = Computed(serializers.CharField(), "reason", compute=str.upper)
    expires_at = InstantField()
    version = VersionField()


class PermitInput(StrictSerializer):
    synonyms = {"why": "reason"}

    reason = serializers.CharField(max_length=500)
    actor_label = serializers.CharField(max_length=200)
    expires_at = InstantField()
    amount = MoneyAmountField(required=False)
    currency = serializers.CharField(required=False)
    metadata = FreeJsonField(required=False)
    password = serializers.CharField(required=False, max_length=5)


class PermitViewSet(
    ListAction, RetrieveAction, CreateAction, UpdateAction, DestroyAction, StaffViewSet
):
    authentication_classes = (NamedActor,)
    row_serializer = PermitRow
    input_serializers = {"create": PermitInput, "update": PermitInput}
    resource_name = "permit"
    permissions_required = {
        "list": "permits:read",
        "retrieve": "permits:read",
        "create": "permits:create",
        "update": "permits:update",
        "partial_update": "permits:update",
        "destroy": "permits:delete",
        "refuse": "permits:update",
        "secret": "permits:update",
        "crash": "permits:update",
        "find": "permits:read",
    }
    filter_fields = {
        "reason": TextFilter(),
        "made_by": TextFilter("actor_label"),
        "mode": ChoiceFilter(TenantMode, "tenant__mode"),
        "id": UuidFilter(),
        "created_at": InstantFilter(main=True),
        "open": AppliedFilter(lambda queryset, value: queryset, kind=BooleanFilter()),
    }
    sort_fields = {"created_at": "created_at", "reason": "reason", "made_by": "actor_label"}
    searchable = True
    secret_answers = frozenset({"secret"})
    throttle_scope = {"find": "search"}

    def get_queryset(self) -> QuerySet[PurgePermit]:
        return PurgePermit.objects.all()

    def search(self, queryset: QuerySet[PurgePermit], text: str) -> QuerySet[PurgePermit]:
        return queryset.filter(Q(reason__icontains=text) | Q(actor_label__icontains=text))

    def perform_create(self, values: dict[str, Any]) -> UUID:
        return PurgePermit.objects.create(**_columns(values)).pk

    def perform_update(self, row: Any, values: dict[str, Any], expected: Expected) -> None:
        check_version(row, expected)
        for name, value in _columns(values).items():
            setattr(row, name, value)
        row.save()

    def perform_destroy(self, row: Any, expected: Expected) -> None:
        row.delete()

    @action(detail=False, methods=["post"])
    def refuse(self, request: Any) -> ApiResponse:
        PurgePermit.objects.create(
            **_columns({"reason": "half", "expires_at": "2027-01-01T00:00Z"})
        )
        raise RuleViolation("The rules forbid it.", permit="none")

    @action(detail=False, methods=["post"])
    def secret(self, request: Any) -> ApiResponse:
        row = PurgePermit.objects.create(
            reason="secret", actor_label="x", expires_at="2027-01-01T00:00Z"
        )
        return ApiResponse({"id": row.pk, "secret": "only once"}, 201)

    @action(detail=False, methods=["post"])
    def crash(self, request: Any) -> ApiResponse:
        PurgePermit.objects.create(reason="c", actor_label="x", expires_at="2027-01-01T00:00Z")
        raise ZeroDivisionError

    @action(detail=False, methods=["get"])
    def find(self, request: Any) -> ApiResponse:
        return ApiResponse([])


class EntryRow(RowSerializer):
    id = serializers.UUIDField()
    act = serializers.CharField()


class PortalEntryViewSet(ListAction, PortalViewSet):
    authentication_classes = (NamedActor,)
    row_serializer = EntryRow
    permissions_required = {"list": CUSTOMER}
    list_key = "entries"

    def get_queryset(self) -> QuerySet[AuditEntry]:
        return AuditEntry.objects.filter(customer_id=self.customer_id)

    def list_extras(self, queryset: QuerySet[AuditEntry]) -> dict[str, Any]:
        return {"summary": {"acts": queryset.values("act").distinct().count()}}


class EchoView(ApiView):
    """Says what was understood of the body."""

    authentication_classes = (NamedActor,)
    permissions_required = {"post": PUBLIC, "get": LOGGED_IN}

    def get(self, request: Any) -> ApiResponse:
        return ApiResponse({"actor": self.actor.label}, message="Read.", top_level={"actor": "top"})

    def post(self, request: Any) -> ApiResponse:
        return ApiResponse(request.data)


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: values[name] for name in ("reason", "actor_label", "expires_at") if name in values
    }


router = ApiRouter()
router.register("permits", PermitViewSet, basename="permits")
router.register("entries", PortalEntryViewSet, basename="entries")

urlpatterns = [
    path("api/test/", include(router.urls)),
    path("api/test/echo", EchoView.as_view()),
    *house_patterns,
]
handler404 = "ispplatform.core.pages.errors.not_found"
handler500 = "ispplatform.core.pages.errors.server_error"
