"""``manage.py watch``: mail the alert addresses when nothing runs by itself any more.

Run it every few minutes from outside of workers and beat (``deploy/systemd/isp-watch.timer``), or
let it stay with ``--every``.
"""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from notifications.workflows.silence import silence_tell


class Command(BaseCommand):
    """Look once, or again and again; ends with status 1 when automation is silent."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=int, metavar="SECONDS", help="stay, and look again after so long"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        every: int | None = options["every"]
        while True:
            silent = silence_tell()
            if silent:
                self.stderr.write(f"Automation is silent; {silent} companies stand still.")
            if every is None:
                break
            close_old_connections()
            time.sleep(every)
        if silent:
            raise SystemExit(1)
