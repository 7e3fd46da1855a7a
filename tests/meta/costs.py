"""What reading costs: every address that can be read, filled with rows that exist, and asked."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import time_machine

from ispplatform.core.clock import system_now
from tests.meta.addresses import filled
from tests.meta.principals import PAGE, Route, routes
from tests.meta.statements import statements
from tests.meta.stock import Owned
from tests.meta.test_principals import Caller, _may_pass

READING = {"GET", PAGE}
SEEN = re.compile(r'UPDATE "accounts_session" SET "last_seen_at"')
# Drawn anew each time, and never of the same length.
QR_CODE = re.compile(r'(?<=<div class="qr-code">).*?(?=</div>)', re.S)
# What stands where a parameter names nothing that is anybody's, by the name of the address.
BY_HAND = {
    "admin:app_list": "/admin/billing/",
    "sales:document": "/documents/terms",
    "sales:plan": "/shop/plans/web",
}


@dataclass(frozen=True)
class Cost:
    """What one request was answered, and what was asked for it.

    Attributes:
        statements: what the database was asked, in its order.
        rows: how many rows the list has; None where no list was answered.
        has_more: whether the page of the list was not its last.
        body: the answer; empty where it is a file that is streamed.
    """

    status: int
    statements: tuple[str, ...]
    rows: int | None
    has_more: bool
    body: str
    is_api: bool

    @property
    def is_api_list(self) -> bool:
        """Whether it is a list whose length a program can choose."""
        return self.is_api and self.rows is not None


@contextmanager
def one_moment() -> Iterator[None]:
    """Stop the clock: what is written once a minute, as when a session was seen, is not due."""
    with time_machine.travel(system_now(), tick=False):
        yield


def readable(caller: Caller, door: str) -> list[Route]:
    """Return the routes behind a door that the caller may read."""
    return [
        route
        for route in routes()
        if route.method in READING
        and re.match(door, route.address)
        and _may_pass(caller, route.gate, route)
    ]


def cost_of(caller: Caller, path: str) -> Cost:
    """Ask and note what it costs.

    A shared cache's minute passes also while the clock stands still: whoever is noted as seen just
    then is asked for once more.
    """
    cost = _cost_of(caller, path)
    return _cost_of(caller, path) if any(map(SEEN.match, cost.statements)) else cost


def _cost_of(caller: Caller, path: str) -> Cost:
    client = caller.client
    client.cookies.clear()
    is_api = path.startswith("/api/")
    if not is_api:
        client.cookies["sessionid"] = caller.cookie
    with statements() as noted:
        answer = client.get(
            path, headers={"Authorization": f"Bearer {caller.bearer}"} if is_api else {}
        )
    rows, has_more = _list_of(answer, is_api=is_api)
    return Cost(
        status=answer.status_code,
        statements=tuple(noted),
        rows=rows,
        has_more=has_more,
        is_api=is_api,
        body="" if answer.streaming else QR_CODE.sub("", answer.content.decode(errors="replace")),
    )


def _list_of(answer: Any, *, is_api: bool) -> tuple[int | None, bool]:
    """Return how long the list is that was answered, and whether it goes on behind its page."""
    if not is_api:
        shown = (answer.context or {}).get("cl")
        return (shown.result_count, bool(shown.multi_page)) if shown else (None, False)
    if not answer.headers.get("Content-Type", "").startswith("application/json"):
        return None, False
    pagination = json.loads(answer.content).get("pagination")
    return (pagination["total"], pagination["has_more"]) if pagination else (None, False)


def path_of(route: Route, owned: Owned, act: str = "x") -> str:
    """Return the address with rows of the customer in it."""
    return BY_HAND.get(route.name) or filled(route, owned, act=act)
