"""Calling the test resource as somebody."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from ispplatform.core.models import PurgePermit
from ispplatform.core.tenancy.context import current_scope, enter_scope

WEB = "/api/test"


class Caller:
    """A client that speaks JSON as one actor."""

    def __init__(self, name: str | None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Test {name}"} if name else {}

    def __call__(
        self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str
    ) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        scope = current_scope()  # a request ends in no scope; the test goes on in its own
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        response = self.client.generic(
            method,
            path if path.startswith("/") else f"{WEB}/{path}",
            content,
            content_type=named.pop("Content-Type", "application/json"),
            headers={**self.headers, **named},
        )
        enter_scope(scope)
        return response


@pytest.fixture(autouse=True)
def test_addresses(settings: Any) -> Any:
    settings.ROOT_URLCONF = "tests.core.api.resources"
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def reader(tenant: Any) -> Caller:
    return Caller("reader")


@pytest.fixture
def writer(tenant: Any) -> Caller:
    return Caller("writer")


@pytest.fixture
def customer(tenant: Any) -> Caller:
    return Caller("customer")


@pytest.fixture
def anyone(tenant: Any) -> Caller:
    return Caller(None)


@pytest.fixture
def permit(tenant: Any) -> PurgePermit:
    return PurgePermit.objects.create(
        reason="reset", actor_label="ada", expires_at="2027-01-01T00:00:00Z"
    )
