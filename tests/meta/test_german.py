"""Whatever customers read has a German text: pages, mails, documents, words for statuses.

How a text gets one: docs/adding-a-text.md.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.db.models import TextChoices
from django.utils import translation

from accounts.choices import GuardReason
from billing.choices import DocumentKind, PaymentMethodKind
from billing.slots import subject_pages
from catalog.choices import BillingCycle, DomainOffer, PlanType
from customers.choices import CustomerType
from domains.choices import ServerState
from ispplatform.core.pages.home import PORTAL_HOME
from ispplatform.core.pages.navigation import PORTAL_NAVIGATION
from ispplatform.core.pages.refusals import declared_refusals
from ispplatform.core.pages.statuses import declared_statuses
from notifications.choices import MailState
from provisioning.choices import ReasonKind
from tests.meta.source import name_of, product_files, tree_of
from tests.meta.texts import (
    CATALOGUES,
    customers_files,
    forms_of,
    german_messages,
    german_texts,
    is_for_staff,
    templates,
    texts_of,
)

# Choices whose labels pages of customers show.
LABELS: list[type[TextChoices]] = [
    BillingCycle,
    CustomerType,
    GuardReason,
    DocumentKind,
    DomainOffer,
    MailState,
    PaymentMethodKind,
    PlanType,
    ReasonKind,
    ServerState,
]
PLACE = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")
# What stands in a template between its tags: no words, but for these.
NEUTRAL = {"IBAN", "BIC", "MB", "GB", "TLS"}
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
SPOKEN = re.compile(r'\b(?:alt|aria-label|data-label|placeholder|title)="([^"]*)"')
WITHOUT_WORDS = re.compile(
    r"\{% *(?:comment.*?endcomment|blocktrans.*?endblocktrans\w*) *%\}"
    r"|\{% *block body_class *%\}.*?\{% *endblock *%\}"
    r"|<(script|style)\b.*?</\1>|&\w+;",
    re.DOTALL,
)


def test_every_text_for_customers_is_german_too() -> None:
    missing = [
        f"{name_of(path)}: {text}"
        for path in customers_files()
        for context, text in sorted(texts_of(path))
        if (context, text) not in german_texts()
    ]
    assert missing == [], "say it in locale/de: see docs/adding-a-text.md"


def test_every_word_for_customers_is_german_too() -> None:
    with translation.override("en"):
        words = {
            str(word)
            for statuses in declared_statuses().values()
            for status in statuses
            for word in (status.customer, status.next, *status.cases.values())
        }
        words |= {str(label) for choices in LABELS for label in choices.labels}
        words |= {str(entry.label) for entry in PORTAL_NAVIGATION.items()}
        words |= {str(part.title) for part in PORTAL_HOME.items()}
        words |= {str(page.label) for page in subject_pages.items()}
    known = {text for context, text in german_texts() if not context}
    assert sorted(words - known - {""}) == []


def test_every_refusal_that_pages_translate_is_said_somewhere() -> None:
    said = {
        shape
        for path in product_files()
        if path.name != "refusals.py"
        for shape in _shapes(tree_of(path))
    }
    declared = {PLACE.sub("%s", sentence) for sentence in declared_refusals()}
    assert len(declared) > 90
    assert sorted(declared - said) == [], "the error reads differently now"


def _shapes(tree: ast.Module) -> Iterator[str]:
    """Yield each text of a module, with ``%s`` for what is filled in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "%s" for part in node.values
            )


def test_every_german_text_is_finished_and_fills_the_same_places() -> None:
    for message in german_messages():
        text = message.id if isinstance(message.id, str) else message.id[-1]
        assert not message.fuzzy, text
        for german in forms_of(message):
            assert german, text
            assert sorted(PLACE.findall(german)) == sorted(PLACE.findall(text)), text


def test_every_german_text_belongs_to_a_text_that_is_there() -> None:
    present = {text for path in [*templates(), *product_files()] for text in texts_of(path)}
    assert sorted(german_texts() - present) == []


@pytest.mark.parametrize("folder", CATALOGUES, ids=name_of)
def test_compiled_catalogues_say_what_their_sources_say(folder: Path) -> None:
    with (folder / "django.po").open("rb") as source:
        written = _sentences(read_po(source, locale="de"))
    with (folder / "django.mo").open("rb") as binary:
        compiled = _sentences(read_mo(binary))
    assert compiled == written
    assert written


def _sentences(catalogue: Catalog) -> set[tuple[object, ...]]:
    return {(_context(m), *_forms(m.id), *_forms(m.string)) for m in catalogue if m.id}


def _context(message: Message) -> str:
    """Return a message's context; Babel leaves those of compiled catalogues as bytes."""
    context: str | bytes | None = message.context
    return context.decode() if isinstance(context, bytes) else context or ""


def _forms(text: str | Sequence[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_no_template_for_customers_holds_a_bare_word() -> None:
    bare = [
        f"{name_of(path)}: {words}"
        for path in templates()
        if not is_for_staff(path)
        for words in _bare_words(path.read_text())
    ]
    assert bare == [], "mark them with {% translate %}"


def _bare_words(source: str) -> list[str]:
    text = TAG.sub(" ", WITHOUT_WORDS.sub(" ", source))
    spoken = SPOKEN.findall(text)
    between = re.split(r"<[^>]*>", text)
    words = (word for piece in [*spoken, *between] for word in re.findall(r"[A-Za-z]{2,}", piece))
    return [word for word in words if word not in NEUTRAL]
