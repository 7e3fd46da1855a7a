"""Invitations to work here."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers.invitations import (
    AcceptedAnswer,
    AcceptInput,
    InvitationInput,
    InvitationRow,
)
from accounts.api.views.auth import CredentialView
from accounts.choices import InvitationStatus
from accounts.models import StaffInvitation
from accounts.selectors.invitations import invitations
from accounts.selectors.principals import held_roles
from accounts.services.invitations import (
    invitation_accept,
    invitation_cancel,
    invitation_create,
    invitation_send_again,
)
from ispplatform.core.api.filter_kinds import ChoiceFilter, InstantFilter, TextFilter
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.viewsets import (
    CreateAction,
    DestroyAction,
    Expected,
    ListAction,
    RetrieveAction,
    StaffViewSet,
)
from ispplatform.core.tenancy.context import tenant_context


class InvitationViewSet(ListAction, RetrieveAction, CreateAction, DestroyAction, StaffViewSet):
    """Who was invited to work here; without ``status`` those whose link still works."""

    resource_name = "invitation"
    row_serializer = InvitationRow
    input_serializers = {"create": InvitationInput}
    permissions_required = {
        "list": "users:read",
        "retrieve": "users:read",
        "create": "users:create",
        "destroy": "users:create",
        "resend": "users:create",
    }
    filter_fields = {
        "status": ChoiceFilter(InvitationStatus),
        "email": TextFilter(),
        "created_at": InstantFilter(main=True),
        "updated_at": InstantFilter(),
    }
    sort_fields = {
        "created_at": "id",  # ids are in the order of time, and have the index
        "updated_at": "updated_at",
        "email": "email",
        "expires_at": "expires_at",
    }

    def get_queryset(self) -> QuerySet[StaffInvitation]:
        return invitations()

    def filtered(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return what the request asks for; of one that names no status those that are open."""
        found = super().filtered(queryset)
        names = self.request.query_params
        if any(name == "status" or name.startswith("filter[status]") for name in names):
            return found
        return found.filter(status=InvitationStatus.OPEN)

    def perform_create(self, values: dict[str, Any]) -> UUID:
        row = invitation_create(actor=self.actor, tenant=self.request.tenant, **values)
        return row.pk

    def perform_destroy(self, row: StaffInvitation, expected: Expected) -> None:
        invitation_cancel(actor=self.actor, invitation_id=row.pk)

    @extend_schema(request=None, responses=InvitationRow)
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, id: UUID) -> Response:
        """Mail a new link; those mailed before open nothing any more."""
        invitation_send_again(actor=self.actor, tenant=request.tenant, invitation_id=self.row().pk)
        return self.show(id, message="The mail is on its way once more.")


class InvitationAcceptView(CredentialView):
    """``POST /users/invitations/accept``."""

    @extend_schema(
        operation_id="users_invitation_accept",
        request=AcceptInput,
        responses=AcceptedAnswer,
        tags=["auth"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Become a colleague by a mailed link; the log-in asks for a second factor.

        Who has a log-in with this address already sends its password and keeps it.
        """
        membership = invitation_accept(**self.body(AcceptInput))
        with tenant_context(membership.tenant_id):
            roles = [role.code for role in held_roles(membership)]
        shown = {"user_id": membership.user_id, "email": membership.user.email, "roles": roles}
        return ApiResponse(shown, message="You are in. Log in with your password.")
