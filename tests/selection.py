"""Which tests this machine can run, and a record of what ran, so that none is lost unseen.

A test names its counterpart by a marker. Where the counterpart is missing the test is left out and
counted on a line of its own. ``TEST_RECORD`` names a file for what was found and how each test
ended: ``.ci/run`` adds the records of its passes up and fails when a test ran in none of them.
"""

import json
import os
import shutil
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings


def chromium() -> str | None:
    """Return the path of the browser that tests may drive, from ``TEST_CHROMIUM``, or None."""
    return shutil.which(os.environ.get("TEST_CHROMIUM", ""))


def powerdns() -> str | None:
    """Return the path of PowerDNS' server, where its SQLite back end is there too, or None."""
    back_ends = Path("/usr/lib").glob("*/pdns/libgsqlite3backend.so")
    # Debian keeps servers where only root's PATH finds them.
    places = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin"
    return shutil.which("pdns_server", path=places) if any(back_ends) else None


def _missing_counterparts() -> dict[str, str]:
    """Return the markers that this process cannot serve, each with the name of what is missing."""
    sqlite = "sqlite" in settings.DATABASES["default"]["ENGINE"]
    needs = {
        "needs_postgres": ("PostgreSQL", not sqlite),
        "needs_sqlite": ("the embedded database", sqlite),
        "needs_redis": ("Redis", bool(os.environ.get("REDIS_URL"))),
        "needs_chromium": ("Chromium", chromium() is not None),
        "needs_powerdns": ("PowerDNS", powerdns() is not None),
    }
    return {marker: name for marker, (name, is_here) in needs.items() if not is_here}


class Selection:
    """Leaves out what cannot run here and writes down the rest; one per test process."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self.markers: dict[str, list[str]] = {}
        self.outcomes: dict[str, str] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        missing = _missing_counterparts()
        kept, left_out = [], []
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker("needs_chromium")
            markers = {marker.name for marker in item.iter_markers()}
            self.markers[item.nodeid] = sorted(markers)
            lacking = sorted(markers & missing.keys())
            self.left_out.update(missing[marker] for marker in lacking[:1])
            (left_out if lacking else kept).append(item)
        if left_out:
            items[:] = kept
            config.hook.pytest_deselected(items=left_out)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[report.nodeid] = report.outcome

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Take over what a parallel process found: each of them collects every test."""
        found = getattr(node, "workeroutput", {}).get("selection")
        if found:
            self.left_out = Counter(found["left_out"])
            self.markers = found["markers"]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["selection"] = {
                "left_out": dict(self.left_out),
                "markers": self.markers,
            }
        elif path := os.environ.get("TEST_RECORD"):
            record = {"markers": self.markers, "outcomes": self.outcomes}
            Path(path).write_text(json.dumps(record))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.left_out:
            needs = ", ".join(f"{count} for {name}" for name, count in self.left_out.items())
            total = self.left_out.total()
            terminalreporter.write_line(
                f"{total} tests left out, their counterpart is not here: {needs} (.ci/run has all)"
            )


def pytest_configure(config: pytest.Config) -> None:
    """Register the selection of this process."""
    config.pluginmanager.register(Selection(), "selection")
