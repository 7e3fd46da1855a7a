"""Examples for the OpenAPI document, made from its schemas: always of the form they illustrate."""

from typing import Any

_DEEPEST = 8
_BY_FORMAT: dict[str, Any] = {
    "uuid": "0193a1f0-5b1e-7cc3-98c4-dc0c0c07398f",
    "date-time": "2026-11-30T09:15:00Z",
    "date": "2026-11-30",
    "time": "09:15:00",
    "email": "ada@example.org",
    "uri": "https://www.example.org/",
    "ipv4": "192.0.2.10",
    "ipv6": "2001:db8::10",
    "byte": "",
    "binary": "",
}
_BY_NAME: dict[str, Any] = {
    "currency": "EUR",
    "country": "DE",
    "phone": "+49 30 5550123",
    "language": "en",
    "timezone": "Europe/Berlin",
    "reason": "Asked for by the customer.",
    "name": "Ada Example",
    "first_name": "Ada",
    "last_name": "Example",
    "city": "Berlin",
    "postal_code": "10115",
    "street": "Example Street 1",
}
_BY_TYPE: dict[str, Any] = {"boolean": True, "integer": 1, "number": 1.5, "null": None}


def example_of(schema: dict[str, Any], document: dict[str, Any], name: str = "") -> Any:
    """Return a value that the schema allows, in the words of the trade where its name is known."""
    return _example(schema, document, name, 0)


def _example(schema: dict[str, Any], document: dict[str, Any], name: str, depth: int) -> Any:
    if depth > _DEEPEST:
        return None
    if "$ref" in schema:
        return _example(_resolved(schema["$ref"], document), document, name, depth + 1)
    for chosen in ("const", "default", "example"):
        if chosen in schema:
            return schema[chosen]
    for several in ("examples", "enum"):
        if schema.get(several):
            return schema[several][0]
    for choice in ("oneOf", "anyOf"):
        if schema.get(choice):
            return _example(schema[choice][0], document, name, depth + 1)
    if schema.get("allOf"):
        parts = [_example(part, document, name, depth + 1) for part in schema["allOf"]]
        objects = [part for part in parts if isinstance(part, dict)]
        return (
            {key: item for part in objects for key, item in part.items()} if objects else parts[0]
        )
    return _plain(schema, document, name, depth)


def _plain(schema: dict[str, Any], document: dict[str, Any], name: str, depth: int) -> Any:
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "array":
        return [_example(schema.get("items", {}), document, name, depth + 1)]
    if kind == "object":
        return {
            key: _example(part, document, key, depth + 1)
            for key, part in schema.get("properties", {}).items()
        }
    if kind == "string":
        return _text(schema, name)
    if kind in {"integer", "number"}:
        return max(_BY_TYPE[kind], schema.get("minimum", _BY_TYPE[kind]))
    return _BY_TYPE[kind]


def _text(schema: dict[str, Any], name: str) -> str:
    if schema.get("format") in _BY_FORMAT:
        return str(_BY_FORMAT[schema["format"]])
    text = str(_BY_NAME.get(name, name.replace("_", " ").strip() or "text"))
    text = text[: schema.get("maxLength", len(text))]
    return text.ljust(schema.get("minLength", 0), "x")


def _resolved(reference: str, document: dict[str, Any]) -> dict[str, Any]:
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found.get(part, {})
    return dict(found)
