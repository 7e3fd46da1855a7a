"""The one envelope: every answer of the REST interface, good or bad, is written here."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_noop as _
from rest_framework.response import Response

from ispplatform.core.api.json_text import encode_json
from ispplatform.core.clock import system_now
from ispplatform.core.pages.refusals import Refusal, refusal_by_status
from ispplatform.core.request_ids import current_request_id

DONE = _("Operation completed successfully")
JSON = "application/json"


class ApiResponse(Response):
    """A good answer.

    Args:
        data: plain values for the envelope's ``data``.
        status: HTTP status, 200 to 299.
        message: a sentence for people.
        pagination: on lists, the envelope's ``pagination``.
        top_level: names repeated beside ``data`` for clients that read them there.
        headers: further HTTP headers.
    """

    def __init__(
        self,
        data: Any = None,
        status: int = 200,
        *,
        message: str = DONE,
        pagination: Mapping[str, Any] | None = None,
        top_level: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data, status=status, headers=headers)
        self.message = message
        self.pagination = pagination
        self.top_level = top_level


class ErrorResponse(Response):
    """A refusal: ``code`` of ``docs/errors.md``, a sentence, what it means, and facts."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int,
        *,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        refusal: Refusal | None = None,
    ) -> None:
        self.error = error_of(code, message, status, details, refusal)
        super().__init__(self.error, status=status, headers=headers)


def error_of(
    code: str,
    message: str,
    status: int,
    details: Mapping[str, Any] | None = None,
    refusal: Refusal | None = None,
) -> dict[str, Any]:
    """Return the envelope's ``error``; its details always have the seven documented names.

    Args:
        refusal: what an error of ours says; without it the status says what it means.
    """
    said = refusal or refusal_by_status(message, status)
    named = {
        "field": None,
        "issue": said.sentence,
        "provided": None,
        "errors": [],
        "meaning": said.meaning,
        "next_step": said.next_step,
        "reference": said.reference,
        **(details or {}),
    }
    return {"code": code, "message": said.sentence, "details": named}


def success_envelope(
    data: Any,
    *,
    message: str = DONE,
    pagination: Mapping[str, Any] | None = None,
    top_level: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the envelope of a good answer, stamped with time and request id."""
    body: dict[str, Any] = {"success": True, "data": data, "message": message, **_stamps()}
    if pagination is not None:
        body["pagination"] = pagination
    if top_level:
        body = {**top_level, **body}
    return body


def error_envelope(error: Mapping[str, Any]) -> dict[str, Any]:
    """Return the envelope of a refusal, stamped with time and request id."""
    return {"success": False, "error": error, **_stamps()}


def error_http_response(
    code: str,
    message: str,
    status: int,
    *,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return a refusal for places outside the API's views: middleware, probes."""
    body = encode_json(error_envelope(error_of(code, message, status, details)))
    return HttpResponse(body, content_type=JSON, status=status, headers=headers)


def _stamps() -> dict[str, Any]:
    return {"timestamp": system_now(), "request_id": current_request_id()}
