"""What colleagues do with their own account."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.api.factor_doors import FactorDoor
from accounts.api.serializers.auth import (
    ChangePasswordInput,
    VerificationAnswer,
    VerifyEmailInput,
)
from accounts.api.serializers.factors import (
    FactorCodeInput,
    FactorProofInput,
    RecoveryCodesAnswer,
    TotpSetupAnswer,
)
from accounts.api.serializers.oauth import ApplicationRow
from accounts.api.serializers.users import (
    EmailChangeInput,
    OwnProfileInput,
    OwnUserRow,
    PreferencesInput,
    SessionRow,
)
from accounts.choices import EmailCodePurpose
from accounts.models import User
from accounts.selectors.principals import SessionEntry
from accounts.selectors.users import applications_of, sessions_living, users_of_tenant
from accounts.services.email_codes import email_code_check
from accounts.services.oauth_grants import application_end
from accounts.services.passwords import password_change
from accounts.services.second_factors import (
    totp_activate,
    totp_deactivate,
)
from accounts.services.sessions import session_end, sessions_end
from accounts.services.users import email_change_start, email_proof_start, profile_update
from ispplatform.core.api.permissions import LOGGED_IN
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.versions import expected_version
from ispplatform.core.api.views import STAFF, ApiView
from ispplatform.core.errors import InsufficientScope, NotPermitted

_POST = frozenset({"post"})
TAGS = ["own account"]


class OwnView(ApiView):
    """The base: a person is logged in, not a program."""

    audience = STAFF

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if request._request.session_entry is None:
            raise NotPermitted("A program has no account of its own.")
        if self.actor.client_id:
            raise InsufficientScope("A program does not look after the account of its person.")

    @property
    def entry(self) -> SessionEntry:
        """The session at hand."""
        entry: SessionEntry = self.request._request.session_entry
        return entry

    def person(self) -> User:
        """Return the person who is logged in."""
        return User.objects.get(pk=self.entry.user_id)

    def shown(self) -> dict[str, Any]:
        """Return the caller's own row."""
        entry = self.entry
        people = users_of_tenant() if entry.account_id else User.objects.none()
        rows = OwnUserRow.rows(people.filter(pk=entry.user_id))
        if not rows:
            raise NotPermitted("The installation's operator has no account in this company.")
        permissions = sorted(entry.permissions)
        return {**rows[0], "roles": list(entry.roles), "permissions": permissions}


class ProfileDoor(OwnView):
    """The base of ``/users/me``: reading and changing."""

    permissions_required = {"get": LOGGED_IN, "put": LOGGED_IN, "patch": LOGGED_IN}

    @extend_schema(operation_id="users_me_get", responses=OwnUserRow, tags=TAGS)
    def get(self, request: Request) -> ApiResponse:
        """Return the caller's own account."""
        return ApiResponse(self.shown())

    @extend_schema(
        operation_id="users_me_update", request=OwnProfileInput, responses=OwnUserRow, tags=TAGS
    )
    def put(self, request: Request) -> ApiResponse:
        """Change what the body names."""
        changes = self.body(OwnProfileInput)
        if changes:
            profile_update(
                actor=self.actor,
                user=self.person(),
                changes=changes,
                expected=expected_version(request.headers, request.data),
            )
        return ApiResponse(self.shown())

    @extend_schema(
        operation_id="users_me_patch", request=OwnProfileInput, responses=OwnUserRow, tags=TAGS
    )
    def patch(self, request: Request) -> ApiResponse:
        """Change what the body names."""
        return self.put(request)


class PreferencesView(OwnView):
    """``/users/me/preferences``."""

    permissions_required = {"get": LOGGED_IN, "put": LOGGED_IN}

    @extend_schema(operation_id="users_me_preferences_get", responses=PreferencesInput, tags=TAGS)
    def get(self, request: Request) -> ApiResponse:
        """Return theme, language, time zone and notification choices."""
        return ApiResponse(self.person().preferences)

    @extend_schema(
        operation_id="users_me_preferences_update",
        request=PreferencesInput,
        responses=PreferencesInput,
        tags=TAGS,
    )
    def put(self, request: Request) -> ApiResponse:
        """Change what the body names."""
        changes = {"preferences": self.body(PreferencesInput)}
        user = profile_update(actor=self.actor, user=self.person(), changes=changes)
        return ApiResponse(user.preferences)


class OwnPasswordView(OwnView):
    """``/users/me/password``."""

    permissions_required = {"post": LOGGED_IN}
    throttle_scope = "auth"
    own_transactions = _POST

    @extend_schema(
        operation_id="users_me_password", request=ChangePasswordInput, responses=None, tags=TAGS
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
        return ApiResponse(None, message="The new password is set.")


class OwnEmailView(OwnView):
    """``/users/me/email``."""

    permissions_required = {"put": LOGGED_IN}
    throttle_scope = "auth"

    @extend_schema(
        operation_id="users_me_email",
        request=EmailChangeInput,
        responses={202: VerificationAnswer},
        tags=TAGS,
    )
    def put(self, request: Request) -> ApiResponse:
        """Mail a code to a new address; the address changes when the code comes back."""
        row = email_change_start(
            actor=self.actor,
            tenant=request.tenant,
            user=self.person(),
            **self.body(EmailChangeInput),
        )
        return ApiResponse({"verification_id": row.pk, "expires_at": row.expires_at}, 202)


class OwnEmailVerifyView(OwnView):
    """``/users/me/email/verify``."""

    permissions_required = {"post": LOGGED_IN}
    throttle_scope = "auth"

    @extend_schema(
        operation_id="users_me_email_verify",
        request=None,
        responses={202: VerificationAnswer},
        tags=TAGS,
    )
    def post(self, request: Request) -> ApiResponse:
        """Mail a code to the address that one has, to prove it; `…/confirm` takes it."""
        row = email_proof_start(actor=self.actor, tenant=request.tenant, user=self.person())
        return ApiResponse({"verification_id": row.pk, "expires_at": row.expires_at}, 202)


class OwnEmailConfirmView(OwnView):
    """``/users/me/email/confirm``."""

    permissions_required = {"post": LOGGED_IN}
    throttle_scope = "auth"
    own_transactions = _POST

    @extend_schema(
        operation_id="users_me_email_confirm",
        request=VerifyEmailInput,
        responses=OwnUserRow,
        tags=TAGS,
    )
    def post(self, request: Request) -> ApiResponse:
        """Prove the new address by the mailed code."""
        values = self.body(VerifyEmailInput)
        email_code_check(
            actor=self.actor,
            tenant=request.tenant,
            email_code_id=values.get("verification_id") or UUID(int=0),
            code=values["code"],
            purpose=EmailCodePurpose.EMAIL_CHANGE,
        )
        return ApiResponse(self.shown())


class OwnSessionsView(OwnView):
    """``/users/me/sessions``."""

    permissions_required = {"get": LOGGED_IN, "delete": LOGGED_IN}

    @extend_schema(operation_id="users_me_sessions", responses=SessionRow(many=True), tags=TAGS)
    def get(self, request: Request) -> ApiResponse:
        """Return the caller's log-ins that have not ended."""
        return ApiResponse(SessionRow.rows(sessions_living(self.entry.user_id)))

    @extend_schema(operation_id="users_me_sessions_end", responses=None, tags=TAGS)
    def delete(self, request: Request) -> ApiResponse:
        """End every other log-in of the caller."""
        others = sessions_living(self.entry.user_id).exclude(pk=self.entry.session_id)
        ended = sessions_end(actor=self.actor, sessions=others, reason="Ended by yourself.")
        return ApiResponse({"ended": ended})


class OwnSessionView(OwnView):
    """``/users/me/sessions/{id}``."""

    permissions_required = {"delete": LOGGED_IN}

    @extend_schema(operation_id="users_me_session_end", responses=None, tags=TAGS)
    def delete(self, request: Request, id: UUID) -> ApiResponse:
        """End one of the caller's log-ins."""
        session_end(
            actor=self.actor,
            user_id=self.entry.user_id,
            session_id=id,
            reason="Ended by yourself.",
        )
        return ApiResponse(None)


class OwnApplicationsView(OwnView):
    """``/users/me/applications``."""

    permissions_required = {"get": LOGGED_IN}

    @extend_schema(
        operation_id="users_me_applications", responses=ApplicationRow(many=True), tags=TAGS
    )
    def get(self, request: Request) -> ApiResponse:
        """Return the programs that the caller lets act."""
        return ApiResponse(ApplicationRow.rows(applications_of(self.entry.user_id)))


class OwnApplicationView(OwnView):
    """``/users/me/applications/{id}``."""

    permissions_required = {"delete": LOGGED_IN}

    @extend_schema(operation_id="users_me_application_end", responses=None, tags=TAGS)
    def delete(self, request: Request, id: UUID) -> ApiResponse:
        """Take back what the caller let a program do."""
        application_end(actor=self.actor, user_id=self.entry.user_id, session_id=id)
        return ApiResponse(None)


class FactorView(FactorDoor, OwnView):
    """The base of the second factor's doors."""

    permissions_required = {"post": LOGGED_IN}
    throttle_scope = "auth"


class FactorEnableView(FactorView):
    """``/users/me/2fa/enable``."""

    @extend_schema(
        operation_id="users_me_2fa_enable", request=None, responses=TotpSetupAnswer, tags=TAGS
    )
    def post(self, request: Request) -> ApiResponse:
        """Return a secret for an authenticator app; nothing changes before it is verified."""
        return self.app_offered()


class FactorVerifyView(FactorView):
    """``/users/me/2fa/verify``."""

    @extend_schema(
        operation_id="users_me_2fa_verify",
        request=FactorCodeInput,
        responses=RecoveryCodesAnswer,
        tags=TAGS,
    )
    def post(self, request: Request) -> ApiResponse:
        """Make the app a second factor by its first code, and return the recovery codes."""
        codes = totp_activate(
            actor=self.actor,
            user=self.person(),
            session_id=self.entry.session_id,
            code=self.body(FactorCodeInput)["code"],
        )
        return ApiResponse({"recovery_codes": codes})


class FactorDisableView(FactorView):
    """``/users/me/2fa/disable``."""

    @extend_schema(
        operation_id="users_me_2fa_disable", request=FactorProofInput, responses=None, tags=TAGS
    )
    def post(self, request: Request) -> ApiResponse:
        """Remove the second factor, after password and code."""
        totp_deactivate(actor=self.actor, user=self.proved_person(), reason="own wish")
        return ApiResponse(None, message="The second factor is removed.")


class RecoveryCodesView(FactorView):
    """``/users/me/2fa/recovery-codes``."""

    @extend_schema(
        operation_id="users_me_2fa_recovery_codes",
        request=FactorProofInput,
        responses=RecoveryCodesAnswer,
        tags=TAGS,
    )
    def post(self, request: Request) -> ApiResponse:
        """Replace the recovery codes, after password and code."""
        return self.codes_renewed()
