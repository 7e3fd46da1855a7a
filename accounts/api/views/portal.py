"""The customers' doors: sign-up, log-in, account."""

from uuid import UUID

from django.utils.translation import gettext_noop as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.api.answers import device_of, portal_shown, token_answer
from accounts.api.serializers.auth import (
    ChangePasswordInput,
    ForgotInput,
    PortalLogInInput,
    PortalTokenAnswer,
    RefreshInput,
    ResendCodeInput,
    ResetInput,
    SignUpInput,
    VerificationAnswer,
    VerifyEmailInput,
)
from accounts.api.serializers.oauth import ApplicationRow, OwnApplicationsAnswer
from accounts.api.serializers.portal import PortalProfile, PortalProfileInput
from accounts.api.serializers.users import EmailChangeInput, OwnSessionsAnswer, SessionRow
from accounts.api.views.auth import CredentialView, ForgotView, RefreshingView, ResetView, log_out
from accounts.choices import EmailCodePurpose, SessionChannel, SessionKind
from accounts.models import EmailCode, User
from accounts.selectors.portal_accounts import portal_profile
from accounts.selectors.users import applications_of, sessions_living
from accounts.services.email_codes import email_code_check, email_code_resend, email_link_check
from accounts.services.logins import portal_enter_by_proof, portal_log_in
from accounts.services.oauth_grants import application_end
from accounts.services.passwords import password_change
from accounts.services.portal_accounts import SignUp, portal_sign_up
from accounts.services.sessions import session_end, sessions_end
from accounts.services.token_pairs import token_pair
from accounts.services.users import email_change_start, profile_update
from ispplatform.core.actors import Actor
from ispplatform.core.api.permissions import CUSTOMER
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.views import PORTAL, ApiView
from ispplatform.core.errors import InsufficientScope
from ispplatform.core.tenancy.context import tenant_context

_POST = frozenset({"post"})


class PortalCredentialView(CredentialView):
    """A customers' door where no token is needed."""

    throttle_scope = "portal_auth"


class PortalLogInView(PortalCredentialView):
    """``POST /auth/login``."""

    @extend_schema(
        operation_id="portal_auth_login",
        request=PortalLogInInput,
        responses=PortalTokenAnswer,
        tags=["portal auth"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Log a customer in, by portal ID or e-mail address, and return a token pair.

        Where a second factor is set up this takes two steps. The first, with name and password,
        answers 428 `TWO_FACTOR_REQUIRED` with the possible `methods` in its details. The second
        repeats the request with `two_factor_code`: the six digits that the authenticator app
        shows, or a recovery code. A code is good once. A wrong one is answered 401
        `TWO_FACTOR_INVALID` and counts as a failed log-in; five of those in a row lock the
        account for a while, 423 `ACCOUNT_LOCKED`.
        """
        values = self.body(PortalLogInInput)
        entry = portal_log_in(
            tenant=request.tenant,
            name=values["portal_id"],
            password=values["password"],
            code=values["two_factor_code"],
            device=device_of(request._request, values["device_fingerprint"]),
            channel=SessionChannel.API,
            is_remembered=values["remember_me"],
        ).entry
        return token_answer(token_pair(entry=entry), portal_shown(entry), "Login successful")


class PortalRefreshView(RefreshingView):
    """``POST /auth/refresh``."""

    side = SessionKind.PORTAL

    @extend_schema(
        operation_id="portal_auth_refresh",
        request=RefreshInput,
        responses=PortalTokenAnswer,
        tags=["portal auth"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Exchange a refresh token, from the body or the header, for a new pair."""
        pair, entry = self.refreshed()
        return token_answer(pair, portal_shown(entry), "Token refreshed")


class PortalLogOutView(ApiView):
    """``POST /auth/logout``."""

    audience = PORTAL
    permissions_required = {"post": CUSTOMER}
    throttle_scope = "session"
    own_transactions = _POST

    @extend_schema(
        operation_id="portal_auth_logout",
        request=RefreshInput,
        responses=None,
        tags=["portal auth"],
    )
    def post(self, request: Request) -> ApiResponse:
        """End the log-in: its access and refresh tokens are worthless within a second."""
        log_out(self, request)
        return ApiResponse(None, message=_("Logged out"))


class SignUpView(PortalCredentialView):
    """``POST /auth/register``."""

    @extend_schema(
        operation_id="portal_auth_register",
        request=SignUpInput,
        responses={202: VerificationAnswer},
        tags=["portal auth"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Sign up; a code is mailed. The answer is the same for addresses that are known."""
        row = portal_sign_up(
            tenant=request.tenant,
            sign_up=SignUp(**self.body(SignUpInput)),
        )
        return _verification(row)


class VerifyEmailView(PortalCredentialView):
    """``POST /auth/verify-email``."""

    @extend_schema(
        operation_id="portal_auth_verify_email",
        request=VerifyEmailInput,
        responses=PortalTokenAnswer,
        tags=["portal auth"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Confirm an address by code or link; a new account is logged in at once."""
        values = self.body(VerifyEmailInput)
        tenant = request.tenant
        if values["token"]:
            row = email_link_check(token=values["token"])
        else:
            row = email_code_check(
                actor=Actor.anonymous(),
                tenant=tenant,
                email_code_id=values["verification_id"],
                code=values["code"],
                purpose=EmailCodePurpose.SIGN_UP,
            )
        entry = None
        with tenant_context(row.tenant_id):
            if row.portal_account is not None:
                entry = portal_enter_by_proof(
                    code=row, device=device_of(request._request), channel=SessionChannel.API
                )
        if entry is None:
            return ApiResponse(None, message=_("The address is confirmed. Log in now."))
        return token_answer(token_pair(entry=entry), portal_shown(entry), "Address confirmed")


class ResendCodeView(PortalCredentialView):
    """``POST /auth/verify-email/resend``."""

    @extend_schema(
        operation_id="portal_auth_resend_code",
        request=ResendCodeInput,
        responses={202: VerificationAnswer},
        tags=["portal auth"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Mail the code again, at most five times in all."""
        row = email_code_resend(
            tenant=request.tenant,
            email_code_id=self.body(ResendCodeInput)["verification_id"],
        )
        return _verification(row)


class PortalForgotView(ForgotView):
    """``POST /auth/password/forgot``."""

    throttle_scope = "portal_auth"
    is_portal = True

    @extend_schema(
        operation_id="portal_auth_password_forgot",
        request=ForgotInput,
        responses=None,
        tags=["portal auth"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Mail a link that sets a new password; the answer is the same for unknown names."""
        return super().post(request)


class PortalResetView(ResetView):
    """``POST /auth/password/reset``."""

    throttle_scope = "portal_auth"

    @extend_schema(
        operation_id="portal_auth_password_reset",
        request=ResetInput,
        responses=None,
        tags=["portal auth"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Set a new password by a mailed token; every log-in of the person ends."""
        return super().post(request)


class AccountView(ApiView):
    """The base of what customers do with their own log-in.

    Attributes:
        for_programs: whether a program may do it for them, within its scopes. Whatever lets
            somebody in is for the person alone.
    """

    audience = PORTAL
    for_programs = False

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if self.actor.client_id and not self.for_programs:
            raise InsufficientScope("A program does not look after the account of its person.")

    def person(self) -> User:
        """Return the person who is logged in."""
        entry = self.request._request.session_entry
        return User.objects.get(pk=entry.user_id)


class ProfileView(AccountView):
    """``GET`` and ``PUT /account/profile``."""

    permissions_required = {"get": "own_profile:read", "put": "own_profile:update"}
    for_programs = True

    @extend_schema(
        operation_id="portal_profile_get", responses=PortalProfile, tags=["portal account"]
    )
    def get(self, request: Request) -> ApiResponse:
        """Return the profile and settings of the log-in."""
        return ApiResponse(portal_profile(UUID(self.actor.id)))

    @extend_schema(
        operation_id="portal_profile_update",
        request=PortalProfileInput,
        responses=PortalProfile,
        tags=["portal account"],
    )
    def put(self, request: Request) -> ApiResponse:
        """Change what the body names."""
        changes = self.body(PortalProfileInput)
        if changes:
            profile_update(actor=self.actor, user=self.person(), changes=changes)
        return ApiResponse(portal_profile(UUID(self.actor.id)))


class ChangePasswordView(AccountView):
    """``POST /account/change-password``."""

    permissions_required = {"post": "own_profile:update"}
    throttle_scope = "portal_auth"
    own_transactions = _POST

    @extend_schema(
        operation_id="portal_change_password",
        request=ChangePasswordInput,
        responses=None,
        tags=["portal account"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Set a new password; every other log-in ends."""
        values = self.body(ChangePasswordInput)
        password_change(
            actor=self.actor,
            user=self.person(),
            current=values["current_password"],
            new=values["new_password"],
        )
        return ApiResponse(None, message=_("The new password is set."))


class ChangeEmailView(AccountView):
    """``POST /account/email``."""

    permissions_required = {"post": "own_profile:update"}
    throttle_scope = "portal_auth"
    own_transactions = _POST

    @extend_schema(
        operation_id="portal_change_email",
        request=EmailChangeInput,
        responses={202: VerificationAnswer},
        tags=["portal account"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Mail a code to a new address; the address changes when the code comes back."""
        values = self.body(EmailChangeInput)
        row = email_change_start(
            actor=self.actor,
            tenant=request.tenant,
            user=self.person(),
            **values,
        )
        return _verification(row)


class ConfirmEmailView(AccountView):
    """``POST /account/email/confirm``."""

    permissions_required = {"post": "own_profile:update"}
    throttle_scope = "portal_auth"
    own_transactions = _POST

    @extend_schema(
        operation_id="portal_confirm_email",
        request=VerifyEmailInput,
        responses=PortalProfile,
        tags=["portal account"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Prove the new address by the mailed code."""
        values = self.body(VerifyEmailInput)
        if values["token"]:
            email_link_check(token=values["token"])
        else:
            email_code_check(
                actor=self.actor,
                tenant=request.tenant,
                email_code_id=values["verification_id"],
                code=values["code"],
                purpose=EmailCodePurpose.EMAIL_CHANGE,
            )
        return ApiResponse(portal_profile(UUID(self.actor.id)))


class OwnSessionsView(AccountView):
    """``GET`` and ``DELETE /account/sessions``."""

    permissions_required = {"get": "own_sessions:manage", "delete": "own_sessions:manage"}
    for_programs = True

    @extend_schema(
        operation_id="portal_sessions_list",
        responses=OwnSessionsAnswer,
        tags=["portal account"],
    )
    def get(self, request: Request) -> ApiResponse:
        """Return the log-ins of this person that have not ended."""
        rows = SessionRow.rows(sessions_living(self.person().pk))
        for row in rows:
            row["is_current"] = row["id"] == self.actor.session_id
        return ApiResponse({"sessions": rows, "total": len(rows)})

    @extend_schema(operation_id="portal_sessions_end", responses=None, tags=["portal account"])
    def delete(self, request: Request) -> ApiResponse:
        """End every other log-in of this person."""
        entry = self.request._request.session_entry
        others = sessions_living(entry.user_id).exclude(pk=entry.session_id)
        ended = sessions_end(actor=self.actor, sessions=others, reason="Ended by yourself.")
        return ApiResponse({"ended": ended})


class OwnApplicationsView(AccountView):
    """``GET /account/applications``."""

    permissions_required = {"get": "own_sessions:manage"}

    @extend_schema(
        operation_id="portal_applications",
        responses=OwnApplicationsAnswer,
        tags=["portal account"],
    )
    def get(self, request: Request) -> ApiResponse:
        """Return the programs that this person lets act."""
        rows = ApplicationRow.rows(applications_of(self.person().pk))
        return ApiResponse({"applications": rows, "total": len(rows)})


class OwnApplicationView(AccountView):
    """``DELETE /account/applications/{id}``."""

    permissions_required = {"delete": "own_sessions:manage"}

    @extend_schema(operation_id="portal_application_end", responses=None, tags=["portal account"])
    def delete(self, request: Request, id: UUID) -> ApiResponse:
        """Take back what this person let a program do."""
        application_end(actor=self.actor, user_id=self.person().pk, session_id=id)
        return ApiResponse(None)


class OwnSessionView(AccountView):
    """``DELETE /account/sessions/{id}``."""

    permissions_required = {"delete": "own_sessions:manage"}
    for_programs = True

    @extend_schema(operation_id="portal_session_end", responses=None, tags=["portal account"])
    def delete(self, request: Request, id: UUID) -> ApiResponse:
        """End one log-in of this person."""
        session_end(
            actor=self.actor,
            user_id=self.person().pk,
            session_id=id,
            reason="Ended by yourself.",
        )
        return ApiResponse(None)


def _verification(row: EmailCode) -> ApiResponse:
    return ApiResponse(
        {"verification_id": row.pk, "expires_at": row.expires_at},
        202,
        message=_("We have sent a code to this address."),
    )
