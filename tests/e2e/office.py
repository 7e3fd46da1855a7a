"""A colleague at the back office of a running installation, in a browser window of their own."""

import re
import time
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DemoInstallation

PATIENCE_MS = 60_000  # for what workers do; on an idle machine it is a second or two
PAUSE_MS = 250  # between two looks


class Office:
    """Somebody at a desk: searches, reads, presses buttons; and what programs are told."""

    def __init__(self, installation: DemoInstallation, page: Page) -> None:
        self.installation = installation
        self.page = page

    def open(self, path: str) -> None:
        """Open a page of the back office by its address."""
        self.page.goto(self.installation.address + path)

    def menu(self, words: str) -> None:
        """Press an entry of the navigation; the icon's name stands before it."""
        self.page.get_by_role("link", name=re.compile(rf"\b{words}$")).first.click()

    def search(self, words: str) -> Locator:
        """Open the one search by its keys, type, and return what is found."""
        self.page.keyboard.press("Control+k")
        field = self.page.get_by_role("combobox", name="Search for")
        expect(field).to_be_focused()
        field.fill(words)
        finds = self.page.get_by_role("option").filter(has_text=words)
        expect(finds.first).to_be_visible()
        return finds

    def customer(self, name: str) -> None:
        """Open a customer's page by the one search."""
        # The customer's own line is told by its number; others name the customer as owner.
        self.search(name).filter(has_text="CUST-").first.click()
        expect(self.page.get_by_role("heading", name=name, exact=True)).to_be_visible()

    def part(self, title: str) -> Locator:
        """Return the card of a page that bears a title."""
        heading = self.page.get_by_role("heading", name=title, exact=True)
        return self.page.locator("section.card").filter(has=heading)

    def button(self, words: str) -> None:
        """Press what bears exactly these words, a link or a button."""
        link = self.page.locator(".acts a.button, .acts button").get_by_text(words, exact=True)
        link.or_(self.page.locator(".acts .button").get_by_text(words, exact=True)).first.click()

    def fill(self, **values: str) -> None:
        """Fill the fields of a form by their labels (``Came_on``)."""
        for label, value in values.items():
            words = re.compile(rf"^{label.replace('_', ' ')}\b")
            self.page.get_by_label(words).first.fill(value)

    def send(self, words: str) -> None:
        """Send the form of an act by its button."""
        self.page.locator(".form-acts").get_by_role("button", name=words, exact=True).click()

    def told(self, words: str) -> None:
        """Wait until the page says something."""
        expect(self.page.get_by_text(words).first).to_be_visible(timeout=PATIENCE_MS)

    def until(self, wanted: Locator) -> None:
        """Read the page again until something stands there that workers bring about."""
        deadline = time.monotonic() + 3 * PATIENCE_MS / 1000
        while not wanted.count():
            assert time.monotonic() < deadline, f"still not there: {wanted}"
            self.page.wait_for_timeout(PAUSE_MS)  # reading takes the processor from who works
            self.page.reload()

    def api(self, path: str) -> Any:
        """Return what programs are told at an address of the API."""
        return self._asked(path)["data"]

    def counted(self, path: str) -> int:
        """Return how many rows a list of the API has."""
        return int(self._asked(path)["pagination"]["total"])

    def _asked(self, path: str) -> Any:
        _name, key = self.installation.log_ins()["API key"]
        address = f"{self.installation.address}/api/v1/{path}"
        answer = self.page.request.get(address, headers={"X-API-Key": key})
        assert answer.ok, (path, answer.status)
        return answer.json()

    def found(self, table: str, **wanted: str) -> dict[str, Any]:
        """Return the one row that the API's list has for these values."""
        query = "&".join(f"{name}={value}" for name, value in wanted.items())
        rows = self.api(f"{table}?{query}")
        assert len(rows) == 1, (table, wanted, rows)
        return dict(rows[0])
