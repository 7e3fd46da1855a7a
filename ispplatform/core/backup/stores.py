"""Where the database comes from and goes to: one class for each kind of database."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.db import connection

from ispplatform.core.backup.counting import Count


@dataclass(frozen=True, slots=True)
class Replaced:
    """What stood in a loaded database's place: put back by ``undo``, else left where ``kept``."""

    undo: Callable[[], None]
    kept: str  # a sentence for the operator; empty: there was nothing


class Store(Protocol):
    """The installation's database, as a whole."""

    @property
    def owner_url(self) -> str:
        """What ``DATABASE_URL`` is for commands that change tables."""

    def dump(self, target: Path) -> Count:
        """Write one consistent moment of the database, while others read and write it.

        Returns:
            What that moment held.
        """

    def is_empty(self) -> bool:
        """Tell whether there is no table yet."""

    def require_alone(self) -> None:
        """Refuse while programs of the installation use the database.

        Raises:
            BackupRefused: some do.
        """

    def load(self, source: Path, *, prove: Callable[[Count], None], is_copy: bool) -> Replaced:
        """Put a dump in the database's place.

        Args:
            prove: is given what arrived, and raises where that is not what was backed up.
            is_copy: give it an id that no installation has, so that it waits for a person.

        Raises:
            BackupRefused: it cannot be loaded, or is not proved; the database is as before.
        """

    def try_out(self, source: Path, *, prove: Callable[[Count], None]) -> None:
        """Load a dump beside the database, which may be in use, and forget it again.

        Args:
            prove: is given what arrived, and raises where that is not what was backed up.

        Raises:
            BackupRefused: it cannot be loaded, or is not proved.
        """


def store_of_installation() -> Store:
    """Return the store of the configured database."""
    # The PostgreSQL driver is there only where PostgreSQL is used, and each knows its own programs.
    if connection.vendor == "sqlite":
        from ispplatform.core.backup.sqlite import SqliteStore  # noqa: PLC0415

        return SqliteStore()
    from ispplatform.core.backup.postgresql import PostgresqlStore  # noqa: PLC0415

    return PostgresqlStore()
