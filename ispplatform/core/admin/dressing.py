"""Plain Django forms in the clothes of the back office."""

from typing import TypeVar

from django import forms
from unfold.widgets import CHECKBOX_CLASSES, INPUT_CLASSES, SELECT_CLASSES, TEXTAREA_CLASSES

F = TypeVar("F", bound=forms.BaseForm)

_CLOTHES: tuple[tuple[type[forms.Widget], list[str]], ...] = (
    (forms.CheckboxInput, CHECKBOX_CLASSES),
    (forms.Textarea, TEXTAREA_CLASSES),
    (forms.RadioSelect, []),
    (forms.CheckboxSelectMultiple, []),
    (forms.Select, SELECT_CLASSES),
    (forms.widgets.Input, INPUT_CLASSES),
)


def dressed(form: F) -> F:
    """Give each widget of ``form`` the classes of Unfold's own, and return the form."""
    for field in form.fields.values():
        classes = next((found for kind, found in _CLOTHES if isinstance(field.widget, kind)), [])
        field.widget.attrs["class"] = " ".join([field.widget.attrs.get("class", ""), *classes])
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs["rows"] = 4
    return form
