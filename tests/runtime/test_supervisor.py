"""The whole installation, started as ``make run`` starts it."""

import os
import signal
import socket

import pytest

from tests.runtime.conftest import WAIT_SECONDS, Installation, wait_for

pytestmark = [pytest.mark.needs_sqlite, pytest.mark.slow]

ENDING_SECONDS_MAX = 20.0  # ten where nothing else runs; here the suite's other processes do


def test_what_dies_comes_back_and_nothing_is_left_at_the_end(installation: Installation):
    # given
    first_start_seconds = installation.start()
    assert installation.health() == 200
    wait_for(lambda: len(installation.programs("celery")) == 2, what="worker and beat")

    # when each program is killed
    for word in ("granian", "worker --conc", "valkey", "mail_catcher", "beat --sched"):
        wait_for(lambda word=word: installation.programs(word), what=word)
        (before,) = installation.programs(word)
        os.kill(before, signal.SIGKILL)
        wait_for(
            lambda word=word, before=before: installation.programs(word) - {before},
            what=f"another {word}",
        )

    # then
    wait_for(lambda: installation.health() == 200, what="health after the killing")
    output = installation.output()
    for name in ("web", "worker", "broker", "mail", "beat"):
        assert f"{name:<7} | was ended by SIGKILL; starting it again in 0.5 s" in output
    assert installation.end(signal.SIGTERM) < ENDING_SECONDS_MAX
    assert installation.processes() == {}
    assert installation.process.returncode == 0

    # and the second start does only what is needed
    assert installation.start() < first_start_seconds / 2
    assert "migrate" not in installation.output()
    assert installation.end(signal.SIGINT) < ENDING_SECONDS_MAX
    assert installation.processes() == {}


def test_a_killed_supervisor_takes_everything_with_it(prepared: Installation):
    prepared.start()
    wait_for(lambda: len(prepared.programs("celery")) == 2, what="worker and beat")

    prepared.end(signal.SIGKILL)

    wait_for(lambda: prepared.processes() == {}, what="an end of all processes")


def test_a_second_supervisor_leaves_the_first_alone(prepared: Installation):
    prepared.start()
    first = prepared.process.pid
    log = prepared.log.read_text()

    prepared.log = prepared.log.with_name("second.log")
    second = prepared.launch()

    assert second.wait(timeout=WAIT_SECONDS) == 1
    assert prepared.output() == (
        f"ISP Platform: Another ISP Platform (process {first}) is running on "
        f"{prepared.data_dir}: end it first, or choose another place with DATA_DIR=.\n"
    )
    assert prepared.health() == 200
    assert "Ending" not in log


@pytest.mark.parametrize(("offset", "name"), [(0, "web"), (1, "broker"), (2, "mail")])
def test_a_taken_port_is_named_and_nothing_starts(
    installation: Installation, offset: int, name: str
):
    port = installation.port + offset
    with socket.create_server(("127.0.0.1", port)):
        refused = installation.launch()
        status = refused.wait(timeout=WAIT_SECONDS)

    other = installation.port + 100 if installation.port < 60_000 else 8000
    assert status == 1
    assert installation.output() == (
        f"ISP Platform: Port {port} on 127.0.0.1, which {name} needs, is taken by another "
        f"program. Stop that program, or choose other ports: PORT={other} make run (three ports "
        f"in a row are used, now {installation.port} to {installation.port + 2}).\n"
    )
    assert installation.processes() == {}
    assert not (installation.data_dir / "db.sqlite3").exists()
