"""Writes ``docs/statuses.md`` from the words that the apps declare."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ispplatform.core.pages.statuses import declared_statuses

PAGE = Path("docs/statuses.md")
HEAD = """# Statuses

Screens, mails and the API read these words. `manage.py statuses` writes the page; a test holds
it to the code.
"""


def statuses_page() -> str:
    """Return the page: a table for each kind of row."""
    parts = [HEAD]
    for kind, rows in declared_statuses().items():
        parts += [f"\n## {kind}\n", "| value | staff | customers | what happens next |"]
        parts.append("|---|---|---|---|")
        parts += [
            f"| `{row.value}` | {row.staff} | {row.customer} | {row.next or ''} |" for row in rows
        ]
    return "\n".join(parts) + "\n"


class Command(BaseCommand):
    """Write the page, or with ``--check`` fail when it is not what the code says."""

    help = "Write docs/statuses.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        path = settings.BASE_DIR / PAGE
        wanted = statuses_page()
        if not check:
            path.write_text(wanted)
        elif not path.exists() or path.read_text() != wanted:
            raise CommandError(f"{PAGE} is not what the code says: run manage.py statuses.")
