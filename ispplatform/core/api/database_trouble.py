"""Which database errors pass by themselves, so that the client is asked to come again."""

from django.db import DatabaseError, InterfaceError, OperationalError

RETRY_AFTER_SECONDS = 2

# Classes 08 and 57P: the connection is gone. 40001 and 40P01: serialization, deadlock. 55P03:
# a lock was not had in time. 53300: too many connections.
# Source: PostgreSQL 15 documentation, appendix A.
_PASSING_STATES = ("08", "40001", "40P01", "55P03", "53300", "57P")


def is_passing(error: BaseException) -> bool:
    """Tell whether the same request may well succeed in a moment."""
    if not isinstance(error, DatabaseError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    if state:
        return str(state).startswith(_PASSING_STATES)
    if isinstance(error, InterfaceError):
        return True
    sentence = str(error).lower()
    return isinstance(error, OperationalError) and (
        "is locked" in sentence or "connection" in sentence
    )
