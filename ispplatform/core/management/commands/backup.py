"""``manage.py backup``: write the data of this installation to one file, while it runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ispplatform.core.backup import BackupRefused, backup_make
from ispplatform.core.backup.keys import keys_copy


class Command(BaseCommand):
    """Back up database and files to one directory, the keys to another."""

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.DATA_DIR / "backups")
        parser.add_argument("--keys-to", type=Path, default=settings.DATA_DIR / "backups-of-keys")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            archive = backup_make(options["to"])
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        keys = keys_copy(options["keys_to"])
        self.stdout.write(
            f"Database and files: {archive}\n"
            f"Keys, apart from them: {keys}\n"
            "Keep both away from this machine, and not in one place: the first without the second "
            "reads no credentials, the second alone opens nothing."
        )
