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
TRIES = 3
SPIN_SECONDS = 0.2


@pytest.fixture
def buyers(prepared: Installation) -> Iterator[list[Buyer]]:
    """Colleagues' programs, at an installation that runs as ``make run`` runs it."""
    prepared.start()
    wait_for(lambda: len(prepared.programs("celery")) == 2, what="worker and beat")
    paths = Paths(data_dir=prepared.data_dir, port=prepared.port, outside={})
    opened = subprocess.run(
        [sys.executable, "-m", "tests.runtime.shopkeeper", str(BUYERS)],
        cwd=settings.BASE_DIR,
        env=paths.environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=WAIT_SECONDS,
    )
    base = f"http://127.0.0.1:{prepared.port}/api/v1"
    database = prepared.data_dir / "db.sqlite3"
    found = [Buyer(base, line, database) for line in opened.stdout.splitlines()]
    yield found
    for buyer in found:
        buyer.http.close()


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
