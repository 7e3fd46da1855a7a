"""Orders come in, workers set them up, the beat looks after all: on the embedded database."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from django.conf import settings

from ispplatform.run.installation import Installation as Paths
from tests.runtime.buyers import Buyer
from tests.runtime.conftest import WAIT_SECONDS, Installation, wait_for

pytestmark = [pytest.mark.needs_sqlite, pytest.mark.slow]

BUYERS = 3
BUSY_SECONDS = 30.0
PAID_TO_ACTIVE_SECONDS = 2.0  # where nothing else runs; where others do, as many times longer
PAID_TO_RESUMED_SECONDS = 60.0
DAYS_TO_SUSPENSION = 45  # a month, seven days, and a long weekend in which nobody is suspended
TRIES = 3
SPIN_SECONDS = 0.2


@pytest.fixture
def buyers(prepared: Installation) -> Iterator[list[Buyer]]:
    """Colleagues' programs, at an installation that runs as ``make run`` runs it."""
    prepared.start()
    wait_for(lambda: len(prepared.programs("celery")) == 2, what="worker and beat")
    opened = beside(prepared, "tests.runtime.shopkeeper", str(BUYERS))
    base = f"http://127.0.0.1:{prepared.port}/api/v1"
    database = prepared.data_dir / "db.sqlite3"
    found = [Buyer(base, line, database) for line in opened.splitlines()]
    yield found
    for buyer in found:
        buyer.http.close()


def beside(installation: Installation, module: str, *arguments: str) -> str:
    """Run a module with the environment of an installation's programs; return what it prints."""
    paths = Paths(data_dir=installation.data_dir, port=installation.port, outside={})
    ended = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=settings.BASE_DIR,
        env=paths.environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=WAIT_SECONDS,
    )
    return ended.stdout


def contention() -> float:
    """Return how many times longer work takes here because others work too: 1 where none do."""
    begun, worked = time.monotonic(), time.thread_time()
    while time.thread_time() - worked < SPIN_SECONDS:
        pass
    return max(1.0, (time.monotonic() - begun) / (time.thread_time() - worked))


def test_what_is_paid_works_within_two_seconds(buyers: list[Buyer]) -> None:
    """A name, its zone, a site and its mailbox, through the broker and worker of ``make run``."""
    buyer = buyers[0]
    buyer.sale()  # the programs have just started

    found = []
    for _ in range(TRIES):
        before = contention()
        seconds = buyer.sale()
        found.append((seconds, min(before, contention())))

    assert min(seconds / others for seconds, others in found) <= PAID_TO_ACTIVE_SECONDS, found


def test_what_was_suspended_for_money_works_within_a_minute_of_it(
    prepared: Installation, buyers: list[Buyer]
) -> None:
    """Dunning suspends while the clock is moved; the panel hears of the payment by itself."""
    buyer = buyers[0]
    order_id = buyer.sale_by_transfer()
    beside(prepared, "tests.runtime.timekeeper", str(DAYS_TO_SUSPENSION))
    wait_for(lambda: "suspended" in buyer.statuses(order_id), what="suspended")
    wait_for(lambda: not buyer.clock_is_moving(), what="the clock runs on")

    buyer.pay_what_is_owed(order_id)
    paid_at = time.monotonic()
    wait_for(lambda: buyer.works(order_id), what="it works again")

    assert time.monotonic() - paid_at <= PAID_TO_RESUMED_SECONDS


def test_thirty_busy_seconds_meet_no_locked_database(
    prepared: Installation, buyers: list[Buyer]
) -> None:
    end = time.monotonic() + BUSY_SECONDS
    selling = [threading.Thread(target=buyer.sell_until, args=[end]) for buyer in buyers]
    for thread in selling:
        thread.start()
    for thread in selling:
        thread.join()
    for buyer in buyers:
        for order_id in buyer.orders:
            wait_for(lambda b=buyer, o=order_id: b.is_completed(o), what=f"{order_id} completed")

    assert [buyer.trouble for buyer in buyers] == [""] * BUYERS
    assert all(buyer.orders for buyer in buyers)
    assert {status for buyer in buyers for status in buyer.answers} <= {200, 201, 202}
    assert prepared.health() == 200
    logs = [prepared.log, *prepared.data_dir.rglob("*.log")]
    assert [log.name for log in logs if "locked" in log.read_text(errors="replace").lower()] == []
