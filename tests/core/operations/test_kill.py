"""The worker killed for real at the four points, and two workers on one row."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest
import time_machine
from django.conf import settings
from django.db import close_old_connections, connections
from django.db import connection as database

from ispplatform.core.clock import system_now
from ispplatform.core.events import dispatch, subscribe, subscribing
from ispplatform.core.events.delivery import lane_run
from ispplatform.core.ids import uuid7
from ispplatform.core.models import Operation, OperationState, OutboxEvent
from ispplatform.core.operations.engine import operation_run
from ispplatform.core.providers.services import connection_create
from ispplatform.core.subjects import Subject
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from tests.core.events.conftest import switch
from tests.core.operations.conftest import MANAGER, start
from tests.core.operations.test_engine import lit, state_of
from tests.core.operations.worker import PROGRAM

pytestmark = pytest.mark.django_db(transaction=True)


class LampServer(ThreadingHTTPServer):
    """The counterpart in the test's process; kills its caller before it answers, when told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.effects: Counter[str] = Counter()
        self.kills_caller = False
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: LampServer

    def do_POST(self) -> None:
        key = self.path.removeprefix("/")
        self.server.effects[key] += 1
        if self.server.kills_caller:
            os.kill(int(self.headers["X-Process"]), signal.SIGKILL)
            return
        self._answer(f"lamp-{key}")

    def do_GET(self) -> None:
        key = self.path.removeprefix("/")
        self._answer(f"lamp-{key}" if self.server.effects[key] else None)

    def _answer(self, reference: str | None) -> None:
        body = json.dumps({"reference": reference}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def lamp_server() -> Iterator[LampServer]:
    server = LampServer()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def far_connection(tenant, lamp_kinds, lamp_server):
    return connection_create(
        actor=MANAGER,
        kind="lamps",
        backend="remote",
        name="Far",
        config={"url": lamp_server.url},
        credentials={"api_key": "key-of-the-works"},
    )


def database_url() -> str:
    at = database.settings_dict
    if database.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    password = quote(str(at["PASSWORD"]), safe="")
    return f"postgresql://{at['USER']}:{password}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def run_in_a_process(operation: Operation, point: str) -> int:
    """Run the operation in a worker process; return how it ended."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(operation.tenant_id), str(operation.pk), point],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "ispplatform.settings",
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(settings.DATA_DIR),
        },
        timeout=300,  # Django has to start, on a busy machine too
        check=False,
    )
    return ended.returncode


@pytest.mark.slow
@pytest.mark.parametrize(
    ("point", "state_left", "effects_left"),
    [
        ("sent_marked", OperationState.RUNNING, 0),  # before the call
        ("never", OperationState.RUNNING, 1),  # after the call, before the answer
        ("settling", OperationState.RUNNING, 1),  # after the answer, before the commit
        ("settled", OperationState.SUCCEEDED, 1),  # after the commit
    ],
)
def test_a_worker_killed_anywhere_leaves_nothing_undone_and_nothing_done_twice(
    far_connection, lamp, lamp_server, point, state_left, effects_left
):
    operation = start(far_connection, lamp)
    lamp_server.kills_caller = point == "never"
    assert run_in_a_process(operation, point) == -signal.SIGKILL
    assert state_of(operation) == state_left
    assert lamp_server.effects["k1"] == effects_left
    lamp_server.kills_caller = False
    with time_machine.travel(system_now(), tick=False) as clock:
        for _ in range(3):
            clock.shift(timedelta(seconds=100))
            run_until_quiet()
    assert state_of(operation) == OperationState.SUCCEEDED
    assert lamp_server.effects == {"k1": 1}
    assert lit(operation) == 1


def in_threads(count, tenant, work):
    """Run ``work`` in several threads at once, each with a database connection of its own."""
    together = threading.Barrier(count)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            with tenant_context(tenant.pk):
                together.wait(60)
                work()
        except BaseException as exc:  # shown in the main thread
            failures.append(exc)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert failures == []


def test_of_four_workers_on_one_row_one_sends(tenant, far_connection, lamp, lamp_server):
    operation = start(far_connection, lamp)
    in_threads(4, tenant, lambda: operation_run(operation.pk))
    assert state_of(operation) == OperationState.SUCCEEDED
    assert (operation.attempt, lamp_server.effects, lit(operation)) == (1, {"k1": 1}, 1)


def test_of_four_workers_on_one_lane_each_event_is_delivered_once(tenant, monkeypatch):
    from_lamps = []
    monkeypatch.setattr(subscribing, "_subscriptions", {})
    subscribe("lamps.lamp_switched", "tests.listener", from_lamps.append)
    lamp = Subject(type="lamps.lamp", id=uuid7())
    for number in range(5):
        switch(lamp, number)
    deliveries = dispatch.dispatch_batch()
    close_old_connections()

    def work():
        for delivery in deliveries:
            lane_run(delivery.pk)

    in_threads(4, tenant, work)
    run_until_quiet()
    assert [event.payload["number"] for event in from_lamps] == [0, 1, 2, 3, 4]


def test_the_same_decision_made_four_times_at_once_is_one_operation(
    tenant, far_connection, lamp, lamp_server
):
    in_threads(4, tenant, lambda: start(far_connection, lamp))
    assert Operation.objects.count() == 1


def test_events_published_at_once_get_numbers_without_gaps(tenant):
    lamp = Subject(type="lamps.lamp", id=uuid7())
    in_threads(4, tenant, lambda: [switch(lamp, number) for number in range(5)])
    numbers = OutboxEvent.objects.order_by("sequence").values_list("sequence", flat=True)
    assert list(numbers) == list(range(1, 21))
    in_threads(3, tenant, dispatch.dispatch_batch)
    positions = OutboxEvent.objects.order_by("sequence").values_list("position", flat=True)
    assert list(positions) == list(range(1, 21))
