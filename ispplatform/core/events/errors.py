"""What staff's decisions about lanes refuse."""

from ispplatform.core.errors import RuleViolation


class LaneNotParked(RuleViolation):
    """The delivery is not parked any more: somebody was faster."""

    code = "LANE_NOT_PARKED"
