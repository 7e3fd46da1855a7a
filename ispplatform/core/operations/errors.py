"""What can stand in the way of an operation."""

from ispplatform.core.errors import RuleViolation


class LeaseLost(RuntimeError):
    """Another worker or a person took the operation over: nothing of this attempt may remain."""


class OperationKeyReused(RuleViolation):
    """The key already stands for another effect: a programming error of the calling service."""

    code = "OPERATION_KEY_REUSED"


class OperationNotPossible(RuleViolation):
    """The operation's present state does not allow this act."""

    code = "OPERATION_NOT_POSSIBLE"


class OperationNotWanted(RuleViolation):
    """What a refused operation was for has been had otherwise, or is not to be had any more."""

    code = "OPERATION_NOT_WANTED"


class OperationMayHaveBeenSent(RuleViolation):
    """The effect may have taken place; it must be looked up first."""

    code = "OPERATION_MAY_HAVE_BEEN_SENT"
