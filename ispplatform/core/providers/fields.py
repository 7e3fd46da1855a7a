"""The settings and secrets that a back end asks for: what the form shows and what is checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from ispplatform.core.errors import InvalidInput


class FieldKind(StrEnum):
    """How a setting is entered."""

    TEXT = "text"
    MULTILINE = "multiline"
    NUMBER = "number"
    FLAG = "flag"
    URL = "url"
    CHOICE = "choice"


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingField:
    """One setting or secret of a back end.

    Args:
        name: key in ``config`` or ``credentials``.
        help: a sentence below the field: where to find the value.
        default: value when nothing is entered; None means none.
        choices: (value, label) pairs for ``FieldKind.CHOICE``.
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    default: Any = None
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""

    def cleaned(self, value: Any) -> Any:
        """Return the value as it is kept.

        Raises:
            InvalidInput: it is missing or of the wrong form.
        """
        if isinstance(value, str):
            value = value.strip()
        if value is None or value == "":
            if self.required and self.default is None:
                raise InvalidInput(f"{self.label} is needed.", field=self.name)
            return self.default
        return self._of_kind(value)

    def _of_kind(self, value: Any) -> Any:
        if self.kind is FieldKind.FLAG:
            if isinstance(value, bool):
                return value
            raise InvalidInput(f"{self.label}: use yes or no.", field=self.name)
        if self.kind is FieldKind.NUMBER:
            return self._number(value)
        if not isinstance(value, str):
            raise InvalidInput(f"{self.label}: use a text.", field=self.name)
        if self.kind is FieldKind.URL and (
            urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname
        ):
            raise InvalidInput(f"{self.label}: use an address like https://…", field=self.name)
        if self.kind is FieldKind.CHOICE and value not in dict(self.choices):
            raise InvalidInput(f"{self.label}: choose one of the list.", field=self.name)
        return value

    def _number(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise InvalidInput(f"{self.label}: use a whole number.", field=self.name)
        try:
            return int(value)
        except ValueError:
            raise InvalidInput(f"{self.label}: use a whole number.", field=self.name) from None


def cleaned_values(
    fields: Sequence[SettingField], values: Mapping[str, Any], *, what: str
) -> dict[str, Any]:
    """Return all fields' values, complete with defaults and without empty ones.

    Raises:
        InvalidInput: a value is missing, wrong, or belongs to no field.
    """
    unknown = sorted(set(values) - {field.name for field in fields})
    if unknown:
        raise InvalidInput(f"This back end has no {what} {', '.join(unknown)}.", field=unknown[0])
    cleaned = {field.name: field.cleaned(values.get(field.name)) for field in fields}
    return {name: value for name, value in cleaned.items() if value is not None}
