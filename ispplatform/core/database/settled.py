"""Until when everything that was written can be read.

A row is stamped (``updated_at``) when it is written and seen when its transaction commits, later.
So a program that goes on from the last stamp it saw would miss a row that was stamped before and
committed after. It goes on from here instead.
"""

from datetime import datetime, timedelta

from django.db import connection

from ispplatform.core.clock import system_now

# Clocks of several machines, and the moment between a stamp and its statement.
SKEW = timedelta(seconds=10)
# The embedded database does not tell since when somebody writes; nobody waits longer for it.
LONGEST_EMBEDDED = timedelta(seconds=60)
_OLDEST = (
    "SELECT min(xact_start) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)


def settled_until() -> datetime:
    """Return an instant: whatever was stamped before it can be read now, or never came about.

    Ask before you read the rows. One query on PostgreSQL, where it lies before the beginning of
    the oldest transaction that runs, however long it does; none on the embedded database.
    """
    now = system_now()
    if connection.vendor != "postgresql":
        return now - LONGEST_EMBEDDED
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST)
        (oldest,) = cursor.fetchone()
    return min(now, oldest or now) - SKEW
