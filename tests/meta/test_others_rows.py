"""Every route with an id, given a row that really exists and is somebody else's.

The answer is the one that an id gets which nobody has, and no word of the row is in it; the
database was asked the same, statement by statement, so time tells nothing either. The routes and
their gates come from the table of principals, the rows from ``stock.py``; ``addresses.py`` says
which row a parameter names, and a route that it does not know fails here.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

import pytest
from django.core.cache import cache
from django.db import models, transaction

from accounts.selectors import entry_cache
from ispplatform.core.api import paging
from ispplatform.core.api.checks import api_routes
from ispplatform.core.api.filter_kinds import UuidFilter
from ispplatform.core.ids import uuid7
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy import lookup
from tests.meta.addresses import (
    NOBODYS,
    SHARED_BY_CUSTOMERS,
    acts_of,
    filled,
    names_a_row,
    owned_models,
)
from tests.meta.costs import one_moment
from tests.meta.principals import PAGE, Route, routes
from tests.meta.statements import statements
from tests.meta.stock import Owned, stocked
from tests.meta.test_principals import Caller, _caller, _may_pass, _of_customer

UUID = re.compile(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
# What most bodies need beside an id, so that the id is looked at.
PLAUSIBLE = {"amount": "1.00", "reason": "because", "cycle": "monthly", "reference": "x"}
VARYING = (
    re.compile(rb'"(?:timestamp|request_id)":\s*"[^"]*"'),
    re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"'),
    re.compile(rb'"X-CSRFToken": "[^"]*"'),
    re.compile(rb'Reference <span class="mono">[^<]*</span>'),
    re.compile(rb'(?:"reference":\s*"|Reference )[0-9A-F]{4}-[0-9A-F]{4}'),
)

NONCE = re.compile(r"'nonce-[^']*'")
VARYING_HEADERS = {"X-Request-ID", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Content-Length"}
NOBODYS_WORD = "nobodysword"
LONG = 24 * 3600  # seconds: on a slow machine a test outlives what is kept for a minute


@dataclass(frozen=True)
class Answer:
    """What was answered, without what differs between any two answers."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    statements: tuple[str, ...]


@pytest.fixture
def limits_away(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nobody be slowed down, and nothing kept run out while two answers are compared."""
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, "1000000/minute")
    monkeypatch.setattr(entry_cache, "ENTRY_SECONDS", LONG)
    monkeypatch.setattr(lookup, "CACHE_SECONDS", LONG)
    monkeypatch.setattr(paging, "CAPPED_SECONDS", LONG)
    cache.clear()
    yield
    cache.clear()


def test_every_parameter_of_every_address_is_known() -> None:
    known = {route.address for route in routes()}
    unknown = []
    for route in filter(names_a_row, routes()):
        try:
            owned_models(route)
        except (KeyError, LookupError):
            unknown.append(route.address)

    assert unknown == [], "say in addresses.py which row it names"
    assert sorted(NOBODYS.keys() - known) == [], "these are gone"


@pytest.mark.slow
def test_customers_reach_nothing_of_other_customers(
    tenant: Tenant, other_tenant: Tenant, limits_away: None
) -> None:
    own, neighbour = stocked(tenant, "quetzal", "wombat")
    (foreigner,) = stocked(other_tenant, "narwhal")
    caller = _of_customer(own.account)

    holes = []
    for route in _routes_for(caller):
        shared = SHARED_BY_CUSTOMERS & set(owned_models(route))
        for other in [foreigner] if shared else [neighbour, foreigner]:
            holes += _holes(caller, route, own, other)

    assert not holes, "\n".join(["", *holes])


@pytest.mark.slow
@pytest.mark.parametrize("door", ["api/", "admin/"])
def test_staff_reach_nothing_of_other_companies(
    tenant: Tenant, other_tenant: Tenant, limits_away: None, door: str
) -> None:
    (own,) = stocked(tenant, "quetzal")
    (foreigner,) = stocked(other_tenant, "narwhal")
    caller = _caller("admin", tenant, other_tenant)

    holes = []
    for route in _routes_for(caller):
        if route.address.startswith(door):
            holes += _holes(caller, route, own, foreigner)

    assert not holes, "\n".join(["", *holes])


@pytest.mark.slow
def test_filters_search_and_references_tell_nothing_of_other_companies(
    tenant: Tenant, other_tenant: Tenant, limits_away: None
) -> None:
    (own,) = stocked(tenant, "quetzal")
    (foreigner,) = stocked(other_tenant, "narwhal")
    caller = _caller("admin", tenant, other_tenant)

    holes = []
    for address, view, actions in api_routes():
        if address.startswith("api/v1/"):
            path = filled(_bare(address), own)
            holes += _told_by_lists(caller, path, view, actions, foreigner)
            holes += _told_by_bodies(caller, path, view, actions, foreigner)

    assert not holes, "\n".join(["", *holes])


@pytest.mark.slow
def test_filters_and_references_of_the_portal_tell_nothing_of_other_customers(
    tenant: Tenant, other_tenant: Tenant, limits_away: None
) -> None:
    own, neighbour = stocked(tenant, "quetzal", "wombat")
    (foreigner,) = stocked(other_tenant, "narwhal")
    caller = _of_customer(own.account)
    theirs = {
        model: row
        for model, row in neighbour.rows.items()
        if model not in SHARED_BY_CUSTOMERS and row.pk != own.rows[model].pk
    }

    holes = []
    for address, view, actions in api_routes():
        if address.startswith("api/portal/v1/"):
            path = filled(_bare(address), own)
            for other in (foreigner, replace(neighbour, rows=theirs)):
                holes += _told_by_lists(caller, path, view, actions, other)
                holes += _told_by_bodies(caller, path, view, actions, other)

    assert not holes, "\n".join(["", *holes])


def test_what_is_compared_holds_the_statements_of_the_request(
    tenant: Tenant, other_tenant: Tenant, limits_away: None
) -> None:
    caller = _caller("admin", tenant, other_tenant)

    answer = _answer(caller, "GET", f"/api/v1/customers/{uuid7()}")

    assert answer.status == 404
    assert any('FROM "customers_customer"' in statement for statement in answer.statements)


def _bare(address: str) -> Route:
    return Route(address=address, method="GET", name="", gate="")


def _told_by_lists(
    caller: Caller, path: str, view: Any, actions: dict[str, str], other: Owned
) -> list[str]:
    """Filter by each of the other one's ids, and search for their word."""
    if actions.get("get") != "list":
        return []
    filters = getattr(view, "filter_fields", {})
    queries = [
        (f"{name}={row.pk}", f"{name}={uuid7()}")
        for name, kind in filters.items()
        if _takes_ids(kind)
        for row in _rows_for(name, other)
    ]
    if getattr(view, "searchable", False):
        queries.append((f"search={other.word}", f"search={NOBODYS_WORD}"))
    found = []
    for given, nobodys in queries:
        answer, expected = _both(
            lambda query: _answer(caller, "GET", f"{path}?{query}", other.word), given, nobodys
        )
        if answer != expected:
            found.append(
                f"GET {path}?{given}: {_told(answer)}, nobody's: {_told(expected)}"
                f"{_asked_apart(answer, expected)}"
            )
    return found


def _takes_ids(kind: object) -> bool:
    return isinstance(kind, UuidFilter) or isinstance(getattr(kind, "kind", None), UuidFilter)


def _told_by_bodies(
    caller: Caller, path: str, view: Any, actions: dict[str, str], other: Owned
) -> list[str]:
    """Name the other one's rows in every field of a body that takes an id."""
    found = []
    inputs = getattr(view, "input_serializers", {})
    for method, action in actions.items():
        declared = getattr(inputs.get(action), "_declared_fields", {})
        others = {name: value for name, value in PLAUSIBLE.items() if name in declared}
        for name in filter(_names_a_row, declared):
            for row in _rows_for(name, other):
                answer, expected = _both(
                    lambda key, method=method, name=name, others=others: _answer(
                        caller, method.upper(), path, body=json.dumps({name: key, **others})
                    ),
                    str(row.pk),
                    str(uuid7()),
                )
                if other.word.encode() in answer.body.lower() or answer != expected:
                    found.append(
                        f"{method} {path} {name} {type(row).__name__}: "
                        f"{_told(answer)}, nobody's: {_told(expected)}"
                        f"{_asked_apart(answer, expected)}"
                    )
    return found


def _names_a_row(name: str) -> bool:
    return name.endswith("_id")


def _rows_for(name: str, other: Owned) -> list[models.Model]:
    """Return the other one's rows that a field of this name may mean; all of them if unknown."""
    wanted = name.removesuffix("_id").replace("_", "")
    found = [row for model, row in other.rows.items() if model._meta.model_name == wanted]
    return found or list(other.rows.values())


def _routes_for(caller: Caller) -> list[Route]:
    """Return the routes with an id behind whose gate the caller stands."""
    found = [
        route for route in routes() if names_a_row(route) and _may_pass(caller, route.gate, route)
    ]
    assert len(found) > 20
    return found


def _holes(caller: Caller, route: Route, own: Owned, other: Owned) -> list[str]:
    """Return a sentence for each answer that tells of the other one's row."""
    count = len(owned_models(route))
    owners = [(other,), *([(own, other)] if count > 1 else [])]
    methods = ("GET", "POST") if route.method == PAGE else (route.method,)
    found = []
    for act in acts_of(route):
        for method in methods:
            for given in owners:
                nobodys = [None if one is other else one for one in given]
                answer, expected = _both(
                    lambda owners, act=act, method=method: _answer(
                        caller, method, filled(route, *owners, act=act)
                    ),
                    given,
                    nobodys,
                )
                if verdict := _verdict(answer, expected, other):
                    found.append(f"{method} {route.address} {act}: {verdict}")
    return found


def _verdict(answer: Answer, expected: Answer, other: Owned) -> str:
    if other.word.encode() in answer.body.lower():
        return f"{answer.status} names what is {other.word}'s"
    if answer.status < 300 or answer.status >= 500:
        return f"{answer.status}"
    if answer != expected:
        return f"{_told(answer)}, nobody's row: {_told(expected)}{_asked_apart(answer, expected)}"
    return ""


def _both(ask: Callable[[Any], Answer], others: Any, nobodys: Any) -> tuple[Answer, Answer]:
    """Ask for the other one's row once, and for nobody's: before, which warms caches, or after."""
    expected = ask(nobodys)
    answer = ask(others)
    return answer, expected if answer == expected else ask(nobodys)


def _asked_apart(answer: Answer, expected: Answer) -> str:
    """Return the headers that differ, or the first statement from which on others were made."""
    if answer.headers != expected.headers:
        return f"; {sorted(set(answer.headers) ^ set(expected.headers))}"
    for one, nobodys in zip_longest(answer.statements, expected.statements, fillvalue="nothing"):
        if one != nobodys:
            return f"; asked {one[:200]}, for nobody's row {nobodys[:200]}"
    return ""


def _told(answer: Answer) -> str:
    return f"{answer.status} {answer.body[:300]!r}"


def _answer(caller: Caller, method: str, path: str, word: str = "", *, body: str = "{}") -> Answer:
    """Return what is answered; ``word`` is one that the answer may say back."""
    client = caller.client
    client.cookies.clear()
    is_api = path.startswith("/api/")
    headers = {"Authorization": f"Bearer {caller.bearer}"} if is_api else {}
    if not is_api:
        client.cookies["sessionid"] = caller.cookie
    sent = {"data": body, "content_type": "application/json"} if is_api else {}
    with transaction.atomic(), one_moment(), statements() as noted:
        if method == "GET":
            answer = client.get(path, headers=headers)
        else:
            answer = getattr(client, method.lower())(path, headers=headers, **sent)
        transaction.set_rollback(True)
    text = UUID.sub(b"ID", answer.content)
    for pattern in VARYING:
        text = pattern.sub(b"", text)
    headers = {name: value for name, value in answer.headers.items() if name not in VARYING_HEADERS}
    if word:
        text = text.replace(word.encode(), b"WORD").replace(NOBODYS_WORD.encode(), b"WORD")
        headers = {
            name: value.replace(word, "WORD").replace(NOBODYS_WORD, "WORD")
            for name, value in headers.items()
        }
    return Answer(
        status=answer.status_code,
        headers=tuple(
            (name, NONCE.sub("", UUID.sub(b"ID", value.encode()).decode()))
            for name, value in sorted(headers.items())
        ),
        body=text,
        statements=tuple(noted),
    )
