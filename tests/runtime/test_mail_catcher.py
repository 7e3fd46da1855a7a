"""A real SMTP conversation with the mail catcher."""

import smtplib
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import settings

from ispplatform.run.mail_catcher import message_keep
from tests.ports import free_port
from tests.runtime.conftest import wait_for


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "mail"


@pytest.fixture
def port(directory: Path) -> Iterator[int]:
    number = free_port()
    catcher = subprocess.Popen(
        [sys.executable, "-m", "ispplatform.run.mail_catcher", str(number), str(directory)],
        cwd=settings.BASE_DIR,
    )
    wait_for(lambda: _answers(number), what="an answer of the mail catcher")
    yield number
    catcher.terminate()
    assert catcher.wait(timeout=60) == 0


def _answers(port: int) -> bool:
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as server:
            return server.noop()[0] == 250
    except OSError:
        return False


def test_each_message_becomes_one_file_with_its_envelope(port: int, directory: Path):
    # given
    message = EmailMessage()
    message["From"] = "billing@northwind.example"
    message["To"] = "anna@customer.example"
    message["Subject"] = "Rechnung für März"
    message.set_content("Guten Tag,\n.\nvielen Dank.\n")
    # when
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as server:
        server.send_message(message)
        server.send_message(message, to_addrs=["anna@customer.example", "copy@customer.example"])
    # then
    first, second = sorted(directory.iterdir())
    kept = message_from_bytes(second.read_bytes(), policy=policy.default)
    assert first.suffix == second.suffix == ".eml"
    assert kept["Subject"] == "Rechnung für März"
    assert kept["Return-Path"] == "<billing@northwind.example>"
    assert kept.get_all("X-Envelope-To") == ["anna@customer.example", "copy@customer.example"]
    assert kept.get_content().splitlines() == ["Guten Tag,", ".", "vielen Dank."]


def test_names_sort_by_time_and_never_meet(tmp_path: Path):
    early = datetime(2026, 3, 1, 9, 0, 0, 1, tzinfo=UTC)
    late = datetime(2026, 3, 1, 9, 0, 0, 2, tzinfo=UTC)

    paths = [
        message_keep(tmp_path, content=content, received_at=moment)
        for content, moment in [(b"c", late), (b"a", early), (b"b", early)]
    ]

    assert len(set(paths)) == 3
    assert sorted(tmp_path.iterdir())[-1] == paths[0]
    assert paths[1].name.startswith("20260301T090000.000001Z-")
    assert [path.read_bytes() for path in paths] == [b"c", b"a", b"b"]
