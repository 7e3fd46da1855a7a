"""The outermost middleware: request id, log line and metrics of every request."""

import logging
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

from ispplatform.core.clock import monotonic_seconds
from ispplatform.core.middleware.addresses import client_address
from ispplatform.core.request_ids import clear_request_id, use_request_id

logger = logging.getLogger("ispplatform.access")

HEADER = "X-Request-ID"
UNMATCHED = "unmatched"
# Asked every few seconds, or for every page: worth a line only when something is wrong.
_QUIET_PATHS = frozenset({"/health", "/api/v1/health", "/metrics"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

requests_total = Counter(
    "isp_http_requests_total", "Requests answered.", ["method", "route", "status"]
)
request_seconds = Histogram(
    "isp_http_request_seconds",
    "Time from the first middleware to the answer.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


class RequestMiddleware:
    """Gives the request its id and tells afterwards what became of it.

    The id is the client's ``X-Request-ID`` when that is safe, else a new one; the answer, every
    log line, audit entry and operation of the request carry it. Neither the query string nor the
    body is ever logged.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = monotonic_seconds()
        request_id = use_request_id(request.headers.get(HEADER))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            response = self.get_response(request)
            response[HEADER] = request_id
            _tell(request, response, monotonic_seconds() - begun)
        finally:
            structlog.contextvars.clear_contextvars()
            clear_request_id()
        return response


def _level(path: str, status: int) -> int:
    if status >= 500:
        return logging.ERROR
    is_quiet = path in _QUIET_PATHS or path.startswith(settings.STATIC_URL)
    return logging.DEBUG if is_quiet and status < 400 else logging.INFO


def _tell(request: Any, response: HttpResponse, seconds: float) -> None:
    route = request.resolver_match.route if request.resolver_match else UNMATCHED
    method = request.method if request.method in _METHODS else "OTHER"
    requests_total.labels(method, route, response.status_code).inc()
    request_seconds.labels(route).observe(seconds)
    actor = getattr(request, "actor", None)
    tenant = getattr(request, "tenant", None)
    logger.log(
        _level(request.path, response.status_code),
        "request",
        extra={
            "method": method,
            "path": request.path[:500],
            "route": route,
            "status": response.status_code,
            "duration_ms": round(seconds * 1000, 1),
            "actor_type": str(actor.type) if actor else "",
            "actor_id": actor.id if actor else "",
            "tenant_id": str(tenant.pk) if tenant else "",
            "address": client_address(request),
        },
    )
