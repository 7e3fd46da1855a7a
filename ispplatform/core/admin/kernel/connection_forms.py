"""The forms of connections, made of the fields that each back end declares."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.providers.fields import FieldKind, SettingField
from ispplatform.core.providers.registry import Backend

CONFIG, SECRET = "config__", "secret__"


def _form_field(field: SettingField, *, is_secret: bool, is_kept: bool) -> forms.Field:
    """Return the form field for a setting; a secret that is kept shows nothing and may be empty."""
    options: dict[str, Any] = {
        "label": field.label,
        "required": field.required and field.default is None and not is_kept,
        "help_text": gettext("Kept as it is when nothing is written here.")
        if is_kept
        else field.help,
    }
    if is_secret:
        widget = forms.Textarea if field.kind is FieldKind.MULTILINE else forms.PasswordInput
        attrs = {"autocomplete": "off", "spellcheck": "false"}
        return forms.CharField(**options, widget=widget(attrs=attrs), strip=False)
    options["initial"] = field.default
    if field.kind is FieldKind.FLAG:
        return forms.BooleanField(**{**options, "required": False})
    if field.kind is FieldKind.NUMBER:
        return forms.IntegerField(**options)
    if field.kind is FieldKind.CHOICE:
        return forms.ChoiceField(**options, choices=field.choices)
    if field.kind is FieldKind.MULTILINE:
        return forms.CharField(**options, widget=forms.Textarea)
    return forms.CharField(**options)


def connection_form(backend: Backend, *, is_kept: bool) -> type[forms.Form]:
    """Return the form of a back end: a name, its settings, its secrets.

    Args:
        is_kept: for a connection that has its secrets already.
    """
    fields: dict[str, forms.Field] = {
        "name": forms.CharField(label=_("Name"), max_length=80, initial=backend.label)
    }
    for field in backend.config_fields:
        fields[CONFIG + field.name] = _form_field(field, is_secret=False, is_kept=False)
    for field in backend.credential_fields:
        fields[SECRET + field.name] = _form_field(field, is_secret=True, is_kept=is_kept)
    return type("ConnectionForm", (forms.Form,), fields)


def sorted_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a form's values as services take them; secrets left empty are not among them."""
    return {
        "name": values["name"],
        "config": _below(CONFIG, values),
        "credentials": {k: v for k, v in _below(SECRET, values).items() if v not in ("", None)},
    }


def _below(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): value
        for name, value in values.items()
        if name.startswith(prefix)
    }
