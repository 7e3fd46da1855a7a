"""Form fields for settings that apps declare: one for each sort of default."""

import json
from typing import Any

from django import forms

from ispplatform.core.tenant_settings import TenantSetting


class LinesField(forms.CharField):
    """A table of texts, one ``name: value`` a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return "\n".join(f"{name}: {text}" for name, text in value.items())
        return value

    def clean(self, value: Any) -> dict[str, str]:
        lines = [line.strip() for line in str(value or "").splitlines() if line.strip()]
        pairs = [line.partition(":") for line in lines]
        if any(not colon for _name, colon, _text in pairs):
            raise forms.ValidationError("Write one name and its value a line: name: value")
        return {name.strip(): text.strip() for name, _colon, text in pairs}


class NumbersField(forms.CharField):
    """Whole numbers with commas between them."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(number) for number in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[int]:
        parts = [part.strip() for part in str(value or "").split(",") if part.strip()]
        try:
            return [int(part) for part in parts]
        except ValueError:
            raise forms.ValidationError("Write whole numbers with commas between them.") from None


class StructureField(forms.CharField):
    """Anything else, as JSON of the same sort as the default."""

    widget = forms.Textarea

    def __init__(self, *, sort: type, **options: Any) -> None:
        self.sort = sort
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)

    def clean(self, value: Any) -> Any:
        try:
            found = json.loads(value or "null")
        except ValueError as error:
            raise forms.ValidationError(f"This is no valid JSON: {error}") from None
        if not isinstance(found, self.sort):
            raise forms.ValidationError(f"A JSON {self.sort.__name__} is expected.")
        return found


def field_for(setting: TenantSetting[Any]) -> forms.Field:
    """Return the form field for a setting, by the sort of its default."""
    options: dict[str, Any] = {"label": setting.label, "required": False}
    default = setting.default
    if isinstance(default, bool):
        return forms.BooleanField(**options)
    if isinstance(default, int):
        return forms.IntegerField(**{**options, "required": True})
    if isinstance(default, str):
        return forms.CharField(**options)
    if isinstance(default, dict) and all(isinstance(text, str) for text in default.values()):
        return LinesField(**options, help_text="One name and its value a line.")
    if isinstance(default, list) and all(isinstance(number, int) for number in default):
        return NumbersField(**options)
    return StructureField(sort=type(default), **options, help_text="JSON")
