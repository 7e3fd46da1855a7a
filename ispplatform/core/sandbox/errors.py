"""What the sandbox bench refuses."""

from ispplatform.core.errors import RuleViolation


class NotASandbox(RuleViolation):
    """Faults and a moved clock are for what is a sandbox."""

    code = "NOT_A_SANDBOX"


class ClockIsMoving(RuleViolation):
    """The clock is on its way already; it moves once at a time."""

    code = "CLOCK_IS_MOVING"


class ClockNotMoving(RuleViolation):
    """The clock stands on no way that could be ended."""

    code = "CLOCK_NOT_MOVING"
