"""Log-in, refresh and log-out of staff, and passwords that were forgotten."""

from django.utils.translation import gettext_noop as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts.api.answers import device_of, named_tenant, staff_shown, token_answer
from accounts.api.authentication import presented_credential
from accounts.api.serializers.activity import EmailProvedAnswer
from accounts.api.serializers.auth import (
    ForgotInput,
    PasswordInput,
    PasswordVerdict,
    RefreshInput,
    ResetInput,
    StaffLogInInput,
    StaffTokenAnswer,
    VerifyEmailInput,
)
from accounts.api.serializers.users import TEXTS
from accounts.choices import SessionChannel, SessionKind
from accounts.errors import AuthenticationRequired
from accounts.models import Session, User
from accounts.rules.passwords import password_report
from accounts.selectors.principals import SessionEntry
from accounts.services.email_codes import email_code_check, email_link_check
from accounts.services.logins import staff_log_in
from accounts.services.passwords import password_forgot, password_reset
from accounts.services.sessions import sessions_end
from accounts.services.token_pairs import (
    TokenPair,
    session_of_refresh_token,
    token_pair,
    token_refresh,
)
from accounts.tokens.encoding import text_digest
from ispplatform.core.actors import Actor
from ispplatform.core.api.permissions import LOGGED_IN, PUBLIC
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.views import ApiView
from ispplatform.core.errors import NotFound
from ispplatform.core.middleware.addresses import address_group, client_address
from ispplatform.core.tenancy.context import tenant_context

_POST = frozenset({"post"})
MAIL_SENT = _("If this account exists, a mail with a link is on its way.")


class CredentialView(ApiView):
    """A door where a credential is shown that no authenticator knows."""

    authentication_classes = ()
    permissions_required = {"post": PUBLIC}
    throttle_scope = "auth"
    own_transactions = _POST
    secret_answers = _POST


class LogInView(CredentialView):
    """``POST /auth/login``."""

    @extend_schema(
        operation_id="auth_login",
        request=StaffLogInInput,
        responses=StaffTokenAnswer,
        tags=["auth"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Log a colleague in and return a token pair."""
        values = self.body(StaffLogInInput)
        tenant, is_named = named_tenant(request, values["tenant_id"])
        logged_in = staff_log_in(
            email=values["email"],
            password=values["password"],
            code=values["code"],
            device=device_of(request._request, values["device_fingerprint"]),
            channel=SessionChannel.API,
            tenant=tenant,
            is_tenant_named=is_named,
        )
        entry = logged_in.entry
        return token_answer(
            token_pair(entry=entry), staff_shown(entry, logged_in.user), "Login successful"
        )


class RefreshingView(CredentialView):
    """The part of a refresh that both sides share; each session has 60 a minute."""

    throttle_scope = "session"
    side: SessionKind

    def throttle_identity(self, request: Request) -> str:
        """Return what the limit counts: the token of the header, else the address."""
        shown = presented_credential(request._request)
        return text_digest(shown) if shown else address_group(client_address(request._request))

    def refreshed(self) -> tuple[TokenPair, SessionEntry]:
        """Exchange the token of the body, or of the header."""
        text = self.body(RefreshInput)["refresh_token"]
        text = text or presented_credential(self.request._request) or ""
        return token_refresh(refresh_token=text, kind=self.side)


class RefreshView(RefreshingView):
    """``POST /auth/refresh``."""

    side = SessionKind.STAFF

    @extend_schema(
        operation_id="auth_refresh", request=RefreshInput, responses=StaffTokenAnswer, tags=["auth"]
    )
    def post(self, request: Request) -> ApiResponse:
        """Exchange a refresh token, from the body or the header, for a new pair."""
        pair, entry = self.refreshed()
        user = User.objects.get(pk=entry.user_id)
        return token_answer(pair, staff_shown(entry, user), "Token refreshed")


class LogOutView(ApiView):
    """``POST /auth/logout``, of either side."""

    permissions_required = {"post": LOGGED_IN}
    throttle_scope = "session"
    own_transactions = _POST

    @extend_schema(operation_id="auth_logout", request=RefreshInput, responses=None, tags=["auth"])
    def post(self, request: Request) -> ApiResponse:
        """End the log-in: its access and refresh tokens are worthless within a second."""
        log_out(self, request)
        return ApiResponse(None, message=_("Logged out"))


class ForgotView(CredentialView):
    """``POST /auth/password/forgot``."""

    is_portal = False

    @extend_schema(
        operation_id="auth_password_forgot", request=ForgotInput, responses=None, tags=["auth"]
    )
    def post(self, request: Request) -> ApiResponse:
        """Mail a link that sets a new password; the answer is the same for unknown addresses."""
        tenant, _named = named_tenant(request, "")
        if tenant is None:
            raise NotFound("No company answers at this address: send X-Tenant-ID.")
        values = self.body(ForgotInput)
        with tenant_context(tenant.pk):
            password_forgot(tenant=tenant, identifier=values["email"], portal=self.is_portal)
        return ApiResponse(None, message=MAIL_SENT)


class ResetView(CredentialView):
    """``POST /auth/password/reset``."""

    @extend_schema(
        operation_id="auth_password_reset", request=ResetInput, responses=None, tags=["auth"]
    )
    def post(self, request: Request) -> ApiResponse:
        """Set a new password by a mailed token; every log-in of the person ends."""
        values = self.body(ResetInput)
        password_reset(token=values["token"], new=values["new_password"])
        return ApiResponse(None, message=_("The new password is set. Log in with it."))


class EmailProofView(CredentialView):
    """``POST /users/verify-email``."""

    @extend_schema(
        operation_id="users_verify_email",
        request=VerifyEmailInput,
        responses=EmailProvedAnswer,
        tags=["auth"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Prove an address by the mailed code or link, whichever it was mailed for.

        Nobody is logged in by it: a sign-up that wants tokens uses the portal's `verify-email`.
        """
        values = self.body(VerifyEmailInput)
        if values["token"]:
            row = email_link_check(token=values["token"])
        else:
            tenant, _named = named_tenant(request, "")
            if tenant is None:
                raise NotFound("No company answers at this address: send X-Tenant-ID.")
            with tenant_context(tenant.pk):
                row = email_code_check(
                    actor=Actor.anonymous(),
                    tenant=tenant,
                    email_code_id=values["verification_id"],
                    code=values["code"],
                )
        user = User.objects.get(pk=row.user_id)
        return ApiResponse({"email": user.email, "verified_at": user.email_verified_at})


class PasswordCheckView(CredentialView):
    """``POST /auth/password/validate``."""

    @extend_schema(
        operation_id="auth_password_validate",
        request=PasswordInput,
        responses=PasswordVerdict,
        tags=["auth"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Judge a password without setting it."""
        report = password_report(self.body(PasswordInput)["password"])
        return ApiResponse(
            {
                "valid": report.is_valid,
                "score": report.score,
                "problems": list(report.problems),
                "suggestions": list(report.suggestions),
            }
        )


class OwnPermissionsView(ApiView):
    """``GET /auth/permissions``."""

    permissions_required = {"get": LOGGED_IN}

    @extend_schema(
        operation_id="auth_permissions",
        responses=OpenApiResponse(TEXTS),
        tags=["auth"],
    )
    def get(self, request: Request) -> ApiResponse:
        """Return what the caller may do; ``*`` means everything."""
        return ApiResponse(sorted(self.actor.permissions))


def log_out(view: ApiView, request: Request) -> None:
    """End the session behind the access token and, where one is sent, the refresh token.

    Raises:
        AuthenticationRequired: an API key has no session to end.
    """
    values = view.body(RefreshInput)
    actor = view.actor
    if actor.session_id is None:
        raise AuthenticationRequired("API keys have no log-in to end: revoke the key.")
    keys = {actor.session_id}
    named = session_of_refresh_token(refresh_token=values["refresh_token"])
    mine = request._request.session_entry
    if named is not None and named.user_id == mine.user_id and named.tenant_id == mine.tenant_id:
        keys.add(named.session_id)
    sessions_end(actor=actor, sessions=Session.objects.filter(pk__in=keys), reason="Logged out.")
