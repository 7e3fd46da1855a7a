"""What the doors to one's own second factor share, for customers and for colleagues."""

from accounts.api.serializers.factors import FactorProofInput
from accounts.models import User
from accounts.selectors.principals import SessionEntry
from accounts.services.fresh_proofs import identity_prove
from accounts.services.second_factors import recovery_codes_renew, totp_begin
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.views import ApiView

_POST = frozenset({"post"})


class FactorDoor(ApiView):
    """The base of what changes a second factor: proved first, and its secrets shown once."""

    own_transactions = _POST
    secret_answers = _POST

    @property
    def entry(self) -> SessionEntry:
        """The session at hand."""
        entry: SessionEntry = self.request._request.session_entry
        return entry

    def person(self) -> User:
        """Return the person who is logged in."""
        return User.objects.get(pk=self.entry.user_id)

    def proved_person(self) -> User:
        """Return the person, who has shown password and code.

        Raises:
            PasswordWrong, SecondFactorWrong: they have not; it counts as a failed log-in.
            AccountLocked: too many of those.
        """
        user = self.person()
        values = self.body(FactorProofInput)
        identity_prove(actor=self.actor, tenant=self.request.tenant, user=user, **values)
        return user

    def app_offered(self) -> ApiResponse:
        """Return what an authenticator app needs; nothing changes before it is verified."""
        setup = totp_begin(user=self.person(), session_id=self.entry.session_id)
        return ApiResponse({"secret": setup.secret, "otpauth_url": setup.url})

    def codes_renewed(self) -> ApiResponse:
        """Return new recovery codes, this once, after password and code."""
        codes = recovery_codes_renew(actor=self.actor, user=self.proved_person())
        return ApiResponse({"recovery_codes": codes})
