"""The one place where expected errors become HTTP answers."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DataError, IntegrityError
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.settings import api_settings

from ispplatform.core.api.database_trouble import RETRY_AFTER_SECONDS, is_passing
from ispplatform.core.api.error_details import flat_errors, provided_value, tellable
from ispplatform.core.api.responses import ApiResponse, ErrorResponse
from ispplatform.core.errors import (
    InsufficientScope,
    PlatformError,
    ProviderOutcomeUnknown,
    ProviderUnavailable,
)
from ispplatform.core.pages.refusals import refusal_of, refusal_text

logger = logging.getLogger(__name__)

PROVIDER_RETRY_AFTER_SECONDS = 60
CHALLENGE = 'Bearer realm="api"'

_CODES = {
    400: "MALFORMED_REQUEST",
    401: "AUTHENTICATION_REQUIRED",
    403: "ACCESS_DENIED",
    404: "RESOURCE_NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    415: "UNSUPPORTED_MEDIA_TYPE",
}


def code_of(status: int) -> str:
    """Return the error code of an HTTP status that no error of ours explains."""
    fallback = "INTERNAL_ERROR" if status >= 500 else _CODES[400]
    extra = {410: "GONE", 413: "PAYLOAD_TOO_LARGE", 429: "RATE_LIMIT_EXCEEDED"}
    return _CODES.get(status) or extra.get(status) or fallback


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return the answer for an exception of a view; None lets it become a logged 500."""
    if isinstance(exc, PlatformError):
        return _platform(exc)
    if isinstance(exc, drf.ValidationError):
        return _invalid(exc.detail, context)
    if isinstance(exc, ModelValidationError):
        return _invalid(drf.ValidationError(_model_errors(exc)).detail, context)
    if isinstance(exc, drf.Throttled):
        return _throttled(exc, context)
    if isinstance(exc, drf.APIException):
        return _framework(exc)
    if isinstance(exc, Http404):
        return ErrorResponse("RESOURCE_NOT_FOUND", _("There is no such object."), 404)
    if isinstance(exc, PermissionDenied):
        return ErrorResponse("ACCESS_DENIED", _("You may not do this."), 403)
    if isinstance(exc, RequestDataTooBig):
        return ErrorResponse("PAYLOAD_TOO_LARGE", _("The body is larger than is accepted."), 413)
    if isinstance(exc, SuspiciousOperation | BadRequest | UnreadablePostError):
        return ErrorResponse("MALFORMED_REQUEST", _("The request could not be read."), 400)
    return _database(exc)


def _platform(exc: PlatformError) -> Response:
    said = refusal_of(exc)
    if isinstance(exc, ProviderOutcomeUnknown):
        parts = {"meaning": said.meaning, "next_step": said.next_step, "reference": said.reference}
        return ApiResponse(
            {"outcome": "unknown", **parts, **exc.params}, exc.http_status, message=said.sentence
        )
    field = exc.params.get("field")
    details: dict[str, Any] = dict(exc.params)
    if field is not None:
        entry = {"field": field, "code": exc.code, "message": said.sentence}
        details = {"errors": [entry], **details}
    headers = {}
    if exc.http_status == 401:
        headers["WWW-Authenticate"] = CHALLENGE
    if isinstance(exc, InsufficientScope):
        scope = exc.params.get("required_permission", "")
        headers["WWW-Authenticate"] = f'{CHALLENGE}, error="insufficient_scope", scope="{scope}"'
    if isinstance(exc, ProviderUnavailable):
        headers["Retry-After"] = str(exc.params.get("retry_after", PROVIDER_RETRY_AFTER_SECONDS))
    elif "retry_after" in exc.params:
        headers["Retry-After"] = str(exc.params["retry_after"])
    return ErrorResponse(
        exc.code,
        exc.message,
        exc.http_status,
        details=_plain(details),
        headers=headers,
        refusal=said,
    )


def _plain(details: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: tellable(value) if name == "provided" else value for name, value in details.items()
    }


def _invalid(detail: Any, context: Mapping[str, Any]) -> Response:
    errors = [{**error, "message": refusal_text(error["message"])} for error in flat_errors(detail)]
    first = errors[0] if errors else {"field": None, "message": _("Invalid input data.")}
    field, issue = first["field"], str(first["message"])
    request = context.get("request")
    body = _readable_body(request)
    if field is not None and field not in body and request is not None:
        body = {**request.query_params.dict(), **body}
    details = {
        "field": field,
        "issue": issue,
        "provided": provided_value(body, field),
        "errors": errors,
    }
    message = f"{field}: {issue}" if field else issue
    return ErrorResponse("VALIDATION_ERROR", message, 422, details=details)


def _readable_body(request: Any) -> dict[str, Any]:
    """Return the body that was parsed, if one was; never parse here: it may be what failed."""
    data = getattr(request, "_full_data", None)
    return data if isinstance(data, dict) else {}


def _model_errors(exc: ModelValidationError) -> Any:
    if hasattr(exc, "error_dict"):
        return {
            api_settings.NON_FIELD_ERRORS_KEY if name == "__all__" else name: messages
            for name, messages in exc.message_dict.items()
        }
    return {api_settings.NON_FIELD_ERRORS_KEY: exc.messages}


def _throttled(exc: drf.Throttled, context: Mapping[str, Any]) -> Response:
    verdict = getattr(context.get("request"), "limit_verdict", None)
    wait = max(1, int(getattr(exc, "wait", None) or 1))
    details: dict[str, Any] = {}
    if verdict is not None:
        reset = datetime.fromtimestamp(verdict.reset_at_seconds, UTC)
        details = {"limit": verdict.limit, "reset_time": reset}
    return ErrorResponse(
        "RATE_LIMIT_EXCEEDED",
        _("Rate limit exceeded. Try again in %(wait)s seconds.") % {"wait": wait},
        429,
        details=details,
        headers={"Retry-After": str(wait)},
    )


def _framework(exc: drf.APIException) -> Response:
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    errors = list(flat_errors(exc.detail))
    sentence = errors[0]["message"] if errors else _("The request was refused.")
    own = getattr(exc, "platform_code", None)
    return ErrorResponse(
        own or code_of(exc.status_code), sentence, exc.status_code, headers=headers
    )


def _database(exc: Exception) -> Response | None:
    if is_passing(exc):
        logger.warning("The database asked for a retry: %s", exc)
        return ErrorResponse(
            "SERVICE_UNAVAILABLE",
            _("The system is busy. Nothing was changed; please repeat the request."),
            503,
            headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        )
    if isinstance(exc, IntegrityError):
        logger.error("A constraint refused what no rule had refused.", exc_info=exc)
        return ErrorResponse("RULE_VIOLATION", _("This contradicts what is stored already."), 409)
    if isinstance(exc, DataError):
        logger.error("The database refused a value that no check had refused.", exc_info=exc)
        return ErrorResponse("VALIDATION_ERROR", _("A value is out of range."), 422)
    return None
