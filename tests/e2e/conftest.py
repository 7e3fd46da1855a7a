"""A whole installation as ``make run`` starts it, with the demo company, in a real browser."""

import os
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.runtime.conftest import WAIT_SECONDS, Installation


class DemoInstallation(Installation):
    """An installation on its first start: it makes its database and the demo company."""

    @property
    def address(self) -> str:
        """Where a browser finds it, as ``make run`` prints it."""
        return f"http://localhost:{self.port}"

    def log_ins(self) -> dict[str, tuple[str, str]]:
        """Return who can log in, (name, secret) by what ``make run`` calls them."""
        found = {}
        for line in (self.data_dir / "demo.txt").read_text().splitlines():
            parts = [part.strip() for part in line.split("  ") if part.strip()]
            if len(parts) == 3:
                found[parts[0]] = (parts[1], parts[2])
        return found

    def log_in(self, page: Page, who: str) -> None:
        """Log somebody in whom ``make run`` names: ``Owner`` and colleagues, or a customer."""
        is_staff = not who.startswith("Customer")
        name, password = self.log_ins()[who]
        page.goto(f"{self.address}{'/admin/login/' if is_staff else '/login'}")
        page.locator("[name=name]").fill(name)
        page.locator("[name=password]").fill(password)
        with page.expect_navigation():
            page.locator("[name=password]").press("Enter")


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoInstallation]:
    """An installation with the demo company that is up, one for all tests of a process."""
    own = DemoInstallation(tmp_path_factory.mktemp("running") / "var")
    try:
        own.start()
        yield own
    finally:
        for number in own.processes():
            os.kill(number, signal.SIGKILL)
        for supervisor in own.launched:
            supervisor.wait(timeout=WAIT_SECONDS)
