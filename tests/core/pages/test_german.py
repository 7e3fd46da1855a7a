"""The German texts of the kernel's pages: compiled as written, and each one still in use."""

from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client

from ispplatform.core.models import Tenant
from tests.meta.texts import texts_of

CATALOGUE = Path(settings.BASE_DIR) / "ispplatform/core/locale/de/LC_MESSAGES"
SOURCES = ("ispplatform/core", "templates")


def test_the_compiled_catalogue_says_what_the_source_says() -> None:
    with (CATALOGUE / "django.po").open("rb") as source:
        written = {m.id: m.string for m in read_po(source, locale="de") if m.id}
    with (CATALOGUE / "django.mo").open("rb") as binary:
        compiled = {m.id: m.string for m in read_mo(binary) if m.id}
    assert compiled == written
    assert all(written.values())


def test_every_german_text_belongs_to_a_text_that_is_there() -> None:
    present = {
        text
        for folder in SOURCES
        for path in (Path(settings.BASE_DIR) / folder).rglob("*")
        if path.suffix in {".py", ".html", ".txt"}
        for _context, text in texts_of(path)
    }
    with (CATALOGUE / "django.po").open("rb") as source:
        texts = {str(message.id) for message in read_po(source, locale="de") if message.id}
    assert sorted(texts - present) == []


@pytest.mark.parametrize(
    ("language", "sentence", "word"),
    [
        ("en", "There is nothing at this address", "Reference"),
        ("de", "Unter dieser Adresse gibt es nichts", "Kennung"),
    ],
)
def test_error_pages_speak_the_language_of_the_reader(
    client: Client, tenant: Tenant, language: str, sentence: str, word: str
) -> None:
    page = client.get("/no-such-page", headers={"accept-language": language}).content.decode()
    assert sentence in page
    assert word in page
    assert f'<html lang="{language}"' in page
