"""What a request asks the database: the statements without their values, in their order."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

# How transactions are drawn is no question. The statement that says to PostgreSQL who asks
# (docs/mechanisms/walls.md) goes past what is noted here.
NO_QUESTIONS = ("BEGIN", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK", "COMMIT")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Note the text of each statement that is run in the ``with`` block."""
    noted: list[str] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if not str(sql).startswith(NO_QUESTIONS):
            noted.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield noted
