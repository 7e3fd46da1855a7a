"""The ways a page is looked at: two widths, two appearances."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.selection import chromium

# Chromium would look for updates and phone home at every start; here it talks to loopback only.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]


@dataclass(frozen=True, slots=True)
class View:
    """One way to look: a name, the window in CSS pixels, light or dark."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"]


VIEWS = [
    View(f"{size}-{scheme}", width, height, scheme)
    for size, width, height in (("wide", 1280, 800), ("phone", 360, 740))
    for scheme in ("light", "dark")
]


@contextmanager
def system_browser() -> Iterator[Browser]:
    """Start the system's Chromium for a program of its own (tests use pytest's fixtures)."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium() or "/usr/bin/chromium", args=FLAGS
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def looking(browser: Browser, view: View, **options: object) -> Iterator[BrowserContext]:
    """Open a window of this view; ``options`` go to Playwright's ``new_context``."""
    context = browser.new_context(
        viewport={"width": view.width, "height": view.height},
        color_scheme=view.scheme,
        reduced_motion="reduce",
        locale="en-GB",
        **options,
    )
    try:
        yield context
    finally:
        context.close()
