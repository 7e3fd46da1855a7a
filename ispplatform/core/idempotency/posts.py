"""Answering a POST of the API once per key, its effect and its answer in one transaction."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from ispplatform.core.api.error_details import tellable
from ispplatform.core.api.exceptions import exception_handler
from ispplatform.core.api.json_text import decode_json, encode_json
from ispplatform.core.api.permissions import actor_of
from ispplatform.core.api.responses import ApiResponse, ErrorResponse
from ispplatform.core.errors import InvalidInput, PlatformError, ProviderRejected
from ispplatform.core.idempotency.errors import IdempotencyLeaseLost
from ispplatform.core.idempotency.records import (
    Answer,
    Claim,
    KeyedRequest,
    record_claim,
    record_complete,
    record_release,
)
from ispplatform.core.middleware.addresses import client_address
from ispplatform.core.tenancy.context import current_scope

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS = ("Location", "ETag")
# Refusals that are decisions, and are therefore repeated; after any other the key is free again.
_DECISIONS = frozenset({202, 402, 409})


def answer_once(view: Any, request: Request, handle: Callable[[], Any]) -> Any:
    """Return the handler's answer, or the one that was given to this key before.

    The handler runs in one transaction, key or no key, so that both behave alike. A refusal by
    a business rule is an answer and is kept; invalid input, missing permission and failures of
    ours are not.

    Raises:
        IdempotencyKeyReused, IdempotentRequestRunning, IdempotentAnswerWithheld: see ``records``.
    """
    keyed = _keyed_request(request)
    known = record_claim(keyed) if keyed is not None else None
    if isinstance(known, Answer):
        return _replayed(known)
    if known is None:
        view.prepare(request)
        with transaction.atomic():
            return handle()
    return _carry_out(view, request, handle, known)


def _carry_out(view: Any, request: Request, handle: Callable[[], Any], claim: Claim) -> Any:
    is_secret = view.action_name in view.secret_answers
    try:
        view.prepare(request)
        with transaction.atomic():
            response = handle()
            record_complete(claim, _kept(response, is_secret=is_secret))
    except BaseException as exc:
        _after_failure(claim, exc)
        raise
    return response


def _after_failure(claim: Claim, exc: BaseException) -> None:
    """Keep a decision as the answer; give the key back after everything else."""
    decided = isinstance(exc, ProviderRejected) or getattr(exc, "http_status", 0) in _DECISIONS
    if not decided or not isinstance(exc, PlatformError):
        record_release(claim)
    elif not isinstance(exc, IdempotencyLeaseLost):
        with transaction.atomic():
            record_complete(claim, _kept(exception_handler(exc, {}), is_secret=False))


def _keyed_request(request: Request) -> KeyedRequest | None:
    key = request.headers.get(HEADER)
    scope = current_scope()
    if key is None or scope is None or scope.tenant_id is None:
        return None
    if not _KEY.fullmatch(key):
        raise InvalidInput("Use 1 to 255 visible ASCII characters without spaces.", field=HEADER)
    actor = actor_of(request)
    return KeyedRequest(
        principal=f"{actor.type}:{actor.id or client_address(request)}"[:120],
        route=f"{request.method} {request.path}"[:300],
        key=key,
        fingerprint=_fingerprint(request),
    )


def _fingerprint(request: Request) -> str:
    """Return a digest of what is asked; a multipart boundary or the order of names is no part."""
    digest = hashlib.sha256(request.META.get("QUERY_STRING", "").encode())
    data: Any = request.data
    if request.FILES:
        for name in sorted(data):
            for item in data.getlist(name):
                content = item.read() if hasattr(item, "read") else str(item).encode()
                if hasattr(item, "seek"):
                    item.seek(0)
                digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    else:
        digest.update(json.dumps(data, sort_keys=True, default=str).encode())
    return digest.hexdigest()


def _kept(response: Any, *, is_secret: bool) -> Answer:
    if isinstance(response, ErrorResponse):
        body = encode_json({"error": response.error}).decode()
        return Answer(status=response.status_code, body=body)
    if not isinstance(response, Response):  # a file: it is not kept, but it was sent
        return Answer(status=response.status_code, body="", is_withheld=True)
    data = response.data
    kept = {
        "data": data,
        "message": getattr(response, "message", ""),
        "pagination": getattr(response, "pagination", None),
        "top_level": getattr(response, "top_level", None),
    }
    resource_id = tellable(data.get("id")) if isinstance(data, dict) else None
    return Answer(
        status=response.status_code,
        body="" if is_secret else encode_json(kept).decode(),
        headers={name: response[name] for name in _KEPT_HEADERS if name in response},
        resource_id=str(resource_id or ""),
        is_withheld=is_secret,
    )


def _replayed(answer: Answer) -> Response:
    headers = {**answer.headers, "Idempotent-Replayed": "true"}
    kept = decode_json(answer.body.encode())
    if answer.status >= 400:
        error = kept["error"]
        return ErrorResponse(
            error["code"],
            error["message"],
            answer.status,
            details=error["details"],
            headers=headers,
        )
    return ApiResponse(
        kept["data"],
        answer.status,
        message=kept["message"],
        pagination=kept["pagination"],
        top_level=kept["top_level"],
        headers=headers,
    )
