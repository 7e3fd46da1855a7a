"""Writes ``docs/statuses.md`` from the words that the apps declare."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ispplatform.core.pages.statuses import StatusWords, declared_statuses

_PLACE = re.compile(r"%\((\w+)\)s")
PAGE = Path("docs/statuses.md")
HEAD = """# Statuses

Screens, mails and the API read these words. `manage.py statuses` writes the page; a test holds
it to the code. After a semicolon stand the fuller words that customers read where more is known.
The interfaces give the words as `status_label`: the customers' in the caller's language, the staff
interface the staff word. Mails have them beside *Status*.
"""


def statuses_page() -> str:
    """Return the page: a table for each kind of row."""
    parts = [HEAD]
    for kind, rows in declared_statuses().items():
        parts += [f"\n## {kind}\n", "| value | staff | customers | what happens next |"]
        parts.append("|---|---|---|---|")
        parts += [
            f"| `{row.value}` | {row.staff} | {_for_customers(row)} | {row.next or ''} |"
            for row in rows
        ]
    return "\n".join(parts) + "\n"


def _for_customers(row: StatusWords) -> str:
    """Return the plain words, then the fuller ones with the places of their facts."""
    fuller = [_PLACE.sub(r"‹\1›", str(text)) for text in row.cases.values()]
    return "; ".join([str(row.customer), *fuller])


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
