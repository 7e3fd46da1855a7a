"""All measurements in one run, and the table that they give."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.management import call_command

from bench.pages import pages_report
from bench.renewals import renewals_measured
from bench.rows import (
    Row,
    documents_measured,
    growth_measured,
    identity_measured,
    lists_measured,
    memory_measured,
)
from bench.search import search_measured, search_report
from bench.stage import stage_set
from ispplatform.core.clock import monotonic_seconds


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much there is to measure over."""

    few: int
    copies: int
    requests: int
    renewed: int


FULL = Size(few=10_000, copies=9, requests=3_000, renewed=2_000)
QUICK = Size(few=1_000, copies=4, requests=600, renewed=200)


def main(arguments: Sequence[str]) -> int:
    """Measure, print the table, and return 1 when a goal is missed.

    Args:
        arguments: ``--quick`` measures over little, to see that the bench itself works;
            ``--search`` measures each kind of search among the words of 100,000 customers, and
            nothing else; ``--pages`` every page over 100,000 customers with a million invoices,
            and nothing else.
    """
    if "--pages" in arguments:
        told, is_missed = pages_report(is_quick="--quick" in arguments)
        sys.stdout.write(told)
        return 1 if is_missed else 0
    if "--search" in arguments:
        sys.stdout.write(search_report(is_quick="--quick" in arguments))
        return 0
    size = QUICK if "--quick" in arguments else FULL
    started = monotonic_seconds()
    call_command("migrate", verbosity=0, interactive=False)
    stage = stage_set(few=size.few)
    rows = [
        *identity_measured(stage),
        *lists_measured(stage),
        *growth_measured(stage, copies=size.copies),
        *search_measured(stage),
        *documents_measured(stage),
        *renewals_measured(stage, customers=size.renewed),
        *memory_measured(stage, requests=size.requests),
    ]
    sys.stdout.write(table(rows, seconds=monotonic_seconds() - started))
    return 1 if any(row.is_missed for row in rows) else 0


def table(rows: Iterable[Row], *, seconds: float) -> str:
    """Return the rows as people read them; a cross marks a goal that was missed."""
    lines = [f"  {'what':<44}{'measured':>14}  {'goal':<20}compared with"]
    for row in rows:
        mark = "x" if row.is_missed else " "
        line = f"{mark} {row.what:<44}{row.measured:>14}  {row.goal:<20}{row.against}"
        lines.append(line.rstrip())
    lines.append(f"in {seconds:.0f} s; ratios of CPU time, taken in turn in this one run")
    return "\n".join([*lines, ""])
