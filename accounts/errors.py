"""What can go wrong on the way in."""

from django.utils.translation import gettext_noop as _

from ispplatform.core.errors import (
    DuplicateResource,
    InvalidInput,
    NotFound,
    NotPermitted,
    PlatformError,
    ProviderError,
    RuleViolation,
)

AS_IT_WAS = _("Nothing was changed.")


class AuthenticationRequired(PlatformError):
    """Nobody is logged in, or the credential shown is not good (any more)."""

    code = "AUTHENTICATION_REQUIRED"
    http_status = 401
    meaning = AS_IT_WAS
    next_step = _("Log in, then try it once more.")

    def __init__(self, message: str = "Log in first.", **params: object) -> None:
        super().__init__(message, **params)


class TokenInvalid(AuthenticationRequired):
    """The token or key is not one of ours, or was ended."""

    code = "INVALID_TOKEN"

    def __init__(self, message: str = "This token is not valid.", **params: object) -> None:
        super().__init__(message, **params)


class TokenExpired(AuthenticationRequired):
    """The token was good once."""

    code = "TOKEN_EXPIRED"

    def __init__(self, message: str = "This token has expired.", **params: object) -> None:
        super().__init__(message, **params)


class InvalidCredentials(PlatformError):
    """Name and password do not fit; nothing tells which of them is wrong."""

    code = "INVALID_CREDENTIALS"
    http_status = 401
    meaning = _("Nobody was logged in, and nothing was changed.")
    next_step = _("Check the address and the password, or ask for a new password.")

    def __init__(
        self, message: str = "These log-in details are not correct.", **params: object
    ) -> None:
        super().__init__(message, **params)


class InvalidPortalCredentials(InvalidCredentials):
    """The same at the customers' door, where document 001 asks for status 400."""

    code = "INVALID_PORTAL_CREDENTIALS"
    http_status = 400


class AccountLocked(PlatformError):
    """Too many failed log-ins in a row; ``retry_after_seconds`` in params says how long."""

    code = "ACCOUNT_LOCKED"
    http_status = 423
    meaning = _("Nobody was logged in, and nothing was changed.")
    next_step = _("Wait a while, or ask for a new password.")


class SecondFactorRequired(PlatformError):
    """The password fits; a code of the second factor is missing. ``methods`` in params."""

    code = "TWO_FACTOR_REQUIRED"
    http_status = 428
    meaning = AS_IT_WAS
    next_step = _("Send the code of your second factor.")


class SecondFactorWrong(PlatformError):
    """The code is not one of the person's second factors, or was used already."""

    code = "TWO_FACTOR_INVALID"
    http_status = 401
    meaning = AS_IT_WAS
    next_step = _("Take the newest code of your app, or one of your recovery codes.")

    def __init__(self, message: str = "This code is not correct.", **params: object) -> None:
        super().__init__(message, **params)


class PasskeyRefused(SecondFactorWrong):
    """A passkey's answer proves nothing, was used already, or comes from a copied passkey."""

    code = "PASSKEY_REFUSED"
    next_step = _("Try it once more, or log in with your password.")

    def __init__(self, message: str = "This passkey was not accepted.", **params: object) -> None:
        super().__init__(message, **params)


class PasskeysNotHere(RuleViolation):
    """Passkeys are bound to a host name, and the address at hand is not one of the company's."""

    code = "PASSKEYS_NOT_HERE"
    meaning = AS_IT_WAS
    next_step = _("Log in with your password.")


class IdentityProviderTrouble(ProviderError):
    """An identity provider does not answer, or what it says cannot be used."""

    code = "IDENTITY_PROVIDER_TROUBLE"
    meaning = AS_IT_WAS
    next_step = _("Compare issuer, client ID and secret with what the provider shows.")

    def __init__(self, message: str, *, reason: str = "answer") -> None:
        super().__init__(message)
        self.reason = reason


class SignOnRefused(NotPermitted):
    """Who came back from an identity provider is not let in; the audit trail says exactly why."""

    code = "SIGN_ON_REFUSED"
    meaning = _("Nobody was logged in, and nothing was changed.")
    next_step = _(
        "Begin once more on the log-in page. If it happens again, tell the reference to an owner "
        "of your company."
    )


class SignOnRequired(NotPermitted):
    """Colleagues with this e-mail domain come in by the company's identity provider alone."""

    code = "SIGN_ON_REQUIRED"
    meaning = _("Nobody was logged in, and nothing was changed.")
    next_step = _("Use the button with the name of the provider on the log-in page.")


class SignOnBound(NotPermitted):
    """A log-in that an identity provider vouched for opens the company of that provider alone."""

    code = "SIGN_ON_BOUND"
    meaning = AS_IT_WAS
    next_step = _("Log out, and log in at the other company.")


class SecondFactorMissing(NotPermitted):
    """A colleague without a second factor at a door that asks for one."""

    code = "TWO_FACTOR_NOT_SET_UP"
    meaning = AS_IT_WAS
    next_step = _("Set up a second factor first.")


class EmailNotProved(NotPermitted):
    """The password fits; the address of this sign-up was never confirmed."""

    code = "EMAIL_NOT_CONFIRMED"
    meaning = _("Your account is there and waits for its confirmation.")
    next_step = _("Enter the code of the mail, or have it sent again.")


class TenantNotYours(NotPermitted):
    """The request names a tenant other than the one that the credential is bound to."""

    code = "TENANT_MISMATCH"


class WrongSide(NotPermitted):
    """A customer's credential at the staff API, or the other way round."""

    code = "WRONG_API"


class PasswordTooWeak(InvalidInput):
    """The password breaks the policy; ``suggestions`` in params say how to mend it."""

    code = "PASSWORD_TOO_WEAK"
    meaning = _("Your password is as it was.")
    next_step = _("Choose another password.")


class PasswordWrong(InvalidInput):
    """The present password was not given correctly."""

    code = "PASSWORD_WRONG"
    meaning = AS_IT_WAS
    next_step = _("Enter your present password once more.")


class LinkInvalid(InvalidInput):
    """The link is not ours, was used, or is too old."""

    code = "LINK_INVALID"
    meaning = AS_IT_WAS
    next_step = _("Ask for a new link.")


class CodeInvalid(InvalidInput):
    """The code is wrong, was used, is too old, or was tried too often."""

    code = "CODE_INVALID"
    meaning = _("Nothing was changed, and what you entered is kept.")
    next_step = _("Enter the newest code of the mail, or have one sent again.")


class AccountExists(DuplicateResource):
    """A portal account or membership for this e-mail address and place exists already."""

    code = "ACCOUNT_EXISTS"
    meaning = AS_IT_WAS
    next_step = _("Log in, or ask for a new password.")


class RoleUnknown(InvalidInput):
    """A role's code is not one of this tenant's."""

    code = "ROLE_UNKNOWN"


class PermissionUnknown(InvalidInput):
    """A grant means no declared permission."""

    code = "PERMISSION_UNKNOWN"


class GrantExceedsOwn(NotPermitted):
    """Nobody hands out what they do not hold."""

    code = "GRANT_EXCEEDS_OWN"


class EmailProved(RuleViolation):
    """The address is proved: no code is needed."""

    code = "EMAIL_PROVED"


class RoleInUse(RuleViolation):
    """Members still hold the role, or it is one that the product brings."""

    code = "ROLE_IN_USE"


class LogInTooOld(NotPermitted):
    """What takes personal data out is done shortly after a log-in only."""

    code = "LOG_IN_TOO_OLD"
    meaning = _("Nothing was taken out.")
    next_step = _("Log in anew, then try it once more.")


class LastOwner(RuleViolation):
    """The tenant would be left without an owner who can log in."""

    code = "LAST_OWNER"
    meaning = AS_IT_WAS
    next_step = _("Make somebody else an owner first.")


class LastLogIn(RuleViolation):
    """The only log-in of a customer that still has services, open invoices or credit."""

    code = "LAST_LOG_IN"
    meaning = AS_IT_WAS
    next_step = _("Give a colleague a log-in first, or let your services end and pay what is open.")


class OwnAccess(NotPermitted):
    """Nobody suspends themselves or ends their own access."""

    code = "OWN_ACCESS"
    meaning = AS_IT_WAS
    next_step = _("Ask another colleague who may do it.")


class AccessOver(RuleViolation):
    """The colleague's access has ended: only new roles let them in again."""

    code = "ACCESS_ENDED"
    meaning = AS_IT_WAS
    next_step = _("Let them in again with the roles that they shall hold.")


class OperatorStays(RuleViolation):
    """Who runs the installation comes in everywhere, whatever a company says."""

    code = "OPERATOR_STAYS"
    meaning = AS_IT_WAS
    next_step = _("Take that from them first, on the server: manage.py operator_remove EMAIL.")


class SharedUser(RuleViolation):
    """The person also belongs to another tenant: only they may change their credentials."""

    code = "SHARED_USER"


class SessionUnknown(NotFound):
    """No such log-in of this person."""

    meaning = AS_IT_WAS


class UserUnknown(NotFound):
    """No such person with a membership or portal account here."""


class ApiKeyModeMismatch(NotPermitted):
    """A test key at a live tenant, or a live key at a sandbox tenant."""

    code = "API_KEY_MODE"


class IntegrationEnded(RuleViolation):
    """The integration has ended: nothing is made for it or changed in it any more."""

    code = "INTEGRATION_ENDED"


class PersonUnknown(NotFound):
    """Nobody of this customer has such a log-in."""


class OwnLogIn(NotPermitted):
    """Nobody widens or narrows what they may do themselves."""

    code = "OWN_LOG_IN"


class InvitationOver(RuleViolation):
    """The person followed the invitation before, or was shut out since."""

    code = "INVITATION_OVER"


class InvitedAlready(DuplicateResource):
    """An invitation to this address is open."""

    code = "INVITED_ALREADY"
    meaning = _("Nothing was changed: the invitation that is open still counts.")
    next_step = _("Send that one again, or withdraw it first.")


class InvitationUnknown(NotFound):
    """No such invitation in this company."""


class TooManyPeople(RuleViolation):
    """The customer has as many log-ins as it may have."""

    code = "TOO_MANY_PEOPLE"


class LoginGuarded(RuleViolation):
    """The log-in is guarded: what cannot be taken back waits until ``until``, in params."""

    code = "LOGIN_GUARDED"
    meaning = _("Nothing was changed.")
    next_step = _("Ask us: once we are sure that it is you, we lift the guard at once.")


class FactorResetWaiting(RuleViolation):
    """The removal of this person's second factor waits already."""

    code = "FACTOR_RESET_WAITING"


class FactorResetEnded(RuleViolation):
    """The removal was stopped or carried out before."""

    code = "FACTOR_RESET_ENDED"


class OwnFactorReset(NotPermitted):
    """Nobody removes their own second factor as one that was lost."""

    code = "OWN_FACTOR_RESET"


class FactorExists(RuleViolation):
    """A second factor of this kind is set up already."""

    code = "TWO_FACTOR_EXISTS"
    meaning = AS_IT_WAS
    next_step = _("Remove the one that is there first.")


class FactorMissing(RuleViolation):
    """There is no second factor to renew or remove."""

    code = "TWO_FACTOR_MISSING"
    meaning = AS_IT_WAS
    next_step = _("Set one up first.")
