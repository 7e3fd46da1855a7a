"""Calling the API over HTTP with real credentials: an API key, or a customer's token."""

import json
from contextvars import copy_context
from typing import Any
from uuid import UUID

from django.test import Client

from accounts.services.api_keys import api_key_create
from accounts.services.token_pairs import token_pair
from ispplatform.core.actors import Actor
from ispplatform.core.models import Tenant
from tests.accounts.people import portal_in
from tests.factories.accounts import IntegrationFactory, PortalAccountFactory


class Caller:
    """A client that speaks JSON with one credential; errors of ours stay errors of the test."""

    def __init__(self, base: str, credential: str = "") -> None:
        self.base = base
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {credential}"} if credential else {}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> "Answer":
        """Send a request; ``path`` is relative to the interface's base."""
        # A request leaves no tenant behind: the test goes on in its own.
        response = copy_context().run(
            self.client.generic,
            method,
            f"{self.base}/{path}",
            b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            headers={
                **self.headers,
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
        return Answer(response)


class Answer:
    """A response with its parts at hand."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self.status: int = response.status_code
        self.headers = response.headers
        self.body: dict[str, Any] = json.loads(response.content) if response.content else {}

    @property
    def data(self) -> Any:
        """The envelope's ``data``."""
        return self.body["data"]

    @property
    def code(self) -> str:
        """The error's code."""
        return str(self.body["error"]["code"])

    @property
    def refused(self) -> dict[str, str]:
        """The refused fields and why."""
        errors = self.body["error"]["details"]["errors"]
        return {error["field"]: error["message"] for error in errors}


def key_caller(tenant: Tenant, *scopes: str) -> Caller:
    """Return a program whose API key holds ``scopes``, or may only read events without any."""
    made = api_key_create(
        actor=Actor.system("tests"),
        tenant=tenant,
        name="Tests",
        integration=IntegrationFactory(),
        scopes=scopes or ["events:read"],
    )
    return Caller("/api/v1", made.text)


def portal_caller(tenant: Tenant, customer_id: UUID) -> Caller:
    """Return a customer who is logged in to the portal's interface."""
    account = PortalAccountFactory(customer_id=customer_id)
    return Caller("/api/portal/v1", token_pair(entry=portal_in(tenant, account)).access_token)


def anonymous_caller(base: str = "/api/v1") -> Caller:
    """Return somebody without a credential."""
    return Caller(base)
