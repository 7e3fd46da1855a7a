"""What can be wrong with a connection, as the people who set it up read it."""

from ispplatform.core.errors import RuleViolation


class ConnectionModeMismatch(RuleViolation):
    """Test access in a live company, or live access in a sandbox company."""

    code = "CONNECTION_MODE_MISMATCH"


class ConnectionInactive(RuleViolation):
    """The connection is switched off."""

    code = "CONNECTION_INACTIVE"
