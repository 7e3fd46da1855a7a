"""Errors that services raise and every interface (API, admin, portal, task) translates once.

``code`` is stable and documented in ``docs/errors.md``; the message is for people. What a refusal
means for money and order (``meaning``) and what its reader does next (``next_step``) belong to the
class and are inherited; ``core/pages/refusals.py`` says them in the reader's language.
"""

from django.utils.translation import gettext_noop as _


class PlatformError(Exception):
    """Base of all expected failures.

    Args:
        message: a sentence for the person who asked; never a secret.
        params: facts for the error's ``details`` in the API and for translation.

    Attributes:
        meaning: what became of the money and of what was asked for, in English.
        next_step: what the person who asked does now, in English.
    """

    code = "PLATFORM_ERROR"
    http_status = 400
    meaning = _("Nothing was changed and nothing was charged.")
    next_step = _("Try it once more. If it happens again, tell us the reference.")

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.params = params


class InvalidInput(PlatformError):
    """A value is of the right form but cannot be used. ``field`` in params names it."""

    code = "VALIDATION_ERROR"
    http_status = 422
    next_step = _("Correct what is named and send it once more.")


class NotPermitted(PlatformError):
    """The caller is known and may not do this."""

    code = "ACCESS_DENIED"
    http_status = 403
    next_step = _("If you need it, ask the person who manages your account.")


class InsufficientScope(NotPermitted):
    """The token that a program shows does not reach so far. Source: RFC 6750 s. 3.1."""

    code = "INSUFFICIENT_SCOPE"
    next_step = _("Ask for a token with the scope that is named.")


class NotFound(PlatformError):
    """No such object, or none that this caller may see."""

    code = "RESOURCE_NOT_FOUND"
    http_status = 404
    next_step = _("Look it up in its list: everything that is yours stands there.")


class RuleViolation(PlatformError):
    """The request is well formed but a business rule forbids it in the present state."""

    code = "RULE_VIOLATION"
    http_status = 409
    next_step = _("Look at how it stands now. If it should be possible, tell us the reference.")


class DuplicateResource(PlatformError):
    """The same thing exists already; ``existing_id`` in params names it where that may be told."""

    code = "DUPLICATE_RESOURCE"
    http_status = 409
    next_step = _("Use the one that is there, or choose another name.")


class StaleObject(PlatformError):
    """The object changed since the caller read it."""

    code = "STALE_OBJECT"
    http_status = 412
    next_step = _("Read it again, then make your change once more.")


class ProviderError(PlatformError):
    """An outside system failed. Subclasses say whether a retry is safe."""

    code = "SERVICE_UNAVAILABLE"
    http_status = 503
    next_step = _("Try again in a few minutes. If it happens again, tell us the reference.")


class ProviderUnavailable(ProviderError):
    """Nothing reached the provider: a retry is safe."""


class ProviderRejected(ProviderError):
    """The provider answered no: final, do not retry."""

    code = "PROVIDER_REJECTED"
    http_status = 422
    next_step = _("Change what you entered, or tell us the reference.")


class ProviderRefusedLater(ProviderRejected):
    """The provider accepted the request at first and refused it afterwards: it did not happen."""


class ProviderOutcomeUnknown(ProviderError):
    """The request may have been executed: look it up, never send it again blindly."""

    code = "PROVIDER_OUTCOME_UNKNOWN"
    http_status = 202
    meaning = _("It may have taken place. We look it up, and nothing is done or charged twice.")
    next_step = _("You need not do anything, and need not send it again.")


class ProviderPending(ProviderOutcomeUnknown):
    """The provider accepted the request and decides later.

    ``reference`` in params is the provider's id by which to ask what became of it.
    """

    code = "PROVIDER_PENDING"
    meaning = _("It was accepted and is being carried out.")
