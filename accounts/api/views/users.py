"""Colleagues (and, read-only, customers' log-ins) as staff see them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers.users import (
    TEXTS,
    EndAccessInput,
    EndedAccessAnswer,
    SessionRow,
    UserCreateInput,
    UserProfileInput,
    UserRolesInput,
    UserRow,
    UserStatusInput,
)
from accounts.api.views.leaving import EndAccessDoor, ended_told
from accounts.choices import MembershipStatus
from accounts.models import Membership, User
from accounts.rules.seeded_roles import ROLE_SYNONYMS
from accounts.selectors.principals import held_roles, staff_permissions
from accounts.selectors.users import (
    membership_of,
    role_codes_of,
    sessions_living,
    users_of_tenant,
    with_role,
)
from accounts.services.access_ends import END
from accounts.services.roles import membership_set_roles
from accounts.services.sessions import session_end, sessions_end, sessions_of_users
from accounts.services.users import (
    membership_set_status,
    user_create,
    user_send_password_link,
    user_update,
)
from ispplatform.core.api.filter_kinds import (
    AppliedFilter,
    BooleanFilter,
    ChoiceFilter,
    InstantFilter,
    TextFilter,
)
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.rows import read_rows
from ispplatform.core.api.viewsets import (
    CreateAction,
    Expected,
    ListAction,
    RetrieveAction,
    StaffViewSet,
    UpdateAction,
)

ENDED_BY_STAFF = "Ended by staff."


class UserViewSet(
    ListAction, RetrieveAction, CreateAction, UpdateAction, EndAccessDoor, StaffViewSet
):
    """People with a membership or a portal account in this company."""

    resource_name = "user"
    row_serializer = UserRow
    input_serializers = {
        "create": UserCreateInput,
        "update": UserProfileInput,
        "set_status": UserStatusInput,
        "roles": UserRolesInput,
    }
    permissions_required = {
        "list": "users:read",
        "retrieve": "users:read",
        "create": "users:create",
        "update": "users:update",
        "partial_update": "users:update",
        "set_status": "users:update",
        "destroy": END,
        "reset_password": "users:update",
        "roles": "roles:assign",
        "remove_role": "roles:assign",
        "permissions": "roles:read",
        "sessions": "sessions:manage",
        "end_sessions": "sessions:manage",
        "end_session": "sessions:manage",
    }
    filter_fields = {
        "status": ChoiceFilter(MembershipStatus),
        "active": BooleanFilter("is_enabled"),
        "is_active": BooleanFilter("is_enabled"),
        "role": AppliedFilter(with_role),
        "email": TextFilter(),
        "created_at": InstantFilter("date_joined", main=True),
        "updated_at": InstantFilter(),
    }
    sort_fields = {
        "created_at": "date_joined",
        "updated_at": "updated_at",
        "email": "email",
        "name": "last_name",
    }
    searchable = True

    def get_queryset(self) -> QuerySet[User]:
        return users_of_tenant()

    def search(self, queryset: QuerySet[User], text: str) -> QuerySet[User]:
        found = queryset.none()
        for name in ("email", "first_name", "last_name", "username"):
            found = found | queryset.filter(**{f"{name}__icontains": text})
        return found

    def read_rows(self, queryset: QuerySet[Any], columns: Sequence[str]) -> Any:
        rows, marks = read_rows(self.row_serializer, queryset, columns)
        codes = role_codes_of(row["id"] for row in rows)
        for row in rows:
            row["roles"] = codes.get(row["id"], [])
        return rows, marks

    def show(self, pk: UUID, **options: Any) -> Response:
        """Return the answer that shows one person, with their roles."""
        return super().show(pk, extra={"roles": role_codes_of([pk]).get(pk, [])}, **options)

    def perform_create(self, values: dict[str, Any]) -> UUID:
        preferences = values.pop("preferences", None)
        membership = user_create(
            actor=self.actor,
            tenant=self.request.tenant,
            email=values.pop("email"),
            password=values.pop("password", None),
            roles=values.pop("roles", ()),
            profile=values,
        )
        if preferences:
            user_update(
                actor=self.actor, membership=membership, changes={"preferences": preferences}
            )
        return membership.user_id

    def perform_update(self, row: User, values: dict[str, Any], expected: Expected) -> None:
        user_update(
            actor=self.actor, membership=self._membership(row), changes=values, expected=expected
        )

    @extend_schema(responses=UserRow)
    @action(detail=True, methods=["patch"], url_path="status")
    def set_status(self, request: Request, id: UUID) -> Response:
        """Suspend a colleague, or let them in again."""
        values = self.valid()
        membership_set_status(
            actor=self.actor,
            membership=self._membership(self.row()),
            status=values["status"],
            reason=values["reason"],
        )
        return self.show(id)

    @extend_schema(request=EndAccessInput, responses=EndedAccessAnswer)
    def destroy(self, request: Request, id: UUID) -> Response:
        """End a colleague's access in one act; the same as `POST .../end-access`."""
        return ApiResponse(ended_told(self.end(id)), message="The access has ended.")

    @extend_schema(request=None, responses=None)
    @action(detail=True, methods=["post"], url_path="reset-password")
    def reset_password(self, request: Request, id: UUID) -> Response:
        """Mail a colleague a link that sets a new password."""
        user_send_password_link(
            actor=self.actor,
            tenant=request.tenant,
            membership=self._membership(self.row()),
        )
        return ApiResponse(None, message="The mail is on its way.")

    @extend_schema(responses=UserRow)
    @action(detail=True, methods=["post"])
    def roles(self, request: Request, id: UUID) -> Response:
        """Give a colleague further roles."""
        membership = self._membership(self.row())
        codes = {role.code for role in held_roles(membership)}
        codes.update(self.valid()["roles"])
        membership_set_roles(actor=self.actor, membership=membership, codes=codes)
        return self.show(id)

    @extend_schema(operation_id="users_remove_role", responses=UserRow)
    @action(detail=True, methods=["delete"], url_path="roles/<slug:role>")
    def remove_role(self, request: Request, id: UUID, role: str) -> Response:
        """Take a role away from a colleague."""
        membership = self._membership(self.row())
        held = {one.code for one in held_roles(membership)}
        kept = held - {ROLE_SYNONYMS.get(role, role)}
        if kept == held:
            raise self.not_found()
        membership_set_roles(actor=self.actor, membership=membership, codes=kept)
        return self.show(id)

    @extend_schema(responses=OpenApiResponse(TEXTS))
    @action(detail=True, methods=["get"])
    def permissions(self, request: Request, id: UUID) -> Response:
        """Return what a colleague may do through their roles; ``*`` means everything."""
        membership = self._membership(self.row())
        return ApiResponse(sorted(staff_permissions(membership, held_roles(membership))))

    @extend_schema(responses=SessionRow(many=True))
    @action(detail=True, methods=["get"])
    def sessions(self, request: Request, id: UUID) -> Response:
        """Return the log-ins of a person that have not ended."""
        return ApiResponse(SessionRow.rows(sessions_living(self.row().pk)))

    @extend_schema(responses=None)
    @sessions.mapping.delete
    def end_sessions(self, request: Request, id: UUID) -> Response:
        """End every log-in of a person in this company, and what programs may do for them."""
        every = sessions_of_users([self.row().pk]).filter(viewer_id=None)
        ended = sessions_end(actor=self.actor, sessions=every, reason=ENDED_BY_STAFF)
        return ApiResponse({"ended": ended})

    @extend_schema(responses=None)
    @action(detail=True, methods=["delete"], url_path="sessions/<uuid:session_id>")
    def end_session(self, request: Request, id: UUID, session_id: UUID) -> Response:
        """End one log-in of a person."""
        session_end(
            actor=self.actor,
            user_id=self.row().pk,
            session_id=session_id,
            reason=ENDED_BY_STAFF,
        )
        return ApiResponse(None)

    def _membership(self, user: User) -> Membership:
        membership = membership_of(user)
        if membership is None:
            raise self.not_found()
        return membership
