"""The parts of the OpenAPI document that every operation shares."""

from collections.abc import Iterator, Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter

from ispplatform.core.api.filter_kinds import Filter
from ispplatform.core.api.paging import COUNT_CAP, DEFAULT_LIMIT, LARGEST_LIMIT, LARGEST_OFFSET

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NULLABLE_INTEGER: Schema = {"type": ["integer", "null"]}

EXAMPLE_TIME = "2026-11-30T09:15:00Z"
EXAMPLE_ID = "0193a1f0-5b1e-7cc3-98c4-dc0c0c07398f"

# Component name, HTTP status, usual code (docs/errors.md), sentence.
ERRORS: dict[str, tuple[int, str, str]] = {
    "Malformed": (400, "MALFORMED_REQUEST", "The request cannot be read."),
    "Unauthenticated": (
        401,
        "AUTHENTICATION_REQUIRED",
        "No credentials, or credentials that are not valid.",
    ),
    "Forbidden": (403, "ACCESS_DENIED", "The credentials are good and do not include this."),
    "NotFound": (
        404,
        "RESOURCE_NOT_FOUND",
        "No such object, or none that these credentials may see.",
    ),
    "NotAcceptable": (406, "NOT_ACCEPTABLE", "Answers are JSON."),
    "Conflict": (
        409,
        "RULE_VIOLATION",
        "A rule or the present state forbids it, or a keyed request still runs.",
    ),
    "Stale": (412, "STALE_OBJECT", "`If-Match` names another version than the object has."),
    "TooLarge": (413, "PAYLOAD_TOO_LARGE", "The body is larger than is accepted."),
    "UnsupportedMediaType": (415, "UNSUPPORTED_MEDIA_TYPE", "Bodies are JSON."),
    "Invalid": (422, "VALIDATION_ERROR", "Values of the wrong form; `details.errors` lists each."),
    "TooMany": (
        429,
        "RATE_LIMIT_EXCEEDED",
        "More requests than the limit; `Retry-After` says when to come again.",
    ),
    "Unavailable": (
        503,
        "SERVICE_UNAVAILABLE",
        "Busy, or a provider is out of reach; nothing was changed.",
    ),
}


def components() -> Schema:
    """Return what is appended to the document's components."""
    return {
        "schemas": {
            "SuccessEnvelope": _envelope({}),
            "ListEnvelope": _envelope({"pagination": {"$ref": "#/components/schemas/Pagination"}}),
            "Pagination": _pagination(),
            "ErrorEnvelope": _error_envelope(),
            "FieldError": _object(
                {
                    "field": {"type": ["string", "null"], "examples": ["address.postal_code"]},
                    "code": {**TEXT, "examples": ["REQUIRED"]},
                    "message": TEXT,
                }
            ),
        },
        "responses": {
            name: error_response(sentence, code) for name, (_, code, sentence) in ERRORS.items()
        },
        "headers": _headers(),
        "securitySchemes": {
            "bearerAuth": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "An access token from log-in, or an API key.",
            },
            "apiKeyAuth": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            "cookieAuth": {
                "type": "apiKey",
                "in": "cookie",
                "name": "sessionid",
                "description": "A browser's session; writes also need `X-CSRFToken`.",
            },
        },
    }


def error_response(sentence: str, code: str = "RULE_VIOLATION") -> Schema:
    """Return the response object of a refusal; ``code`` is the one in its example."""
    schema = {"$ref": "#/components/schemas/ErrorEnvelope"}
    named: Schema = {
        "field": None,
        "issue": sentence,
        "provided": None,
        "errors": [],
        "meaning": "Nothing was changed and nothing was charged.",
        "next_step": "Look at how it stands now.",
        "reference": "7F3K-22A1",
    }
    example = {
        "success": False,
        "error": {"code": code, "message": sentence, "details": named},
        "timestamp": EXAMPLE_TIME,
        "request_id": EXAMPLE_ID,
    }
    return {
        "description": sentence,
        "headers": header_refs("X-Request-ID"),
        "content": {"application/json": {"schema": schema, "example": example}},
    }


def header_refs(*names: str) -> Schema:
    """Return references to shared response headers."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def wrapped(data: Schema, *, is_list: bool = False) -> Schema:
    """Return the schema of the envelope around ``data``."""
    envelope = "ListEnvelope" if is_list else "SuccessEnvelope"
    own = {"type": "object", "properties": {"data": data}, "required": ["data"]}
    return {"allOf": [{"$ref": f"#/components/schemas/{envelope}"}, own]}


def paging_parameters() -> list[OpenApiParameter]:
    """Return the parameters by which every list is paged."""
    return [
        _query("limit", {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT,
                         "default": DEFAULT_LIMIT}, "Rows of a page."),
        _query("page", {"type": "integer", "minimum": 1, "maximum": LARGEST_OFFSET},
               "Number of the page, from 1."),
        _query("offset", {"type": "integer", "minimum": 0, "maximum": LARGEST_OFFSET},
               "Rows to pass over; goes before `page`."),
        _query("cursor", TEXT, "Empty for the first page, then each answer's "
               "`pagination.next_cursor`. Reads lists of any length; goes before `offset`."),
    ]  # fmt: skip


def sort_parameters(names: list[str], default: str) -> list[OpenApiParameter]:
    """Return the parameters by which a list is sorted."""
    listed = ", ".join(f"`{name}`" for name in names)
    return [
        _query("sort", {**TEXT, "examples": [default]},
               f"Comma-separated fields, `-` before one for descending: {listed}."),
        _query("order", {"type": "string", "enum": ["asc", "desc"]},
               "Direction of a single `sort` field."),
    ]  # fmt: skip


def filter_parameters(declared: Mapping[str, Filter]) -> Iterator[OpenApiParameter]:
    """Yield the parameters of a list's filters, flat and as ``filter[name][op]``."""
    for name, kind in declared.items():
        schema = dict(kind.json_type)
        if "eq" in kind.ops:
            yield _query(name, schema, f"Only rows whose `{name}` is this.")
        for op in sorted(kind.ops - {"eq"}):
            if op == "in":
                several = {"type": "array", "items": schema}
                yield _query(f"filter[{name}][in]", several, "One of these.", explode=False)
            else:
                yield _query(f"filter[{name}][{op}]", schema, f"`{name}` {_WORDS[op]}.")
        for flat in ("date_from", "date_to", f"{name}_min", f"{name}_max"):
            if flat in kind.flat_names(name):
                bound = "at least" if flat.endswith(("_from", "_min")) else "at most"
                yield _query(flat, schema, f"`{name}` is {bound} this.")


def header_parameter(name: str, description: str) -> OpenApiParameter:
    """Return an optional request header."""
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description)


_WORDS = {
    "ne": "is not this",
    "gt": "is above this",
    "gte": "is this or above",
    "lt": "is below this",
    "lte": "is this or below",
    "contains": "holds this text, in any case",
}


def _query(
    name: str, schema: Mapping[str, Any], description: str, *, explode: bool | None = None
) -> OpenApiParameter:
    style = None if explode is None else "form"
    return OpenApiParameter(
        name,
        dict(schema),
        OpenApiParameter.QUERY,
        description=description,
        style=style,
        explode=explode,
    )


def _object(properties: Mapping[str, Any], required: list[str] | None = None) -> Schema:
    names = list(properties) if required is None else required
    return {"type": "object", "properties": dict(properties), "required": names}


def _stamps() -> Schema:
    return {
        "timestamp": {**TEXT, "format": "date-time", "examples": [EXAMPLE_TIME]},
        "request_id": {**TEXT, "examples": [EXAMPLE_ID]},
    }


def _envelope(more: Mapping[str, Any]) -> Schema:
    return _object(
        {
            "success": {"type": "boolean", "const": True},
            "message": {**TEXT, "examples": ["Operation completed successfully"]},
            **_stamps(),
            **more,
        }
    )


def _error_envelope() -> Schema:
    details = _object(
        {
            "field": {"type": ["string", "null"], "examples": ["email"]},
            "issue": {**TEXT, "examples": ["Enter a valid email address."]},
            "provided": {"examples": ["ada@"]},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
            "meaning": {**TEXT, "examples": ["Nothing was changed and nothing was charged."]},
            "next_step": {**TEXT, "examples": ["Correct what is named and send it once more."]},
            "reference": {**TEXT, "examples": ["7F3K-22A1"]},
        }
    )
    details["additionalProperties"] = True
    error = _object(
        {
            "code": {**TEXT, "examples": ["VALIDATION_ERROR"]},
            "message": {**TEXT, "examples": ["email: Enter a valid email address."]},
            "details": details,
        }
    )
    return _object({"success": {"type": "boolean", "const": False}, "error": error, **_stamps()})


def _pagination() -> Schema:
    count = {"type": "integer", "minimum": 0}
    return _object(
        {
            "total": {**count, "description": f"Exact up to {COUNT_CAP}."},
            "limit": {"type": "integer", "examples": [DEFAULT_LIMIT]},
            "offset": {**NULLABLE_INTEGER, "description": "Null when paging by cursor."},
            "page": NULLABLE_INTEGER,
            "pages": {**NULLABLE_INTEGER, "description": "Null when the total is an estimate."},
            "has_more": {"type": "boolean"},
            "next_offset": NULLABLE_INTEGER,
            "prev_offset": NULLABLE_INTEGER,
            "total_is_estimate": {
                "type": "boolean",
                "description": f"There are more than {COUNT_CAP} rows.",
            },
            "next_cursor": {"type": ["string", "null"]},
            "complete_until": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "With `sort=updated_at`: no row that changed before is missing."
                " Begin the next synchronising with `filter[updated_at][gte]` of this, as the"
                " first page told it.",
            },
        }
    )


def _headers() -> Schema:
    texts = {
        "X-Request-ID": "The request's own `X-Request-ID`, or the one it was given.",
        "Link": "Addresses of the next and the previous page (RFC 8288).",
        "ETag": "The version of what is shown, for `If-None-Match` and `If-Match`.",
        "Location": "Address of the new object.",
    }
    numbers = {
        "X-RateLimit-Limit": "Requests in a window.",
        "X-RateLimit-Remaining": "Requests left in this window.",
        "X-RateLimit-Reset": "When the window ends, in seconds since 1970.",
        "X-Total-Count": "As `pagination.total`.",
        "X-Page-Count": "As `pagination.pages`; missing when that is null.",
    }
    return {
        **{name: {"description": text, "schema": TEXT} for name, text in texts.items()},
        **{
            name: {"description": text, "schema": {"type": "integer"}}
            for name, text in numbers.items()
        },
    }
