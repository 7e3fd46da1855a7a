"""What the environment makes of an installation, and what its programs are told."""

import socket
import stat
from pathlib import Path

import pytest

from ispplatform.run.installation import Installation, StartRefused
from ispplatform.run.keys import Keys
from ispplatform.run.ports import broker_answers, without_broker
from tests.ports import free_ports


def test_the_default_listens_on_loopback_only(tmp_path: Path):
    own = Installation.from_environment({"DATA_DIR": str(tmp_path)})

    assert (own.bind, own.port, own.broker_port, own.mail_port) == ("127.0.0.1", 8000, 8001, 8002)
    assert own.is_loopback
    assert own.address == "http://localhost:8000"


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "eighty"}, "PORT=eighty cannot be used: give a number from 1 to 65533."),
        ({"PORT": "65534"}, "PORT=65534 cannot be used: give a number from 1 to 65533."),
        ({"PORT": "0"}, "PORT=0 cannot be used: give a number from 1 to 65533."),
        (
            {"BIND": "everywhere"},
            "BIND=everywhere is not an address: give one of this machine, or 0.0.0.0 for all.",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(environment: dict, sentence: str):
    with pytest.raises(StartRefused) as refusal:
        Installation.from_environment(environment)

    assert str(refusal.value) == sentence


def test_programs_are_told_where_the_embedded_servers_are(tmp_path: Path):
    own = Installation.from_environment({"DATA_DIR": str(tmp_path), "PORT": "9000"})

    told = own.environment()

    broker = f"redis://:{own.keys.broker_password}@127.0.0.1:9001"
    assert told["REDIS_URL"] == f"{broker}/0"
    assert told["CELERY_BROKER_URL"] == f"{broker}/1"
    assert (told["EMAIL_HOST"], told["EMAIL_PORT"]) == ("127.0.0.1", "9002")
    assert told["SECRET_KEY"] == own.keys.secret_key
    assert told["FIELD_ENCRYPTION_KEYS"] == own.keys.field_encryption_key
    assert told["DATA_DIR"] == str(tmp_path)
    assert "ALLOWED_HOSTS" not in told


def test_what_is_set_outside_replaces_the_embedded_servers(tmp_path: Path):
    outside = {
        "DATA_DIR": str(tmp_path),
        "REDIS_URL": "redis://elsewhere/3",
        "EMAIL_HOST": "mail.isp.example",
        "SECRET_KEY": "from outside",
    }
    own = Installation.from_environment(outside)

    told = own.environment()

    assert not own.has_own_broker
    assert not own.has_own_mail
    assert told["REDIS_URL"] == "redis://elsewhere/3"
    assert told["SECRET_KEY"] == "from outside"
    assert "CELERY_BROKER_URL" not in told
    assert "EMAIL_PORT" not in told


def test_an_installation_on_all_addresses_answers_to_the_names_of_its_machine(tmp_path: Path):
    own = Installation.from_environment({"DATA_DIR": str(tmp_path), "BIND": "0.0.0.0"})

    names = own.environment()["ALLOWED_HOSTS"].split(",")

    assert not own.is_loopback
    assert names[:4] == ["localhost", "127.0.0.1", "[::1]", ".localhost"]
    assert "0.0.0.0" in names


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path):
    directory = tmp_path / "keys"

    first = Keys.kept_in(directory)

    assert Keys.kept_in(directory) == first
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}
    assert modes == {"secret_key": 0o600, "field_encryption_key": 0o600, "broker_password": 0o600}
    assert len({first.secret_key, first.field_encryption_key, first.broker_password}) == 3
    assert "secret_key" not in repr(first)


def test_a_command_works_while_no_broker_runs(tmp_path: Path):
    own = Installation.from_environment({"DATA_DIR": str(tmp_path), "PORT": str(free_ports(3))})
    assert not broker_answers(own)
    told = without_broker(own.environment())
    assert "REDIS_URL" not in told
    assert told["CELERY_BROKER_URL"] == "memory://"
    assert told["SECRET_KEY"] == own.keys.secret_key
    with socket.create_server(("127.0.0.1", own.broker_port)):
        assert broker_answers(own)


def test_a_broker_that_somebody_else_runs_is_taken_to_be_there(tmp_path: Path):
    outside = {"DATA_DIR": str(tmp_path), "REDIS_URL": "redis://192.0.2.1/3"}
    assert broker_answers(Installation.from_environment(outside))
