"""What a walk along the links does not meet: every mail, every refusal, every empty list.

``make pictures`` takes all of it, in every view, to be looked at. The suite opens the same pages on
a phone in the dark and asks of them what it asks of every page.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from django.template import Context, Template
from django.utils.translation import gettext, override
from playwright.sync_api import Page

from ispplatform.core.errors import PlatformError
from ispplatform.core.management.commands.document_errors import refusals
from ispplatform.core.pages.mails import mail_render
from notifications.slots import mail_kinds
from tests.notifications.test_templates import CASES, company
from tests.pages.views import VIEWS, View

TAKEN_INTO = "PICTURES"  # the directory; without it no picture is taken
LANGUAGES = ("en", "de")
NOTICE = Template(
    '{% load ui %}{% notice tone="bad" title=code reference="7F3K-22" %}'
    "<p>{{ meaning }} {{ next_step }}</p>{% endnotice %}"
)


def views() -> list[View]:
    """Return in which views the album is opened: all for pictures, the hardest for the suite."""
    return VIEWS if os.environ.get(TAKEN_INTO) else VIEWS[-1:]


def taken(page: Page, name: str) -> None:
    """Take a picture of the whole page where pictures are wanted."""
    if folder := os.environ.get(TAKEN_INTO):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def mails() -> Iterator[tuple[str, str]]:
    """Yield every mail in every case and language: a name, and its HTML."""
    for key, cases in sorted(CASES.items()):
        kind = mail_kinds.get(key)
        assert kind is not None, key
        for number, values in enumerate(cases):
            for language in LANGUAGES:
                told = {"name": "Ada Lovelace", **values}
                mail = mail_render(kind.template, told, tenant=company(), language=language)
                yield f"mail-{key}-{number}-{language}", mail.html


def notices() -> Iterator[tuple[str, str]]:
    """Yield every documented refusal as a notice, by app and language."""
    for language in LANGUAGES:
        with override(language):
            for app, errors in refusals().items():
                shown = [
                    NOTICE.render(Context(_words(code, error)))
                    for (code, _status), error in sorted(errors.items())
                ]
                yield f"refusals-{app}-{language}", "".join(shown)


def _words(code: str, error: type[PlatformError]) -> dict[str, str]:
    return {
        "code": code,
        "meaning": gettext(error.meaning),
        "next_step": gettext(error.next_step),
    }


def named(prefix: str, address: str) -> str:
    """Return the name of an address's picture."""
    return f"{prefix}{address.rstrip('/').replace('/', '-')}"
