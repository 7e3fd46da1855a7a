"""What every page must hold: readable by all, usable with a thumb, never wider than the window."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TOUCH_TARGET_PX = 44
DESK_WIDTH_PX = 1024
GRAVE = {"serious", "critical"}

_SMALL_TARGETS = """least => {
    const parts = "a[href], button, summary, select, textarea, " +
        "input:not([type=hidden]):not([type=checkbox]):not([type=radio])";
    return [...document.querySelectorAll(parts)].filter(part => {
        const box = part.getBoundingClientRect();
        const style = getComputedStyle(part);
        // Links inside a sentence are exempt (WCAG 2.5.8), and so is what nobody sees.
        const inText = style.display === "inline";
        const unseen = box.width < 2 || box.height < 2 || style.visibility === "hidden" ||
            box.bottom < 0;
        return !inText && !unseen && box.height < least - 0.5;
    }).map(part => part.outerHTML.slice(0, 120));
}"""


def grave_violations(page: Page) -> list[str]:
    """Return what axe calls serious or critical on the page, with the elements it means."""
    found: dict[str, Any] = Axe().run(page).response
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


def sideways_scroll_px(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


def small_targets(page: Page) -> list[str]:
    """Return what can be pressed and is less than 44 px high."""
    targets: list[str] = page.evaluate(_SMALL_TARGETS, TOUCH_TARGET_PX)
    return targets


def assert_good_page(page: Page) -> None:
    """Fail unless the open page passes all of the above."""
    _assert_none(page, [*_readable_and_fitting(page), *small_targets(page)])


def assert_good_desk_page(page: Page) -> None:
    """Fail unless a page of the back office passes: there a mouse may aim at less than a thumb."""
    is_small = page.viewport_size is not None and page.viewport_size["width"] < DESK_WIDTH_PX
    targets = small_targets(page) if is_small else []
    _assert_none(page, [*_readable_and_fitting(page), *targets])


def _readable_and_fitting(page: Page) -> list[str]:
    excess = sideways_scroll_px(page)
    return [*grave_violations(page), *([f"{excess} px too wide"] if excess else [])]


def _assert_none(page: Page, complaints: list[str]) -> None:
    assert complaints == [], "\n".join([page.url, *complaints])
