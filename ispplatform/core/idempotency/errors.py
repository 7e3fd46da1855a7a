"""Refusals of keyed requests."""

from ispplatform.core.errors import InvalidInput, RuleViolation


class IdempotencyKeyReused(InvalidInput):
    """The key was used for a request with another body."""

    code = "IDEMPOTENCY_KEY_REUSED"


class IdempotentRequestRunning(RuleViolation):
    """The first request with this key has not been answered yet; repeat it in a moment."""

    code = "IDEMPOTENT_REQUEST_RUNNING"


class IdempotentAnswerWithheld(RuleViolation):
    """The request was carried out; its answer held a secret and is not shown twice."""

    code = "IDEMPOTENT_ANSWER_WITHHELD"


class IdempotencyLeaseLost(RuleViolation):
    """Another worker took the request over while this one was still at it; its work is undone."""

    code = "IDEMPOTENT_REQUEST_RUNNING"
