"""Codes of authenticator apps, as another library makes them."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from accounts.rules.one_time_codes import code_step, typed_code

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = datetime(2026, 3, 1, 9, 0, 10, tzinfo=UTC)
STEP = int(NOW.timestamp()) // 30


@pytest.mark.parametrize(
    ("seconds", "step"), [(-60, None), (-30, STEP - 1), (0, STEP), (30, STEP + 1), (60, None)]
)
def test_a_code_counts_half_a_minute_around_now(seconds: int, step: int | None) -> None:
    code = pyotp.TOTP(SECRET).at(NOW + timedelta(seconds=seconds))

    assert code_step(SECRET, code, now=NOW) == step


def test_a_step_that_was_taken_and_all_before_it_count_no_more() -> None:
    app = pyotp.TOTP(SECRET)
    before, present, next_one = (
        app.at(NOW + timedelta(seconds=30 * steps)) for steps in (-1, 0, 1)
    )

    assert code_step(SECRET, present, now=NOW, after=STEP) is None
    assert code_step(SECRET, before, now=NOW, after=STEP) is None
    assert code_step(SECRET, next_one, now=NOW, after=STEP) == STEP + 1


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "1234567", "１２３４５６"])
def test_what_is_no_code_fits_no_step(code: str) -> None:
    assert code_step(SECRET, code, now=NOW) is None


def test_spaces_and_dashes_of_a_code_are_none_of_it() -> None:
    assert typed_code(" 123 456\n") == "123456"
    assert typed_code("1234-5678") == "12345678"
