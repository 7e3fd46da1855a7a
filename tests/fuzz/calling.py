"""Sending made-up requests to the operations of the documented API, and judging the answers."""

import json
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from requests import Request
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response
from schemathesis.schemas import APIOperation

from ispplatform.core.api.json_text import encode_json
from tests.meta.addresses import BY_SEGMENT, NUMBERED, TEXTS
from tests.meta.stock import Owned

HOST = "http://testserver"


def documented_operations(prefix: str) -> list[APIOperation]:
    """Return the operations that the product's own document names under an address."""
    made = SchemaGenerator().get_schema(request=None, public=True)
    schema = schemathesis.openapi.from_dict(json.loads(encode_json(made)))
    schema.config.update(base_url=HOST)
    found = [result.ok() for result in schema.get_all_operations()]
    return sorted((one for one in found if one.path.startswith(prefix)), key=lambda one: one.label)


@dataclass
class Prober:
    """One principal who sends things, and what was wrong with the answers.

    Attributes:
        owned: whose rows the addresses name.
        credential: empty for somebody without one.
    """

    owned: Owned
    credential: str = ""
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))
    wrong: dict[tuple[str, str], str] = field(default_factory=dict)
    sent: int = 0

    def path(self, operation: APIOperation) -> str:
        """Return the operation's address with rows that exist."""
        parts = operation.path.split("/")
        for place, part in enumerate(parts):
            if part.startswith("{"):
                parts[place] = self._value(part.strip("{}"), parts[place - 1], parts)
        return "/".join(parts)

    def _value(self, name: str, segment: str, parts: list[str]) -> str:
        if name in TEXTS:
            return TEXTS[name](self.owned)
        if segment in NUMBERED:
            return "1"
        model = BY_SEGMENT.get(segment)
        if model is None:  # an id stands before it already
            model = BY_SEGMENT[next(one for one in reversed(parts) if one in BY_SEGMENT)]
        return self.owned.id_of(model)

    def send(
        self,
        operation: APIOperation,
        path: str,
        *,
        body: bytes = b"",
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> Response:
        """Send one request; nothing of what it does stays."""
        given = {"Authorization": f"Bearer {self.credential}"} if self.credential else {}
        self.sent += 1
        nothing_stays = transaction.atomic()
        nothing_stays._from_testcase = True  # as around every test: durable blocks may open inside
        with _failures() as raised, nothing_stays:
            answer = copy_context().run(
                self.client.generic,
                operation.method.upper(),
                path,
                body,
                content_type=content_type,
                headers={**(headers or {}), **given},
            )
            transaction.set_rollback(True)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        response = Response(
            status_code=answer.status_code,
            headers={name.lower(): [value] for name, value in answer.items()},
            content=content,
            request=Request(operation.method.upper(), HOST + "/").prepare(),
            elapsed=0.0,
            verify=False,
        )
        self._judge(operation, response, f"{path[:200]} {body[:200]!r}", raised)
        return response

    def _judge(
        self, operation: APIOperation, response: Response, said: str, raised: list[str]
    ) -> None:
        for verdict in verdicts(operation, response, raised):
            self.wrong.setdefault((operation.label, verdict[:40]), f"{said} -> {verdict}")

    def findings(self) -> str:
        """Return what was wrong, one line for each kind of it."""
        return "\n".join(
            ["", *(f"{label}: {text[:1500]}" for (label, _), text in sorted(self.wrong.items()))]
        )


def verdicts(operation: APIOperation, response: Response, raised: list[str]) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong with an answer."""
    if response.status_code >= 500 and not _says_later(operation, response):
        yield f"{response.status_code} {''.join(raised)[-900:] or response.text[:300]}"
        return
    if 400 <= response.status_code < 500 and not _is_the_protocols(operation, response):
        yield from _envelope(response)
    try:
        operation.validate_response(response)
    except (Failure, FailureGroup) as failure:
        group = failure.exceptions if isinstance(failure, FailureGroup) else [failure]
        for one in group:
            yield f"{response.status_code} {one.title}: {one.message[:400]}"


def _says_later(operation: APIOperation, response: Response) -> bool:
    """Tell whether a 503 is meant: come back later, or what the question of health is for."""
    is_health = operation.path.endswith("/health")
    return response.status_code == 503 and (is_health or "retry-after" in response.headers)


def _is_the_protocols(operation: APIOperation, response: Response) -> bool:
    """Tell whether a refusal is documented as a protocol's own, which the document then judges."""
    documented = operation.definition.raw["responses"].get(str(response.status_code), {})
    schema = documented.get("content", {}).get("application/json", {}).get("schema", {})
    return bool(schema.get("$ref", "").endswith("/ProtocolRefusal"))


def _envelope(response: Response) -> Iterator[str]:
    try:
        said = response.json()
        error = said["error"]
        is_right = (
            said["success"] is False
            and error["code"]
            and error["code"] == error["code"].upper()
            and error["message"].strip()
            and said["request_id"]
            and said["timestamp"]
        )
    except (ValueError, KeyError, TypeError):
        is_right = False
    if not is_right:
        yield f"{response.status_code} is no error of ours: {response.text[:200]}"


@contextmanager
def _failures() -> Iterator[list[str]]:
    """Collect the traceback of what a view raised."""
    raised: list[str] = []

    def note(**kwargs: Any) -> None:
        raised.append(traceback.format_exc())

    got_request_exception.connect(note)
    try:
        yield raised
    finally:
        got_request_exception.disconnect(note)
