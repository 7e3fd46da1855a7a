"""What services of bulk acts refuse."""

from ispplatform.core.errors import RuleViolation


class BulkTooLarge(RuleViolation):
    """More rows are chosen than one bulk act takes; ``limit`` says how many."""

    code = "BULK_TOO_LARGE"
    http_status = 422


class BulkNotPossible(RuleViolation):
    """The bulk act is not in a state in which this can be done: somebody was faster, mostly."""

    code = "BULK_NOT_POSSIBLE"


class BulkPlanTooOld(RuleViolation):
    """The plan was made too long ago: what it shows may be true no more."""

    code = "BULK_PLAN_TOO_OLD"
