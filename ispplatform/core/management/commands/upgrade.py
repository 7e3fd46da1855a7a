"""``manage.py upgrade``: back up, migrate, check; when one fails, the former state returns."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ispplatform.core.backup import BackupRefused, installation_upgrade


class Command(BaseCommand):
    """Bring the data to the version of the code that is installed."""

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.DATA_DIR / "backups")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            backup = installation_upgrade(options["to"], tell=self.stdout.write)
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Done. The state from before is in {backup}.")
