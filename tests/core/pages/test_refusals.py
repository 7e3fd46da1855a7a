"""Errors of services on pages, in the language of whoever reads them."""

import pytest
from django import forms
from django.template.loader import render_to_string
from django.utils import translation

from ispplatform.core.errors import InvalidInput, ProviderOutcomeUnknown, RuleViolation
from ispplatform.core.pages.refusals import (
    declared_refusals,
    refusal_by_status,
    refusal_of,
    refusal_text,
    refuse_form,
)
from ispplatform.core.request_ids import clear_request_id, use_request_id
from sales.errors import PriceChanged


@pytest.fixture
def reference():
    use_request_id("0190f5a2-7b3c-7def-8123-45677f3k22a1")
    yield "7F3K-22A1"
    clear_request_id()


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
        ("", ""),
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


def test_a_refusal_says_what_happened_what_it_means_what_to_do_and_its_reference(reference) -> None:
    error = PriceChanged("A price has changed since you opened this page.")
    with translation.override("en"):
        assert refusal_of(error).text == (
            "A price has changed since you opened this page. Nothing was ordered or charged, and "
            "your cart is saved. If the new total suits you, order again. Reference 7F3K-22A1."
        )
    with translation.override("de"):
        said = refusal_of(error)
        assert said.meaning == (
            "Es wurde nichts bestellt oder abgebucht, und Ihr Warenkorb ist gespeichert."
        )
        assert said.reference_text == "Kennung 7F3K-22A1."


def test_outside_a_request_there_is_no_reference_to_read_out() -> None:
    clear_request_id()
    assert refusal_of(RuleViolation("It is over.")).text.endswith("tell us the reference.")


def test_a_class_says_what_it_means_and_its_subclasses_inherit_it() -> None:
    assert refusal_of(InvalidInput("No.")).meaning == "Nothing was changed and nothing was charged."
    unknown = refusal_of(ProviderOutcomeUnknown("No answer."))
    assert unknown.meaning.startswith("It may have taken place.")


@pytest.mark.parametrize(
    ("status", "next_step"),
    [
        (405, "Correct the request, then send it once more."),
        (404, "Look it up in its list: everything that is yours stands there."),
        (429, "Wait for the time that is named, then send it once more."),
        (502, "Try again in a moment. If it happens again, tell us the reference."),
    ],
)
def test_what_no_error_of_ours_explains_is_explained_by_its_status(status, next_step) -> None:
    assert refusal_by_status("No.", status).next_step == next_step


class NameForm(forms.Form):
    name = forms.CharField()


def _shown(form: forms.Form) -> str:
    return " ".join(render_to_string("components/form.html", form.get_context()).split())


def test_a_form_shows_the_sentence_at_its_field_and_the_rest_above_it(reference) -> None:
    form = NameForm({"name": "shop"})
    refuse_form(form, PriceChanged("The name is bad.", field="name", suggestions=["Add a digit."]))
    assert form.errors == {"name": ["The name is bad.", "Add a digit."]}
    page = _shown(form)
    assert "Some fields need another look." in page
    assert "Nothing was ordered or charged, and your cart is saved." in page
    assert "7F3K-22A1" in page


def test_a_refusal_without_a_field_stands_above_the_form_with_all_its_parts(reference) -> None:
    form = NameForm({"name": "shop"})
    refuse_form(form, PriceChanged("The price is new.", field="elsewhere"))
    assert form.non_field_errors() == ["The price is new."]
    page = _shown(form)
    assert "The price is new." in page
    assert "Some fields need another look." not in page
    assert "If the new total suits you, order again." in page
    assert "7F3K-22A1" in page


def test_what_a_form_refuses_itself_says_so_too(reference) -> None:
    page = _shown(NameForm({}))
    assert "Nothing was changed and nothing was charged." in page
    assert "Correct what is named and send it once more." in page
    assert "7F3K-22A1" in page
    assert "7F3K" not in _shown(NameForm())
