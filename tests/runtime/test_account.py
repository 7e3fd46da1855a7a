"""The account of .ci/run: a test that ran nowhere fails the run."""

import json
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

MARKERS = {"t::plain": [], "t::page": ["browser", "needs_chromium"], "t::wall": ["needs_postgres"]}
GOOD = {
    "sqlite": {"t::plain": "passed"},
    "postgres": {"t::plain": "passed", "t::wall": "passed"},
    "browser": {"t::page": "passed"},
}


def _account(directory: Path, outcomes: dict[str, dict[str, str]]) -> tuple[int, list[str]]:
    for name, found in outcomes.items():
        record = {"markers": MARKERS, "outcomes": found}
        (directory / f"{name}.json").write_text(json.dumps(record))
    ended = subprocess.run(
        [Path(settings.BASE_DIR) / ".ci" / "account", directory],
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout.splitlines()


def test_all_that_ran_where_it_had_to_is_good(tmp_path: Path):
    assert _account(tmp_path, GOOD) == (0, ["3 tests, 0 of them not passed where they had to"])


@pytest.mark.parametrize(
    ("run", "test", "outcome", "line"),
    [
        ("sqlite", "t::plain", "skipped", "skipped on sqlite: t::plain"),
        ("postgres", "t::wall", "failed", "failed on postgres: t::wall"),
        ("browser", "t::page", None, "not run on browser: t::page"),
    ],
)
def test_what_did_not_pass_is_named(
    tmp_path: Path, run: str, test: str, outcome: str | None, line: str
):
    changed = {name: dict(found) for name, found in GOOD.items()}
    changed[run] = {**changed[run], test: outcome} if outcome else {}

    status, lines = _account(tmp_path, changed)

    assert status == 1
    assert lines == [line, "3 tests, 1 of them not passed where they had to"]


def test_a_pass_without_a_record_is_named(tmp_path: Path):
    without = {name: found for name, found in GOOD.items() if name != "sqlite"}

    status, lines = _account(tmp_path, without)

    assert status == 1
    assert "no record of: sqlite" in lines
