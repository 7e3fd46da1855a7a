"""``manage.py backup_prove FILE``: load a backup apart from the data, and note that it held."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ispplatform.core.backup import BackupRefused, backup_prove


class Command(BaseCommand):
    """Prove a backup while the installation runs; nothing of it is changed."""

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            proved = backup_prove(options["file"])
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        manifest = proved.manifest
        self.stdout.write(
            f"Proved: what was backed up at {manifest.made_at} by version {manifest.version} can "
            f"be loaded. {proved.row_count} rows in {len(manifest.rows)} tables, all sums of "
            f"money and {len(manifest.digests) - 1} files are as they were, and the keys here "
            "open it. That is noted for each company."
        )
