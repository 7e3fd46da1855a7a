"""What the suite does so that a test does not depend on when and beside what it runs."""

import socket
from datetime import UTC, datetime, timedelta

import pytest

from tests.isolation import begin_of_test
from tests.ports import free_port, free_ports

AFTER_MIDNIGHT = timedelta(seconds=60)


@pytest.mark.parametrize(
    ("now", "waits"),
    [
        ("2026-11-22 12:00:00", False),
        ("2026-11-22 22:58:59", False),
        ("2026-11-22 22:59:30", True),  # Berlin, winter
        ("2026-07-22 21:59:30", True),  # Berlin, summer
        ("2026-11-22 23:59:30", True),  # UTC
        ("2026-11-23 00:00:00", False),
    ],
)
def test_no_test_lives_through_a_midnight(now: str, waits: bool):
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert begin_of_test(moment) == moment + AFTER_MIDNIGHT * waits


def test_a_port_is_given_once_and_can_be_listened_at():
    given = [free_port(), free_ports(3), free_port()]
    rows = [range(first, first + count) for first, count in zip(given, (1, 3, 1), strict=True)]
    assert len({port for row in rows for port in row}) == 5
    for row in rows:
        for port in row:
            with socket.create_server(("127.0.0.1", port)) as server:
                assert server.getsockname()[1] == port
