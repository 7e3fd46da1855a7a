"""A lost second factor and a guarded log-in of somebody else, as staff see and mend them."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.api.serializers.factors import (
    FactorResetRow,
    IdentityInput,
    LiftedAnswer,
    LoginGuardRow,
    StopInput,
)
from accounts.errors import UserUnknown
from accounts.models import PortalAccount, User
from accounts.selectors.guards import guards_now, resets_of
from accounts.selectors.users import membership_of, users_of_tenant
from accounts.services.factor_resets import (
    colleague_factor_reset,
    factor_reset_ask,
    factor_reset_stop,
)
from accounts.services.guards import guard_lift
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.views import STAFF, ApiView

TAGS = ["users"]
MOST_SHOWN = 20


class PersonView(ApiView):
    """The base of doors to one person of the company."""

    audience = STAFF

    def person(self, id: UUID) -> User:
        """Return the person.

        Raises:
            UserUnknown: nobody of this company.
        """
        user = users_of_tenant().filter(pk=id).first()
        if user is None:
            raise UserUnknown("There is no such user.")
        return user


class FactorResetsView(PersonView):
    """``/users/{id}/2fa/resets``."""

    permissions_required = {"get": "users:read", "post": "users:read"}

    @extend_schema(
        operation_id="users_2fa_resets_list", responses=FactorResetRow(many=True), tags=TAGS
    )
    def get(self, request: Request, id: UUID) -> ApiResponse:
        """Return the latest removals of a customer's second factor, newest first."""
        return ApiResponse(FactorResetRow.rows(resets_of(self.person(id).pk)[:MOST_SHOWN]))

    @extend_schema(
        operation_id="users_2fa_reset",
        request=IdentityInput,
        responses=FactorResetRow(many=True),
        tags=TAGS,
    )
    def post(self, request: Request, id: UUID) -> ApiResponse:
        """Remove a lost second factor: a colleague's now, a customer's after a day.

        A colleague's needs `users:update` and all that the colleague may do, a customer's
        `portal_accounts:reset_factor`; of a customer everybody is told and may stop it.
        """
        values = self.body(IdentityInput)
        user = self.person(id)
        membership = membership_of(user)
        if membership is not None:
            colleague_factor_reset(actor=self.actor, membership=membership, **values)
        else:
            account = PortalAccount.objects.select_related("user").filter(user=user).first()
            if account is None:
                raise UserUnknown("There is no such user.")
            factor_reset_ask(actor=self.actor, tenant=request.tenant, account=account, **values)
        return ApiResponse(FactorResetRow.rows(resets_of(user.pk)[:MOST_SHOWN]))


class FactorResetStopView(PersonView):
    """``/users/{id}/2fa/resets/stop``."""

    permissions_required = {"post": "portal_accounts:reset_factor"}

    @extend_schema(
        operation_id="users_2fa_reset_stop",
        request=StopInput,
        responses=FactorResetRow(many=True),
        tags=TAGS,
    )
    def post(self, request: Request, id: UUID) -> ApiResponse:
        """Stop the removal that waits; the second factor stays."""
        values = self.body(StopInput)
        user = self.person(id)
        factor_reset_stop(actor=self.actor, user=user, note=values["note"])
        return ApiResponse(FactorResetRow.rows(resets_of(user.pk)[:MOST_SHOWN]))


class GuardsView(PersonView):
    """``/users/{id}/guards``."""

    permissions_required = {"get": "users:read"}

    @extend_schema(operation_id="users_guards_list", responses=LoginGuardRow(many=True), tags=TAGS)
    def get(self, request: Request, id: UUID) -> ApiResponse:
        """Return what guards a customer's log-in now, the longest first."""
        return ApiResponse(LoginGuardRow.rows(guards_now(self.person(id).pk)))


class GuardsLiftView(PersonView):
    """``/users/{id}/guards/lift``."""

    permissions_required = {"post": "portal_accounts:lift_guard"}

    @extend_schema(
        operation_id="users_guards_lift",
        request=IdentityInput,
        responses=LiftedAnswer,
        tags=TAGS,
    )
    def post(self, request: Request, id: UUID) -> ApiResponse:
        """Lift what guards a customer's log-in, once it is sure that it is the customer."""
        values = self.body(IdentityInput)
        note = f"{values['identity_check']}: {values['note']}"
        lifted = guard_lift(actor=self.actor, user=self.person(id), note=note)
        return ApiResponse({"lifted": lifted})
