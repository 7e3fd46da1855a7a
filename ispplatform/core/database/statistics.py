"""What the embedded database knows about its rows when it chooses an index.

Without it SQLite takes every index for equally good, and finds the three lines of one invoice by
reading all lines of the company. PostgreSQL renews its own (autovacuum).
"""

from django.db import connection as default
from django.db.backends.base.base import BaseDatabaseWrapper

ROWS_READ = 1_000  # of each index; a look at all of them would take minutes of a large database
BUMP = "core_statistics_renewed"


def statistics_renew(connection: BaseDatabaseWrapper = default) -> None:
    """Count anew how far each index narrows down: within a second or two, however large it is.

    Other connections go by it from their next statement on.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit={ROWS_READ}")
        cursor.execute("ANALYZE")
        # Connections read them with the schema, and that only when the schema has changed.
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {BUMP} (place integer)")
        cursor.execute(f"DROP TABLE IF EXISTS {BUMP}")
