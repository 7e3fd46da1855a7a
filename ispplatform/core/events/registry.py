"""Event classes by name, and the schema of what they carry."""

import dataclasses
import re
import types
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from ispplatform.core.audit.digests import plain

_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_PLAIN: dict[Any, dict[str, str]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    UUID: {"type": "string", "format": "uuid"},
    Decimal: {"type": "string", "format": "decimal"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
}
_classes: dict[str, type["Event"]] = {}


class Event:
    """Base of all events: a frozen, keyword-only dataclass of ids and plain values, past tense.

    ``name`` is ``app.what_happened``. It is stable: rows, subscribers and integrators know it. A
    field may be a text, whole number, truth value, UUID, Decimal, date or datetime, a list or a
    text-keyed dict of these, or None.

        @dataclass(frozen=True, kw_only=True)
        class InvoicePaid(Event):
            name: ClassVar[str] = "billing.invoice_paid"
            invoice_id: UUID
            amount: Decimal
            currency: str
    """

    name: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        name = cls.__dict__.get("name", "")
        if not _NAME.fullmatch(name):
            raise TypeError(f"{cls.__qualname__} needs a name of the form app.what_happened.")
        known = _classes.setdefault(name, cls)
        if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"The event {name} is declared twice: {known} and {cls}.")
        _classes[name] = cls


def event_classes() -> dict[str, type[Event]]:
    """Return every event class by name, sorted."""
    return dict(sorted(_classes.items()))


def payload_of(event: Event) -> dict[str, Any]:
    """Return the event's fields as values that JSON can hold (ids, decimals, times as text)."""
    fields = dataclasses.fields(event)  # type: ignore[arg-type] # every event is a dataclass
    return {field.name: plain(getattr(event, field.name)) for field in fields}


def payload_schema(event_class: type[Event]) -> dict[str, Any]:
    """Return the JSON schema of the payload.

    Raises:
        TypeError: the class is no frozen dataclass, or a field has a type that no event may carry.
    """
    params = getattr(event_class, "__dataclass_params__", None)
    if params is None or not params.frozen:
        raise TypeError(f"{event_class.__qualname__} is not a frozen dataclass.")
    hints = get_type_hints(event_class)
    names = [field.name for field in dataclasses.fields(event_class)]  # type: ignore[arg-type]
    return {
        "type": "object",
        "properties": {name: _schema(hints[name], f"{event_class.name}.{name}") for name in names},
        "required": names,
        "additionalProperties": False,
    }


def _schema(hint: Any, where: str) -> dict[str, Any]:
    if hint in _PLAIN:
        return dict(_PLAIN[hint])
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType) and type(None) in arguments and len(arguments) == 2:
        (inner,) = (argument for argument in arguments if argument is not type(None))
        return {"anyOf": [_schema(inner, where), {"type": "null"}]}
    if origin is list and len(arguments) == 1:
        return {"type": "array", "items": _schema(arguments[0], where)}
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return {"type": "array", "items": _schema(arguments[0], where)}
    if origin is dict and len(arguments) == 2 and arguments[0] is str:
        return {"type": "object", "additionalProperties": _schema(arguments[1], where)}
    raise TypeError(f"{where} is of the type {hint}, which no event may carry.")
