"""What can be wrong with a connection, as the people who set it up read it."""

from django.utils.translation import gettext_noop as _

from ispplatform.core.errors import RuleViolation


class ConnectionModeMismatch(RuleViolation):
    """Test access in a live company, or live access in a sandbox company."""

    code = "CONNECTION_MODE_MISMATCH"


class ConnectionInactive(RuleViolation):
    """The connection is switched off."""

    code = "CONNECTION_INACTIVE"


class ConnectionPaused(RuleViolation):
    """The stop switch holds the connection, or this copy of the database may not act yet."""

    code = "CONNECTION_PAUSED"
    meaning = _("Nothing was done, and your order and your payment are safe.")
    next_step = _("Try again later.")
