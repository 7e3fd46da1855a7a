"""The texts of the product: read out of its templates and modules, and the German ones."""

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from tests.meta.source import ROOT, name_of, product_files

CATALOGUES = (
    ROOT / "locale/de/LC_MESSAGES",
    ROOT / "ispplatform/core/locale/de/LC_MESSAGES",
)
KEYWORDS = {
    "_": None,
    "_t": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Templates and modules whose texts staff alone read; the back office is English.
STAFF_FOLDERS = {"admin", "api", "bulk", "management", "models", "sandbox", "styleguide", "unfold"}
STAFF_NAMES = ("office", "staff_", "wiring")
STAFF_FILES = {
    "accounts/portal/staff.py",
    "customers/panels.py",
    "customers/rules/timeline.py",
    "customers/timeline.py",
    "ispplatform/core/attention/handover.py",
    "ispplatform/core/reported_acts.py",
    "sales/attention.py",
    "sales/services/holds.py",
    "templates/email/sample.html",
}
# Their words are read where they were declared: not each of them is for customers.
WORD_FILES = {"choices.py", "statuses.py"}

Text = tuple[str, str]  # context or "", text (of several forms the first)


@cache
def templates() -> tuple[Path, ...]:
    """Return every template of the product."""
    return tuple(
        path for path in sorted((ROOT / "templates").rglob("*")) if path.suffix in {".html", ".txt"}
    )


def is_for_staff(path: Path) -> bool:
    """Tell whether staff alone read the texts of a template or module."""
    return (
        bool(STAFF_FOLDERS & set(path.relative_to(ROOT).parts[:-1]))
        or path.name.startswith(STAFF_NAMES)
        or name_of(path) in STAFF_FILES
    )


def customers_files() -> list[Path]:
    """Return the templates and modules whose texts customers read."""
    modules = [path for path in product_files() if path.name not in WORD_FILES]
    return [path for path in [*templates(), *modules] if not is_for_staff(path)]


@cache
def texts_of(path: Path) -> frozenset[Text]:
    """Return the texts that a file marks for translation."""
    source = path.read_text()
    if path.suffix != ".py":
        lines = templatize(source, origin=name_of(path)).splitlines()
        source = "\n".join(line.strip() for line in lines)
    elif "gettext" not in source:
        return frozenset()
    found = extract("python", io.BytesIO(source.encode()), KEYWORDS, options={"encoding": "utf-8"})
    return frozenset((context or "", _first(text)) for _, text, _, context in found)


def _first(text: str | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else text[0]


def german_messages() -> Iterator[Message]:
    """Yield each message of the German catalogues, without their heads."""
    for folder in CATALOGUES:
        with (folder / "django.po").open("rb") as source:
            yield from (message for message in read_po(source, locale="de") if message.id)


@cache
def german_texts() -> frozenset[Text]:
    """Return the texts that have a German one."""
    return frozenset(
        (message.context or "", _first(message.id))
        for message in german_messages()
        if not message.fuzzy and all(forms_of(message))
    )


def forms_of(message: Message) -> tuple[str, ...]:
    """Return the German text of a message, or its text for each number."""
    text = message.string
    return (text,) if isinstance(text, str) else tuple(text)
