"""Django's ``migrate``, with the walls lifted before and installed after."""

from typing import Any

from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import connections

from ispplatform.core.database.fresh import create_everything, create_new_apps, is_empty
from ispplatform.core.database.statistics import statistics_renew
from ispplatform.core.database.walls import install_walls, lift_walls


class Command(MigrateCommand):
    """Migrate (an empty database in one go), then install the walls and the grants."""

    def check(self, *args: Any, **options: Any) -> Any:
        """Check the code, not the database: the walls that a new version needs come at the end."""
        return super().check(*args, **{**options, "databases": None})

    def handle(self, *args: Any, **options: Any) -> None:
        changes = not (options["plan"] or options["check_unapplied"])
        connection = connections[options["database"]]
        if changes and not options["app_label"] and not options["fake"] and is_empty(connection):
            create_everything(connection)
        elif changes:
            lift_walls(connection)
            if not options["app_label"] and not options["fake"]:
                create_new_apps(connection)
        try:
            super().handle(*args, **options)
        finally:
            if changes:
                install_walls(connection)
        if changes:
            statistics_renew(connection)  # of new indexes nothing is known yet
