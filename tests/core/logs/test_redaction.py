"""No log line holds a secret, whatever it was called."""

import json
import logging
from decimal import Decimal

import pytest

from ispplatform.core.logs.lines import json_lines, readable_lines
from ispplatform.core.logs.redaction import REDACTED, redacted, redacted_text

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "name",
    [
        "password", "new_password", "Password", "passwd", "token", "access_token", "refreshToken",
        "secret", "client_secret", "Authorization", "api_key", "apiKey", "X-API-Key", "auth_code",
        "epp-code", "card_number", "cvc", "private_key", "cookie", "csrftoken", "otp",
    ],
)  # fmt: skip
def test_what_stands_under_a_secret_name_is_taken_out(name):
    assert redacted({"a": {name: "s3cret"}}) == {"a": {name: REDACTED}}


def test_other_names_and_values_stay():
    facts = {"status": 200, "path": "/api/v1/customers", "amount": Decimal("1.10"), "code": "GONE"}
    assert redacted(facts) == facts
    assert redacted({"rows": [{"id": 1}, ("x",)]}) == {"rows": [{"id": 1}, ["x"]]}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"Authorization: Bearer {JWT}", f"Authorization: {REDACTED}"),
        (f"sent {JWT} twice", f"sent {REDACTED} twice"),
        ("Bearer abcdef123456", f"Bearer {REDACTED}"),
        ("key sk_live_abcdefghijkl refused", f"key {REDACTED} refused"),
        ("key live_pk_abcdefghijkl refused", f"key {REDACTED} refused"),
        ("GET /x?token=abc&page=2", f"GET /x?token={REDACTED}&page=2"),
        ('{"password": "a b", "x": 1}', f'{{"password": {REDACTED}, "x": 1}}'),
        ("password='hunter2')", f"password={REDACTED})"),
        ("postgresql://app:pw123@db/x", f"postgresql://app:{REDACTED}@db/x"),
        ("card 4242 4242 4242 4242 declined", f"card {REDACTED} declined"),
        ("card 4242424242424242.", f"card {REDACTED}."),
        ("order 1234567890123456 placed", "order 1234567890123456 placed"),
        ("4242424242424242.5 units", "4242424242424242.5 units"),
        ("at 2026-03-01T09:00:00", "at 2026-03-01T09:00:00"),
    ],
)
def test_secrets_in_sentences_are_taken_out(text, kept):
    assert redacted_text(text) == kept


def test_nesting_without_end_is_cut():
    deep: dict = {"password": "x"}
    for _ in range(10):
        deep = {"a": deep}
    assert "'x'" not in str(redacted(deep))


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    logger = logging.getLogger("isp.test")
    return logger.makeRecord(
        "isp.test", logging.WARNING, "file.py", 1, message, args, None, extra=extra
    )


def test_a_json_line_holds_time_level_logger_and_facts():
    line = json.loads(json_lines().format(record("Paid %s", "INV-1", invoice="i", token="t")))
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "Paid INV-1",
        "level": "warning",
        "logger": "isp.test",
        "invoice": "i",
        "token": REDACTED,
    }


def test_a_traceback_is_one_field_without_secrets():
    made = record("Failed")
    try:
        raise ValueError("password=hunter2")
    except ValueError as exc:
        made.exc_info = (ValueError, exc, exc.__traceback__)
    line = json_lines().format(made)
    assert "\n" not in line
    assert "hunter2" not in line
    assert "ValueError" in json.loads(line)["exception"]


def test_readable_lines_are_for_people():
    line = readable_lines().format(record("Paid", invoice="i", empty=""))
    assert line[8:] == " WARNING isp.test: Paid invoice=i"
