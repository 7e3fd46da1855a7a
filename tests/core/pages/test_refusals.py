"""Errors of services on pages, in the language of whoever reads them."""

import pytest
from django.utils import translation

from ispplatform.core.pages.refusals import declared_refusals, refusal_text


@pytest.mark.parametrize(
    ("said", "german"),
    [
        ("There is nothing in the cart.", "Der Warenkorb ist leer."),
        ("shop.example is already registered.", "shop.example ist bereits registriert."),
        ("Use 60 to 86400 seconds.", "Verwenden Sie 60 bis 86400 Sekunden."),
        (
            "Use at least 8 characters. Add a digit.",
            "Verwenden Sie mindestens 8 Zeichen. Fügen Sie eine Ziffer hinzu.",
        ),
        ("The engine is on fire.", "The engine is on fire."),
        ("100% of it is already registered.", "100% of it ist bereits registriert."),
    ],
)
def test_refusals_are_german_for_germans(said: str, german: str) -> None:
    with translation.override("de"):
        assert refusal_text(said) == german
    with translation.override("en"):
        assert refusal_text(said) == said


def test_every_declared_refusal_has_a_german_text() -> None:
    with translation.override("de"):
        same = [text for text in declared_refusals() if refusal_text(text) == text]
    assert same == []
