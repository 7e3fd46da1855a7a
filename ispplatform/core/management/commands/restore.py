"""``manage.py restore FILE``: put a backup in the place of this installation's data."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ispplatform.core.backup import BackupRefused, backup_restore
from ispplatform.core.backup.upgrading import step_succeeds


class Command(BaseCommand):
    """Restore, migrate to this version, and leave the sending to a person's word."""

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace",
            action="store_true",
            help="also where there is a database already; it is kept aside",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            restored = backup_restore(options["file"], replace=options["replace"])
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        manifest = restored.manifest
        for sentence in restored.kept:
            self.stdout.write(sentence)
        self.stdout.write(
            f"Restored what was backed up at {manifest.made_at} by version {manifest.version}: "
            f"{sum(manifest.rows.values())} rows in {len(manifest.rows)} tables, and all sums of "
            "money are equal."
        )
        if not step_succeeds(("migrate", "--no-input", "--verbosity", "0"), self.stdout.write):
            raise CommandError("migrate failed, its lines above say why: the data is in place.")
        self.stdout.write(
            "Nothing is sent from here yet: no mail, no charge, no request to a provider. Log in "
            "to the back office, look through what waits, and confirm that this copy may act."
        )
