"""A customer's second factor over the API; the rules are those of the pages."""

from django.utils.translation import gettext_noop as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.api.factor_doors import FactorDoor
from accounts.api.serializers.factors import (
    FactorProofInput,
    FactorStateAnswer,
    FactorTurnOnInput,
    RecoveryCodesAnswer,
    TotpSetupAnswer,
)
from accounts.api.views.portal import AccountView
from accounts.selectors.second_factors import factor_state
from accounts.services.fresh_proofs import password_prove
from accounts.services.second_factors import (
    totp_activate,
    totp_deactivate,
)
from ispplatform.core.api.responses import ApiResponse

_POST = frozenset({"post"})
TAGS = ["portal account"]


class FactorStateView(AccountView):
    """``GET /account/2fa``."""

    permissions_required = {"get": "own_profile:read"}

    @extend_schema(operation_id="portal_2fa_get", responses=FactorStateAnswer, tags=TAGS)
    def get(self, request: Request) -> ApiResponse:
        """Return what the log-in asks for beside the password."""
        state = factor_state(self.request._request.session_entry.user_id)
        return ApiResponse(
            {
                "enabled": state.is_on,
                "methods": list(state.methods),
                "authenticator_app": state.has_app,
                "recovery_codes_left": state.codes_left,
            }
        )


class FactorView(FactorDoor, AccountView):
    """The base of what changes a second factor."""

    permissions_required = {"post": "own_profile:update"}
    throttle_scope = "portal_auth"


class FactorEnableView(FactorView):
    """``POST /account/2fa/enable``."""

    @extend_schema(
        operation_id="portal_2fa_enable", request=None, responses=TotpSetupAnswer, tags=TAGS
    )
    def post(self, request: Request) -> ApiResponse:
        """Return a secret for an authenticator app; nothing changes before it is verified."""
        return self.app_offered()


class FactorVerifyView(FactorView):
    """``POST /account/2fa/verify``."""

    @extend_schema(
        operation_id="portal_2fa_verify",
        request=FactorTurnOnInput,
        responses=RecoveryCodesAnswer,
        tags=TAGS,
    )
    def post(self, request: Request) -> ApiResponse:
        """Switch the second factor on by the app's first code and the password.

        Returns the recovery codes, this once. Every other log-in of the person ends.
        """
        values = self.body(FactorTurnOnInput)
        user = self.person()
        password_prove(
            actor=self.actor,
            tenant=self.request.tenant,
            user=user,
            password=values["password"],
            field="password",
        )
        codes = totp_activate(
            actor=self.actor, user=user, session_id=self.entry.session_id, code=values["code"]
        )
        return ApiResponse({"recovery_codes": codes})


class FactorDisableView(FactorView):
    """``POST /account/2fa/disable``."""

    @extend_schema(
        operation_id="portal_2fa_disable", request=FactorProofInput, responses=None, tags=TAGS
    )
    def post(self, request: Request) -> ApiResponse:
        """Remove the authenticator app, after password and code."""
        totp_deactivate(actor=self.actor, user=self.proved_person(), reason="own wish")
        return ApiResponse(None, message=_("The authenticator app is removed."))


class RecoveryCodesView(FactorView):
    """``POST /account/2fa/recovery-codes``."""

    @extend_schema(
        operation_id="portal_2fa_recovery_codes",
        request=FactorProofInput,
        responses=RecoveryCodesAnswer,
        tags=TAGS,
    )
    def post(self, request: Request) -> ApiResponse:
        """Replace the recovery codes, after password and code."""
        return self.codes_renewed()
