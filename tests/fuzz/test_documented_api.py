"""Whatever is sent to any documented operation: never a 500, always an answer as documented.

Schemathesis makes requests up from our own OpenAPI document, from a fixed seed, valid and invalid
ones; a list of nasty bodies and parameters goes to every operation beside them.
``FUZZ_EXAMPLES=50`` makes more of them up.
"""

import json
import os
from collections.abc import Callable
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from requests import Request
from schemathesis.generation import GenerationMode
from schemathesis.generation.case import Case
from schemathesis.schemas import APIOperation

from accounts.services.token_pairs import token_pair
from ispplatform.core.models import Tenant
from tests.accounts.people import portal_in
from tests.callers import key_caller
from tests.fuzz.calling import HOST, Prober, documented_operations
from tests.meta.stock import stocked

SEED = 20260302
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "3"))
PARTS = 6
STEP = 3  # of the nasty values: every field gets a third of them
WITH_BODY = {"post", "put", "patch"}
# Ending one's own log-in makes every later request a stranger's.
ENDS_THE_LOG_IN = ("/auth/logout",)
NASTY_BODIES = {
    "nothing": b"",
    "broken": b'{"name": ',
    "no object": b"[1, 2]",
    "null": b"null",
    "text": b'"text"',
    "number": b"1e400",
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "unknown field": b'{"no_such_field_here": 1}',
    "twice": b'{"name": 1, "name": 2}',
    "deep": b'{"a":' * 200 + b"1" + b"}" * 200,
}
NASTY_VALUES: list[Any] = [
    "\0",
    "\ud800",
    "",
    " " * 40,
    "x" * 5000,
    "\u202e\u0000\uffff",
    -1,
    0,
    2**63,
    10**30,
    1.5,
    True,
    None,
    [],
    [[]],
    {},
    {"a": {"b": None}},
    ["\0"],
    "9999-12-31T23:59:59Z",
    "0001-01-01",
    "00000000-0000-0000-0000-000000000000",
]


@pytest.fixture(autouse=True)
def limits_away(settings: Any) -> None:
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, "1000000/minute")
    cache.clear()


@pytest.fixture
def staff(tenant: Tenant) -> Prober:
    (owned,) = stocked(tenant, "quetzal")
    return Prober(owned, credential=key_caller(tenant, "*").headers["Authorization"].split()[1])


@pytest.fixture
def customer(tenant: Tenant) -> Prober:
    (owned,) = stocked(tenant, "quetzal")
    pair = token_pair(entry=portal_in(tenant, owned.account))
    return Prober(owned, credential=pair.access_token)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_staff_and_programs(staff: Prober, part: int) -> None:
    probe(staff, operations("/api/v1", part), every_way)

    assert not staff.wrong, staff.findings()


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
def test_customers(customer: Prober, part: int) -> None:
    probe(customer, operations("/api/portal/v1", part, of=2), every_way)

    assert not customer.wrong, customer.findings()


@pytest.mark.slow
@pytest.mark.parametrize("prefix", ["/api/v1", "/api/portal/v1"])
def test_strangers(tenant: Tenant, prefix: str) -> None:
    (owned,) = stocked(tenant, "quetzal")
    stranger = Prober(owned)
    probe(stranger, operations(prefix, 0, of=1), made_up)

    assert not stranger.wrong, stranger.findings()


def operations(prefix: str, part: int, *, of: int = PARTS) -> list[APIOperation]:
    """Return one part of the documented operations."""
    found = documented_operations(prefix)
    assert len(found) > 20
    return found[part::of]


def probe(
    prober: Prober,
    documented: list[APIOperation],
    ways: Callable[[Prober, APIOperation], None],
) -> None:
    """Send everything to every operation."""
    for operation in documented:
        if not operation.path.endswith(ENDS_THE_LOG_IN):
            ways(prober, operation)
    assert prober.sent >= len(documented) - len(ENDS_THE_LOG_IN)


def every_way(prober: Prober, operation: APIOperation) -> None:
    """Send made-up requests, nasty bodies and nasty parameters."""
    made_up(prober, operation)
    nasty_parameters(prober, operation)
    if operation.method.lower() in WITH_BODY:
        nasty_bodies(prober, operation)
        nasty_fields(prober, operation)


def made_up(prober: Prober, operation: APIOperation) -> None:
    """Send what Schemathesis makes up: what the document allows, and what it forbids."""
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        explored(prober, operation, mode)


def explored(
    prober: Prober, operation: APIOperation, mode: GenerationMode, *, examples: int = EXAMPLES
) -> None:
    """Send made-up requests of one kind."""
    path = prober.path(operation)

    @seed(SEED)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def explore(case: Case) -> None:
        _send_case(prober, operation, case, path)

    try:
        explore()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "a valid request can always be made up"


def _send_case(prober: Prober, operation: APIOperation, case: Case, path: str) -> None:
    arguments = case.as_transport_kwargs(base_url=HOST)
    arguments.pop("timeout", None)
    prepared = Request(**arguments).prepare()
    body = prepared.body or b""
    query = (prepared.url or "").partition("?")[2]
    content_type = prepared.headers.pop("Content-Type", "application/json")
    headers = {
        name: value
        for name, value in prepared.headers.items()
        if name not in {"Content-Length", "Cookie", "Authorization"}
    }
    prober.send(
        operation,
        f"{path}?{query}" if query else path,
        body=body if isinstance(body, bytes) else str(body).encode("utf-8", "surrogatepass"),
        content_type=str(content_type),
        headers={name: str(value) for name, value in headers.items()},
    )


def nasty_bodies(prober: Prober, operation: APIOperation) -> None:
    """Send bodies that no form would send."""
    path = prober.path(operation)
    for body in NASTY_BODIES.values():
        prober.send(operation, path, body=body)
    prober.send(operation, path, body=b"a=1", content_type="text/csv")
    limit = django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    prober.send(operation, path, body=b'{"name": "' + b"x" * limit + b'"}')


def nasty_fields(prober: Prober, operation: APIOperation) -> None:
    """Put nasty values into the fields of the body, another one into each field of a request."""
    names = _field_names(operation)
    path = prober.path(operation)
    for turn in range(0, len(NASTY_VALUES), STEP):
        values = NASTY_VALUES[turn:] + NASTY_VALUES[:turn]
        body = dict(zip(names, cycle(values), strict=False))
        prober.send(operation, path, body=json.dumps(body).encode())  # "\ud800" as an escape


def _field_names(operation: APIOperation) -> list[str]:
    for body in operation.body:
        definition = body.optimized_schema
        if isinstance(definition, dict):
            resolved = _resolved(operation, definition)
            return sorted(resolved.get("properties", {}))
    return []


def _resolved(operation: APIOperation, definition: dict[str, Any]) -> dict[str, Any]:
    reference = definition.get("$ref", "")
    name = reference.rpartition("/")[2]
    schemas = operation.schema.raw_schema["components"]["schemas"]
    bundled = definition.get("x-bundled", {})
    return bundled.get(name) or schemas.get(name) or definition


def nasty_parameters(prober: Prober, operation: APIOperation) -> None:
    """Put nasty values into every parameter of the query at once and one by one."""
    path = prober.path(operation)
    names = [one.name for one in operation.query]
    for number, value in enumerate(["\0", "\ud800", "x" * 300, "-1", "99999999999999999999", "[]"]):
        chosen = names[number % 3 :: 3] or ["no_such_parameter"]
        query = urlencode(dict.fromkeys(chosen, value), errors="surrogatepass")
        prober.send(operation, f"{path}?{query}")
