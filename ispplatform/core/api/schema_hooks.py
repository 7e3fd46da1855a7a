"""The last pass over the OpenAPI document: shared components, and an example for everything."""

from typing import Any

from ispplatform.core.api.schema_examples import example_of
from ispplatform.core.api.schema_parts import components

JSON = "application/json"


def with_shared_parts(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Return the document with what all operations share, and examples made from the schemas."""
    own = result.setdefault("components", {})
    for kind, shared in components().items():
        own[kind] = {**own.get(kind, {}), **shared}
    tags: set[str] = set()
    for item in result["paths"].values():
        for operation in item.values():
            _exemplify(operation, result)
            tags.update(operation["tags"])
    in_order = sorted(tags, key=lambda tag: (tag.startswith("portal"), tag))
    result["tags"] = [{"name": tag} for tag in in_order]
    return result


def _exemplify(operation: dict[str, Any], document: dict[str, Any]) -> None:
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for body in bodies:
        media = body.get("content", {}).get(JSON)
        if media and "example" not in media and "examples" not in media:
            media["example"] = example_of(media.get("schema", {}), document)
