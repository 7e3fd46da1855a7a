"""What can go wrong on the way in."""

from ispplatform.core.errors import (
    DuplicateResource,
    InvalidInput,
    NotFound,
    NotPermitted,
    PlatformError,
    RuleViolation,
)


class AuthenticationRequired(PlatformError):
    """Nobody is logged in, or the credential shown is not good (any more)."""

    code = "AUTHENTICATION_REQUIRED"
    http_status = 401

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


class SecondFactorRequired(PlatformError):
    """The password fits; a code of the second factor is missing. ``methods`` in params."""

    code = "TWO_FACTOR_REQUIRED"
    http_status = 428


class SecondFactorWrong(PlatformError):
    """The code is not one of the person's second factors, or was used already."""

    code = "TWO_FACTOR_INVALID"
    http_status = 401

    def __init__(self, message: str = "This code is not correct.", **params: object) -> None:
        super().__init__(message, **params)


class SecondFactorMissing(NotPermitted):
    """A colleague without a second factor at a door that asks for one."""

    code = "TWO_FACTOR_NOT_SET_UP"


class EmailNotProved(NotPermitted):
    """The password fits; the address of this sign-up was never confirmed."""

    code = "EMAIL_NOT_CONFIRMED"


class TenantNotYours(NotPermitted):
    """The request names a tenant other than the one that the credential is bound to."""

    code = "TENANT_MISMATCH"


class WrongSide(NotPermitted):
    """A customer's credential at the staff API, or the other way round."""

    code = "WRONG_API"


class PasswordTooWeak(InvalidInput):
    """The password breaks the policy; ``suggestions`` in params say how to mend it."""

    code = "PASSWORD_TOO_WEAK"


class PasswordWrong(InvalidInput):
    """The present password was not given correctly."""

    code = "PASSWORD_WRONG"


class LinkInvalid(InvalidInput):
    """The link is not ours, was used, or is too old."""

    code = "LINK_INVALID"


class CodeInvalid(InvalidInput):
    """The code is wrong, was used, is too old, or was tried too often."""

    code = "CODE_INVALID"


class AccountExists(DuplicateResource):
    """A portal account or membership for this e-mail address and place exists already."""

    code = "ACCOUNT_EXISTS"


class RoleUnknown(InvalidInput):
    """A role's code is not one of this tenant's."""

    code = "ROLE_UNKNOWN"


class PermissionUnknown(InvalidInput):
    """A grant means no declared permission."""

    code = "PERMISSION_UNKNOWN"


class GrantExceedsOwn(NotPermitted):
    """Nobody hands out what they do not hold."""

    code = "GRANT_EXCEEDS_OWN"


class RoleInUse(RuleViolation):
    """Members still hold the role, or it is one that the product brings."""

    code = "ROLE_IN_USE"


class LastOwner(RuleViolation):
    """The tenant would be left without an owner who can log in."""

    code = "LAST_OWNER"


class SharedUser(RuleViolation):
    """The person also belongs to another tenant: only they may change their credentials."""

    code = "SHARED_USER"


class SessionUnknown(NotFound):
    """No such log-in of this person."""


class UserUnknown(NotFound):
    """No such person with a membership or portal account here."""


class ApiKeyModeMismatch(NotPermitted):
    """A test key at a live tenant, or a live key at a sandbox tenant."""

    code = "API_KEY_MODE"


class FactorExists(RuleViolation):
    """A second factor of this kind is set up already."""

    code = "TWO_FACTOR_EXISTS"


class FactorMissing(RuleViolation):
    """There is no second factor to renew or remove."""

    code = "TWO_FACTOR_MISSING"
