"""The browser of the suite: the system's Chromium, never one that a test tool downloads."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.selection import chromium

# Until something appears that always comes: five seconds, as Playwright has it, are too few where
# two processes of the suite and their browsers share two processors.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Start the system's Chromium; as root, as in a container, it has no sandbox of its own."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": chromium(), "args": arguments}


@pytest.fixture(scope="session", autouse=True)
def database_beside_a_browser() -> Iterator[None]:
    """Let browser tests use the database: Playwright's event loop runs in the tests' thread."""
    with pytest.MonkeyPatch.context() as patch:
        if chromium():
            patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield
