"""Roles, and the list of everything that they may allow."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers.users import PermissionAuditRow, PermissionRow, RoleInput, RoleRow
from accounts.models import Role
from accounts.selectors.permissions import permission_holders, permissions_by_role
from accounts.selectors.users import roles_of_tenant
from accounts.services.roles import role_create, role_delete, role_update
from ispplatform.core.api.filter_kinds import BooleanFilter, TextFilter
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.rows import read_rows
from ispplatform.core.api.views import STAFF, ApiView
from ispplatform.core.api.viewsets import (
    CreateAction,
    DestroyAction,
    Expected,
    ListAction,
    RetrieveAction,
    StaffViewSet,
    UpdateAction,
)
from ispplatform.core.permissions import Permission, declared_permissions


class RoleViewSet(
    ListAction, RetrieveAction, CreateAction, UpdateAction, DestroyAction, StaffViewSet
):
    """Roles of this company, the product's and its own."""

    resource_name = "role"
    row_serializer = RoleRow
    input_serializers = {"create": RoleInput, "update": RoleInput}
    permissions_required = {
        "list": "roles:read",
        "retrieve": "roles:read",
        "create": "roles:manage",
        "update": "roles:manage",
        "partial_update": "roles:manage",
        "destroy": "roles:manage",
    }
    filter_fields = {"code": TextFilter(), "is_seeded": BooleanFilter()}
    sort_fields = ("code", "name", "created_at", "updated_at")
    default_sort = "code"

    def get_queryset(self) -> QuerySet[Role]:
        return roles_of_tenant()

    def read_rows(self, queryset: QuerySet[Any], columns: Sequence[str]) -> Any:
        rows, marks = read_rows(self.row_serializer, queryset, columns)
        allowed = permissions_by_role()
        for row in rows:
            row["permissions"] = allowed.get(row["code"], [])
        return rows, marks

    def show(self, pk: UUID, **options: Any) -> Response:
        """Return the answer that shows one role, with what it allows today."""
        code = roles_of_tenant().filter(pk=pk).values_list("code", flat=True).first()
        allowed = permissions_by_role().get(code or "", [])
        return super().show(pk, extra={"permissions": allowed}, **options)

    def perform_create(self, values: dict[str, Any]) -> UUID:
        role = role_create(
            actor=self.actor,
            code=values.get("code") or "-".join(values["name"].lower().split())[:40],
            name=values["name"],
            description=values["description"],
            grants=values.get("permissions", ()),
        )
        return role.pk

    def perform_update(self, row: Role, values: dict[str, Any], expected: Expected) -> None:
        role_update(
            actor=self.actor,
            role=row,
            name=values.get("name"),
            description=values.get("description"),
            grants=values.get("permissions"),
            expected=expected,
        )

    def perform_destroy(self, row: Role, expected: Expected) -> None:
        role_delete(actor=self.actor, role=row)


class PermissionsView(ApiView):
    """``GET /permissions``."""

    audience = STAFF
    permissions_required = {"get": "roles:read"}

    @extend_schema(
        operation_id="permissions_list", responses=PermissionRow(many=True), tags=["permissions"]
    )
    def get(self, request: Request) -> ApiResponse:
        """Return everything that a role may allow."""
        return ApiResponse([_shown(permission) for permission in declared_permissions()])


class PermissionAuditView(ApiView):
    """``GET /permissions/audit``."""

    audience = STAFF
    permissions_required = {"get": "roles:manage"}

    @extend_schema(
        operation_id="permissions_audit",
        responses=PermissionAuditRow(many=True),
        tags=["permissions"],
    )
    def get(self, request: Request) -> ApiResponse:
        """Return for each permission the roles that allow it and the colleagues who hold it."""
        holders = permission_holders()
        return ApiResponse(
            [
                {
                    **_shown(permission),
                    "roles": holders[permission.code].roles,
                    "users": holders[permission.code].users,
                }
                for permission in declared_permissions()
            ]
        )


def _shown(permission: Permission) -> dict[str, str]:
    return {
        "code": permission.code,
        "description": permission.label,
        "resource": permission.resource,
        "action": permission.action,
    }
