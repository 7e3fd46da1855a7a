"""What people did and what was done to them, and how many there are of which sort."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.api.serializers.activity import UserActivityRow, UserNumbersAnswer
from accounts.choices import ActivityKind
from accounts.selectors.user_activity import user_activity
from accounts.selectors.user_numbers import user_numbers
from accounts.selectors.users import users_of_tenant
from ispplatform.core.api.filter_kinds import ChoiceFilter, InstantFilter, TextFilter
from ispplatform.core.api.listing import ListAction
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.views import STAFF, ApiView
from ispplatform.core.api.viewsets import StaffViewSet
from ispplatform.core.models import AuditEntry


class UserActivityViewSet(ListAction, StaffViewSet):
    """``/users/{id}/activity``: a person's time line, newest first."""

    resource_name = "user"
    schema_tag = "users"
    row_serializer = UserActivityRow
    permissions_required = {"list": "users:activity"}
    filter_fields = {
        "kind": ChoiceFilter(ActivityKind),
        "act": TextFilter(),
        "created_at": InstantFilter(main=True),
    }
    sort_fields = {"created_at": "id"}  # ids are in the order of time, and have the index

    def get_queryset(self) -> QuerySet[AuditEntry]:
        user_id = self.kwargs["id"]
        if not users_of_tenant().filter(pk=user_id).exists():
            raise self.not_found()
        return user_activity(user_id)


class UserNumbersView(ApiView):
    """``/users/stats``."""

    audience = STAFF
    permissions_required = {"get": "users:read"}

    @extend_schema(operation_id="users_stats", responses=UserNumbersAnswer, tags=["users"])
    def get(self, request: Request) -> ApiResponse:
        """Return how many colleagues and customers' log-ins there are of which sort."""
        return ApiResponse(user_numbers().as_dict())
