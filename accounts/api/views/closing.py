"""People close their own log-in over either interface, and come back."""

from typing import Any

from django.utils.translation import gettext_noop as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from accounts.api.answers import named_tenant
from accounts.api.serializers.closing import CloseInput, ReactivateInput
from accounts.api.views.auth import CredentialView
from accounts.api.views.me import OwnView, ProfileDoor
from accounts.api.views.portal import AccountView
from accounts.choices import LoginClosing
from accounts.models import User
from accounts.services.closing import login_close, login_return, return_ask
from accounts.services.fresh_proofs import identity_prove
from ispplatform.core.api.permissions import LOGGED_IN
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.errors import InvalidInput, NotFound
from ispplatform.core.tenancy.context import tenant_context

CLOSED = _("Your log-in is closed.")
ASKED = _("If this is a closed log-in and its password, a mail with a link is on its way.")
OPEN = _("Your log-in is open again. Log in.")
_POST = frozenset({"post"})
MODES = [LoginClosing.SOFT.value, LoginClosing.HARD.value]
MODE = OpenApiParameter(
    "mode",
    OpenApiTypes.STR,
    enum=MODES,
    description="soft: may be taken back for some weeks; hard, as without it: at once.",
)


def close(view: Any, user: User, how: LoginClosing) -> ApiResponse:
    """Close the caller's log-in after password and code."""
    values = view.body(CloseInput)
    tenant = view.request.tenant
    identity_prove(actor=view.actor, tenant=tenant, user=user, **values)
    login_close(actor=view.actor, tenant=tenant, user=user, how=how)
    return ApiResponse(None, message=CLOSED)


def mode_of(request: Request) -> LoginClosing:
    """Return how a deletion is meant; at once where nothing is said.

    Raises:
        InvalidInput: neither soft nor hard.
    """
    mode = request.query_params.get("mode", LoginClosing.HARD.value)
    if mode not in MODES:
        raise InvalidInput("Say soft or hard.", field="mode")
    return LoginClosing(mode)


class DeactivateView(OwnView):
    """``/users/me/deactivate``."""

    permissions_required = {"post": LOGGED_IN}
    throttle_scope = "auth"
    own_transactions = _POST

    @extend_schema(
        operation_id="users_me_deactivate",
        request=CloseInput,
        responses=None,
        tags=["own account"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Close the own log-in until its owner comes back; everything is kept."""
        return close(self, self.person(), LoginClosing.PAUSE)


class ReactivateView(CredentialView):
    """``/users/me/reactivate``."""

    @extend_schema(
        operation_id="users_me_reactivate",
        request=ReactivateInput,
        responses=None,
        tags=["own account"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Ask by address and password for a link by mail; its token opens the log-in again."""
        values = self.body(ReactivateInput)
        if values["token"]:
            login_return(token=values["token"])
            return ApiResponse(None, message=OPEN)
        tenant, _named = named_tenant(request, "")
        if tenant is None:
            raise NotFound("No company answers at this address: send X-Tenant-ID.")
        with tenant_context(tenant.pk):
            return_ask(tenant=tenant, email=values["email"], password=values["password"])
        return ApiResponse(None, message=ASKED)


class PortalReactivateView(ReactivateView):
    """``/auth/reactivate`` of the portal."""

    throttle_scope = "portal_auth"

    @extend_schema(
        operation_id="portal_auth_reactivate",
        request=ReactivateInput,
        responses=None,
        tags=["portal auth"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Ask by address and password for a link by mail; its token opens the log-in again."""
        return super().post(request)


class PortalDeactivateView(AccountView):
    """``/account/deactivate`` of the portal."""

    permissions_required = {"post": "own_profile:update"}
    throttle_scope = "portal_auth"
    own_transactions = _POST

    @extend_schema(
        operation_id="portal_account_deactivate",
        request=CloseInput,
        responses=None,
        tags=["portal account"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Close the own log-in until its owner comes back; everything is kept."""
        return close(self, self.person(), LoginClosing.PAUSE)


class PortalAccountView(AccountView):
    """``/account`` of the portal."""

    permissions_required = {"delete": "own_profile:update"}
    throttle_scope = "portal_auth"

    @extend_schema(
        operation_id="portal_account_delete",
        request=CloseInput,
        responses=None,
        parameters=[MODE],
        tags=["portal account"],
    )
    def delete(self, request: Request) -> ApiResponse:
        """Delete the own log-in; invoices, payments and the trail stay, without its name."""
        return close(self, self.person(), mode_of(request))


class MeView(ProfileDoor):
    """``/users/me``."""

    permissions_required = {**ProfileDoor.permissions_required, "delete": LOGGED_IN}
    throttle_scope = {"delete": "auth"}

    @extend_schema(
        operation_id="users_me_delete",
        request=CloseInput,
        responses=None,
        parameters=[MODE],
        tags=["own account"],
    )
    def delete(self, request: Request) -> ApiResponse:
        """Delete the own log-in; money and the trail stay, without a customer's name."""
        return close(self, self.person(), mode_of(request))
