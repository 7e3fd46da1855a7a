"""The rows of the table: what is measured against what."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.hashers import check_password

from accounts.models import User
from bench.data import rows_multiply
from bench.measuring import cpu_milliseconds, statements
from bench.stage import EMAIL, LOADER, PASSWORD, Stage, logged_in
from billing.models import Document
from billing.printing import printed
from billing.services.invoices import invoice_issue
from billing.services.lines import LineInput
from ispplatform.core.clock import system_now
from ispplatform.core.database.statistics import statistics_renew
from ispplatform.core.pdf import render_document
from ispplatform.core.tenancy.context import tenant_context

BARE = "/api/v1/bench/bare"
OPEN = "/api/v1/bench/open"
RESOURCES = ("customers", "invoices", "services")
LIST_TIMES, PAGE_GROWTH, DETAIL_GROWTH, LOGIN_TIMES = 5.0, 1.3, 1.1, 1.2
GROWTH_REPEATS, GROWTH_ROUNDS = 5, 15
PDF_MILLISECONDS, WORKER_MEBIBYTES = 30.0, 150.0
LIST_STATEMENTS, DETAIL_STATEMENTS = 4, 4
AUTHENTICATION_MILLISECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table.

    Args:
        measured: with its unit.
        goal: of ``docs/performance.md``; empty where the figure only informs.
        against: what it was compared with.
    """

    what: str
    measured: str
    goal: str = ""
    against: str = ""
    is_missed: bool = False


def identity_measured(stage: Stage) -> Iterator[Row]:
    """Measure what authentication adds to a bare request, and log-in against its hash."""
    bare, open_ = cpu_milliseconds([stage.caller.get(BARE), stage.caller.get(OPEN)], repeats=60)
    share = (bare - open_) / bare
    yield Row(
        what="authentication, share of a bare request",
        measured=f"{share:.0%}",
        goal="at most 50%",
        against=f"bare DRF view, {bare:.2f} ms",
        is_missed=share > 0.5,
    )
    yield Row(
        what="authentication of a request",
        measured=f"{bare - open_:.2f} ms",
        goal=f"under {AUTHENTICATION_MILLISECONDS:.0f} ms",
        against="the same view without it",
        is_missed=bare - open_ >= AUTHENTICATION_MILLISECONDS,
    )
    yield _statements("authentication, statements", statements(stage.caller.get(BARE)), 0)
    hashed = User.objects.get(email=EMAIL).password
    login, hashing = cpu_milliseconds(
        [lambda: logged_in(stage.application), lambda: check_password(PASSWORD, hashed)], repeats=4
    )
    yield _times("log-in", login / hashing, LOGIN_TIMES, f"its own hash, {hashing:.0f} ms")


def lists_measured(stage: Stage) -> Iterator[Row]:
    """Measure the first page and one row of each main list against a bare view."""
    for resource in RESOURCES:
        path = f"/api/v1/{resource}"
        page = stage.caller.get(path, "limit=20")
        row = stage.caller.get(f"{path}/{_first_id(stage, path)}")
        bare, listed, shown = cpu_milliseconds([stage.caller.get(BARE), page, row], repeats=20)
        against = f"bare DRF view, {bare:.2f} ms"
        yield _times(f"{resource}: list of 20", listed / bare, LIST_TIMES, against)
        yield _times(f"{resource}: detail", shown / bare, LIST_TIMES, against)
        yield _statements(f"{resource}: list, statements", statements(page), LIST_STATEMENTS)
        yield _statements(f"{resource}: detail, statements", statements(row), DETAIL_STATEMENTS)


def growth_measured(stage: Stage, *, copies: int) -> Iterator[Row]:
    """Measure pages and details again, over many more rows, each against the bare view."""
    few = len(stage.customers)
    calls = [stage.caller.get(BARE)]
    for resource in RESOURCES:
        path = f"/api/v1/{resource}"
        calls += [
            stage.caller.get(path, "limit=20"),
            stage.caller.get(f"{path}/{_first_id(stage, path)}"),
        ]
    small = cpu_milliseconds(calls, repeats=GROWTH_REPEATS, rounds=GROWTH_ROUNDS)
    rows_multiply(copies)
    statistics_renew()  # as the product's beat does every five minutes
    large = cpu_milliseconds(calls, repeats=GROWTH_REPEATS, rounds=GROWTH_ROUNDS)
    for place, what in enumerate(_pages_and_details(), start=1):
        growth = (large[place] / large[0]) / (small[place] / small[0])
        goal = PAGE_GROWTH if what.endswith("list") else DETAIL_GROWTH
        yield _times(
            f"{what}, {few * (copies + 1):,} rows", growth, goal, f"the same over {few:,} rows"
        )


def _pages_and_details() -> list[str]:
    return [f"{resource}: {what}" for resource in RESOURCES for what in ("list", "detail")]


def documents_measured(stage: Stage) -> Iterator[Row]:
    """Measure issuing an invoice, and its PDF."""
    with tenant_context(stage.tenant.pk):
        customer = stage.customers[0]
        line = LineInput(label="Web", unit_price=Decimal("10.00"))
        (issue,) = cpu_milliseconds(
            [lambda: invoice_issue(actor=LOADER, customer=customer, lines=[line, line])],
            repeats=10,
        )
        document = Document.objects.filter(customer=customer).order_by("-id")[0]
        made_at = system_now()
        (pdf,) = cpu_milliseconds(
            [lambda: render_document(printed(document), made_at=made_at)], repeats=5
        )
    yield Row(what="invoice, two lines, issued by itself", measured=f"{issue:.1f} ms")
    yield Row(
        what="invoice PDF",
        measured=f"{pdf:.1f} ms",
        goal=f"at most {PDF_MILLISECONDS:.0f} ms",
        is_missed=pdf > PDF_MILLISECONDS,
    )


def memory_measured(stage: Stage, *, requests: int) -> Iterator[Row]:
    """Measure a worker after many requests, and whether it still grows."""
    command = [sys.executable, "-m", "bench.worker", stage.caller.token, str(requests)]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    half, whole = json.loads(said)
    yield Row(
        what=f"memory of a worker, {requests:,} requests",
        measured=f"{whole:.0f} MiB",
        goal=f"at most {WORKER_MEBIBYTES:.0f} MiB",
        is_missed=whole > WORKER_MEBIBYTES,
    )
    yield Row(
        what="memory, growth over the second half",
        measured=f"{whole - half:+.1f} MiB",
        goal="none",
        is_missed=whole - half > 2,
    )


def _first_id(stage: Stage, path: str) -> str:
    answer = json.loads(bytes(stage.caller.get(path, "limit=1")()))
    return str(answer["data"][0]["id"])


def _times(what: str, measured: float, goal: float, against: str) -> Row:
    return Row(
        what=what,
        measured=f"{measured:.2f} times",
        goal=f"at most {goal:g}",
        against=against,
        is_missed=measured > goal,
    )


def _statements(what: str, count: int, goal: int) -> Row:
    return Row(what=what, measured=str(count), goal=f"at most {goal}", is_missed=count > goal)
