"""``/health``, ``/status``, ``/version`` and ``/metrics``; they need no tenant and no log-in."""

import ipaddress
import platform
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django_prometheus.exports import ExportToDjangoView
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ispplatform import __version__
from ispplatform.core.api.permissions import PUBLIC
from ispplatform.core.api.responses import ApiResponse, ErrorResponse
from ispplatform.core.api.throttles import UNLIMITED
from ispplatform.core.api.views import ApiView
from ispplatform.core.clock import monotonic_seconds
from ispplatform.core.health.probes import ProbeResult, probe_results
from ispplatform.core.middleware.addresses import client_address

OPERATE = "system:read"
RETRY_AFTER_SECONDS = 5
HEALTHY, FAILING = "ok", "failing"
_begun = monotonic_seconds()


class CheckSerializer(serializers.Serializer):
    """One probe; what exactly is wrong is told to operators only."""

    name = serializers.CharField()
    status = serializers.ChoiceField([HEALTHY, FAILING])
    duration_ms = serializers.FloatField(required=False)
    problem = serializers.CharField(required=False, allow_blank=True)


class HealthSerializer(serializers.Serializer):
    """Whether requests can be served."""

    status = serializers.ChoiceField([HEALTHY])
    checks = CheckSerializer(many=True)


class StatusSerializer(serializers.Serializer):
    """How the parts of the installation are."""

    status = serializers.ChoiceField(["operational", "degraded"])
    checks = CheckSerializer(many=True)
    uptime_seconds = serializers.IntegerField(required=False)


class VersionSerializer(serializers.Serializer):
    """What answers here; everything below ``api`` is told to operators only."""

    name = serializers.CharField()
    version = serializers.CharField()
    api = serializers.ListField(child=serializers.CharField())
    environment = serializers.CharField(required=False)
    python = serializers.CharField(required=False)
    django = serializers.CharField(required=False)
    database = serializers.CharField(required=False)


class HealthView(ApiView):
    """Whether requests can be served: 200, or 503 while any probe fails."""

    authentication_classes = ()
    permissions_required = {"get": PUBLIC}
    throttle_scope = UNLIMITED

    @extend_schema(
        operation_id="health_check",
        tags=["system"],
        responses={
            200: HealthSerializer,
            503: OpenApiResponse(description="A probe fails; details.checks says which."),
        },
    )
    def get(self, request: Request) -> Response:
        """Answer 200 while every probe is well, else 503."""
        results = probe_results()
        checks = [_shown(result) for result in results]
        if all(result.is_healthy for result in results):
            return ApiResponse({"status": HEALTHY, "checks": checks})
        return ErrorResponse(
            "SERVICE_UNAVAILABLE",
            "A part of the installation does not work.",
            503,
            details={"checks": checks},
            headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        )


class StatusView(ApiView):
    """How the parts of the installation are; operators also read what is wrong."""

    permissions_required = {"get": PUBLIC}

    @extend_schema(operation_id="status_show", tags=["system"], responses=StatusSerializer)
    def get(self, request: Request) -> Response:
        """Return the state of each part."""
        results = probe_results()
        is_well = all(result.is_healthy for result in results)
        data: dict[str, Any] = {
            "status": "operational" if is_well else "degraded",
            "checks": [_shown(result) for result in results],
        }
        if self.actor.can(OPERATE):
            data["checks"] = [_shown_to_operators(result) for result in results]
            data["uptime_seconds"] = int(monotonic_seconds() - _begun)
        return ApiResponse(data)


class VersionView(ApiView):
    """What answers here, without deployment details for strangers."""

    permissions_required = {"get": PUBLIC}

    @extend_schema(operation_id="version_show", tags=["system"], responses=VersionSerializer)
    def get(self, request: Request) -> Response:
        """Return name and version."""
        data: dict[str, Any] = {"name": "ISP Platform", "version": __version__, "api": ["v1"]}
        if self.actor.can(OPERATE):
            data |= {
                "environment": settings.ENVIRONMENT,
                "python": platform.python_version(),
                "django": django.get_version(),
                "database": connection.vendor,
            }
        return ApiResponse(data)


def metrics(request: HttpRequest) -> HttpResponse:
    """Return the Prometheus metrics, to collectors in ``settings.METRICS_NETWORKS`` only.

    Raises:
        Http404: anybody else asks, or a proxy that nobody declared stands between.
    """
    forwarded = "HTTP_X_FORWARDED_FOR" in request.META and not settings.TRUSTED_PROXY_COUNT
    address = client_address(request)
    if forwarded or not address or not _is_collector(address):
        raise Http404("There is nothing at this address.")
    response: HttpResponse = ExportToDjangoView(request)
    return response


def _is_collector(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    return any(parsed in ipaddress.ip_network(network) for network in settings.METRICS_NETWORKS)


def _shown(result: ProbeResult) -> dict[str, Any]:
    return {"name": result.name, "status": HEALTHY if result.is_healthy else FAILING}


def _shown_to_operators(result: ProbeResult) -> dict[str, Any]:
    return {
        **_shown(result),
        "duration_ms": result.milliseconds,
        "problem": result.problem,
    }
