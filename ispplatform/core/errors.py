"""Errors that services raise and every interface (API, admin, portal, task) translates once.

``code`` is stable and documented in ``docs/errors.md``; the message is for people.
"""


class PlatformError(Exception):
    """Base of all expected failures.

    Args:
        message: a sentence for the person who asked; never a secret.
        params: facts for the error's ``details`` in the API and for translation.
    """

    code = "PLATFORM_ERROR"
    http_status = 400

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.params = params


class InvalidInput(PlatformError):
    """A value is of the right form but cannot be used. ``field`` in params names it."""

    code = "VALIDATION_ERROR"
    http_status = 422


class NotPermitted(PlatformError):
    """The caller is known and may not do this."""

    code = "ACCESS_DENIED"
    http_status = 403


class NotFound(PlatformError):
    """No such object, or none that this caller may see."""

    code = "RESOURCE_NOT_FOUND"
    http_status = 404


class RuleViolation(PlatformError):
    """The request is well formed but a business rule forbids it in the present state."""

    code = "RULE_VIOLATION"
    http_status = 409


class DuplicateResource(PlatformError):
    """The same thing exists already; ``existing_id`` in params names it where that may be told."""

    code = "DUPLICATE_RESOURCE"
    http_status = 409


class StaleObject(PlatformError):
    """The object changed since the caller read it."""

    code = "STALE_OBJECT"
    http_status = 412


class ProviderError(PlatformError):
    """An outside system failed. Subclasses say whether a retry is safe."""

    code = "SERVICE_UNAVAILABLE"
    http_status = 503


class ProviderUnavailable(ProviderError):
    """Nothing reached the provider: a retry is safe."""


class ProviderRejected(ProviderError):
    """The provider answered no: final, do not retry."""

    code = "PROVIDER_REJECTED"
    http_status = 422


class ProviderRefusedLater(ProviderRejected):
    """The provider accepted the request at first and refused it afterwards: it did not happen."""


class ProviderOutcomeUnknown(ProviderError):
    """The request may have been executed: look it up, never send it again blindly."""

    code = "PROVIDER_OUTCOME_UNKNOWN"
    http_status = 202


class ProviderPending(ProviderOutcomeUnknown):
    """The provider accepted the request and decides later.

    ``reference`` in params is the provider's id by which to ask what became of it.
    """

    code = "PROVIDER_PENDING"
