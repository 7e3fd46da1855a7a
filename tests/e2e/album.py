"""Pictures for the manuals, taken at named moments, each with the words that it shows.

Pixels are not compared: every browser draws a little differently. Beside each picture lie the
headings, labels and buttons of the page it was taken of; the suite compares those, so a picture of
a page that reads differently by now is found. ``make manual-pictures`` takes all of them anew.
"""

import os
import re
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

FOLDER = Path(settings.BASE_DIR) / "docs" / "manual" / "pictures"
RENEWED_BY = "MANUAL_PICTURES"
HEIGHT_PX = 720

# What a page reads as whatever rows it holds: not the rows themselves, nor their buttons.
_WORDS = """() => {
    const parts = "h1, h2, h3, label:not(:has(input)), legend, .button, main button";
    const rows = "ul.lines li, table, .search-finds, nav, #nav-sidebar, .empty";
    const unread = ".visually-hidden, svg, .material-symbols-outlined";
    const words = [...document.querySelectorAll(parts)].filter(part =>
        part.checkVisibility() && !part.closest(rows)
    ).map(part => {
        const copy = part.cloneNode(true);
        for (const part of copy.querySelectorAll(unread)) part.remove();
        return copy.textContent.replace(/\\s+/g, " ").trim();
    });
    return [...new Set(words)].filter(word => word).sort();
}"""

_DAY = re.compile(r"\b\d{1,2} [A-Z][a-z]{2,8} \d{4}\b")
_DIGITS = re.compile(r"\d+")


def take(page: Page, name: str, *, height: int = HEIGHT_PX) -> None:
    """Compare the words of the open page with those of the picture, or take it anew.

    Args:
        height: of the picture, from the top of the page.
    """
    words = {_DIGITS.sub("0", _DAY.sub("day", word)) for word in page.evaluate(_WORDS)}
    text = "\n".join(sorted(words)) + "\n"
    kept = FOLDER / f"{name}.txt"
    if os.environ.get(RENEWED_BY):
        FOLDER.mkdir(parents=True, exist_ok=True)
        kept.write_text(text)
        seen = page.viewport_size or {"width": 1280, "height": 800}
        page.set_viewport_size({"width": seen["width"], "height": height})
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=FOLDER / f"{name}.png")
        page.set_viewport_size(seen)
        return
    assert kept.exists(), f"No picture {name} in {FOLDER}: make manual-pictures"
    assert kept.read_text() == text, (
        f"The page of the picture {name} reads differently by now: make manual-pictures"
    )
