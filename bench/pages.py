"""What each page of the back office and of the portal costs over a company of full size.

The routes are those of the generated table of tests/meta, so a new page is measured at once. Lists
are asked in their own order, with the first value of each of their filters, with a word that is
searched, and for their second page.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection, models
from django.test import Client
from django.test.utils import (
    override_settings,
    setup_test_environment,
    teardown_test_environment,
)

from bench.crowd import HEAVY_EMAIL, OPERATOR_EMAIL, Heavy, crowd_set, operator_made
from bench.rows import Row
from billing.models import Invoice
from customers.models import Customer
from demo.company import MAIL_DOMAIN, PASSWORD
from ispplatform.core.clock import monotonic_seconds
from ispplatform.core.tenancy.context import tenant_context
from tests.meta.addresses import acts_of, filled
from tests.meta.costs import BY_HAND, READING
from tests.meta.principals import Route, routes
from tests.meta.statements import statements
from tests.meta.test_queries import NOT_ASKED, NOT_ASKED_BELOW

MILLISECONDS, STATEMENTS, HOME_STATEMENTS = 300.0, 25, 15
SLOWEST = 15  # that are told
SURE = 150.0  # milliseconds; what takes longer is asked again, and the quicker time counts
HOME = "/admin/"
OPERATORS = ("admin/core/tenant/", "admin/accounts/user/", "admin/accounts/loginfailure/")


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large the company is."""

    customers: int
    lived: int
    invoices: int
    share: float


FULL = Size(customers=100_000, lived=200, invoices=2_000, share=1.0)
QUICK = Size(customers=400, lived=45, invoices=50, share=0.01)


@dataclass(frozen=True)
class Reading:
    """What one page costs once it has been asked before."""

    what: str
    status: int
    milliseconds: float
    statements: int


class Rows(dict[type[models.Model], Any]):
    """A row of each model: the heavy customer's where there is one, else the newest of all."""

    def __init__(self, heavy: Heavy) -> None:
        super().__init__()
        self.heavy = heavy

    def __missing__(self, model: type[models.Model]) -> Any:
        rows = model._base_manager.order_by("-pk")
        self[model] = self._own(rows) or rows.first()
        return self[model]

    def _own(self, rows: Any) -> Any:
        if rows.model is Customer:
            return self.heavy.customer
        related = [field.name for field in rows.model._meta.fields if field.is_relation]
        for path in ("customer_id", *(f"{name}__customer_id" for name in related)):
            try:
                return rows.filter(**{path: self.heavy.customer.pk}).first()
            except FieldError:
                continue
        return None


@dataclass(frozen=True)
class Owner:
    """Stands where the tests have a customer with a row of everything."""

    rows: Rows

    def id_of(self, model: type[models.Model]) -> str:
        """Return the id of a row of a model; of nobody's where there is none."""
        row = self.rows[model]
        return str(row.pk) if row is not None else "0190a0a0-0000-7000-8000-000000000000"


def pages_report(*, is_quick: bool) -> tuple[str, bool]:
    """Return what the slowest pages cost, and whether a goal is missed."""
    size = QUICK if is_quick else FULL
    call_command("migrate", verbosity=0, interactive=False)
    started = monotonic_seconds()
    heavy = crowd_set(
        customers=size.customers,
        lived=size.lived,
        invoices=size.invoices,
        share=size.share,
        tell=lambda text: None,
    )
    operator_made()
    filled_in = monotonic_seconds() - started
    with tenant_context(heavy.tenant.pk):
        size_told = f"{Customer.objects.count():,} customers, {Invoice.objects.count():,} invoices"
        with override_settings(ROOT_URLCONF="ispplatform.urls"):  # without the yardsticks
            found = list(readings(heavy))
    rows = list(pages_rows(found))
    lines = [
        f"{connection.vendor}: {size_told}, made in {filled_in:.0f} s; {len(found)} pages in "
        f"{monotonic_seconds() - started - filled_in:.0f} s; CPU time of this process"
    ]
    lines += [
        f"{'x' if row.is_missed else ' '} {row.what:<44}{row.measured:>9}  {row.goal}"
        for row in rows
    ]
    lines += told(found)
    return "\n".join([*lines, ""]), any(row.is_missed for row in rows)


def pages_rows(found: Sequence[Reading]) -> Iterator[Row]:
    """Yield the lines of the table."""
    slowest = max(found, key=lambda reading: reading.milliseconds)
    most = max(found, key=lambda reading: reading.statements)
    home = next(reading for reading in found if reading.what == HOME)
    for what, reading in (("slowest page", slowest), ("home page of the back office", home)):
        yield Row(
            what=what,
            measured=f"{reading.milliseconds:.0f} ms",
            goal=f"at most {MILLISECONDS:.0f} ms",
            against=reading.what,
            is_missed=reading.milliseconds > MILLISECONDS,
        )
    for what, reading, goal in (
        ("most statements of a page", most, STATEMENTS),
        ("home page, statements", home, HOME_STATEMENTS),
    ):
        yield Row(
            what=what,
            measured=str(reading.statements),
            goal=f"at most {goal}",
            against=reading.what,
            is_missed=reading.statements > goal,
        )


def told(found: Sequence[Reading]) -> list[str]:
    """Return lines about the slowest pages, and about all that miss a goal or fail."""
    by_time = sorted(found, key=lambda reading: -reading.milliseconds)
    over = [
        reading
        for reading in by_time
        if reading.milliseconds > MILLISECONDS
        or reading.statements > STATEMENTS
        or reading.status >= 500
    ]
    shown = dict.fromkeys([*over, *by_time[:SLOWEST]])
    return [
        f"{reading.milliseconds:8.0f} ms{reading.statements:5} statements  "
        f"{reading.status}  {reading.what}"
        for reading in shown
    ]


def readings(heavy: Heavy) -> Iterator[Reading]:
    """Ask every page of the back office and of the portal."""
    owner = Owner(Rows(heavy))
    staff = _logged_in("/admin/login/", name=f"owner@{MAIL_DOMAIN}")
    operator = _logged_in("/admin/login/", name=OPERATOR_EMAIL)
    customer = _logged_in("/login", name=HEAVY_EMAIL)
    for route in _asked_routes():
        if not route.address.startswith("admin/"):
            yield from _read(customer, [_path(route, owner)])
        elif route.address.startswith(OPERATORS):
            yield from _read(operator, [_path(route, owner)])
        else:
            acts = acts_of(route)
            paths = [_path(route, owner, act) for act in acts]
            further = _variants(staff, paths[0]) if acts == ["x"] else []
            yield from _read(staff, [*paths, *further])


def _asked_routes() -> list[Route]:
    return [
        route
        for route in routes()
        if route.method in READING
        and not route.address.startswith(("api/", *NOT_ASKED_BELOW))
        and route.address not in NOT_ASKED
        and route.gate not in {"nobody", "credential"}
    ]


def _path(route: Route, owner: Any, act: str = "x") -> str:
    return BY_HAND.get(route.name) or filled(route, owner, act=act)


def _logged_in(path: str, **who: str) -> Client:
    client = Client(raise_request_exception=False)
    answer = client.post(path, {**who, "password": PASSWORD})
    if answer.status_code != 302:
        raise RuntimeError(f"{path}: {answer.status_code} for {who}")
    return client


def _variants(client: Client, path: str) -> list[str]:
    """Return a list with each of its filters, with a word, and its second page."""
    setup_test_environment()
    try:
        shown = (client.get(path).context or {}).get("cl")
    finally:
        teardown_test_environment()
    if shown is None:
        return []
    queries = [_first_choice(spec, shown) for spec in shown.filter_specs]
    if shown.search_fields:
        queries.append("?q=anna")
    if shown.multi_page:
        queries.append("?p=2")
    return [path + query for query in queries if query]


def _first_choice(spec: Any, shown: Any) -> str:
    """Return the query of the first value of a filter that is not "all"."""
    for choice in spec.choices(shown):
        query = str(choice.get("query_string", ""))
        if query and not choice.get("selected") and query != "?":
            return query
    return ""


def _read(client: Client, paths: Iterable[str]) -> Iterator[Reading]:
    for path in paths:
        first = client.get(path)
        if first.status_code == 405:
            continue
        with statements() as asked:
            reading = _milliseconds(client, path)
        count = len(asked)
        if reading > SURE:
            reading = min(reading, _milliseconds(client, path))
        yield Reading(path, first.status_code, reading, count)


def _milliseconds(client: Client, path: str) -> float:
    started = time.process_time()
    answer = client.get(path)
    if answer.streaming:
        b"".join(answer)  # a file is read to its end
    return (time.process_time() - started) * 1000
