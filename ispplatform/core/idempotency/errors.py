"""Refusals of keyed requests."""

from django.utils.translation import gettext_noop as _

from ispplatform.core.errors import InvalidInput, RuleViolation


class IdempotencyKeyReused(InvalidInput):
    """The key was used for a request with another body."""

    code = "IDEMPOTENCY_KEY_REUSED"


class IdempotentRequestRunning(RuleViolation):
    """The first request with this key has not been answered yet; repeat it in a moment."""

    code = "IDEMPOTENT_REQUEST_RUNNING"
    meaning = _("The first request goes on; nothing is done or charged twice.")
    next_step = _("Wait a moment, then ask again with the same key.")


class IdempotentAnswerWithheld(RuleViolation):
    """The request was carried out; its answer held a secret and is not shown twice."""

    code = "IDEMPOTENT_ANSWER_WITHHELD"
    meaning = _("It was carried out once; nothing was done or charged twice.")
    next_step = _("If you did not keep what was shown, ask for a new one.")


class IdempotencyLeaseLost(RuleViolation):
    """Another worker took the request over while this one was still at it; its work is undone."""

    code = "IDEMPOTENT_REQUEST_RUNNING"
    meaning = IdempotentRequestRunning.meaning
    next_step = IdempotentRequestRunning.next_step
