"""Which characters our fonts can draw."""

import json
import unicodedata
from bisect import bisect_right
from functools import cache
from pathlib import Path
from typing import Any

FONTS_DIR = Path(__file__).parent / "fonts"
MISSING = "\u25a1"  # a box


@cache
def _ranges() -> tuple[list[int], list[int]]:
    pairs = json.loads((FONTS_DIR / "coverage.json").read_text(encoding="utf-8"))
    return [first for first, _last in pairs], [last for _first, last in pairs]


def is_drawable(sign: str) -> bool:
    """Tell whether some font of ours has a glyph for one character."""
    firsts, lasts = _ranges()
    position = bisect_right(firsts, ord(sign)) - 1
    return position >= 0 and ord(sign) <= lasts[position]


def drawable(text: str) -> str:
    """Return ``text`` with a box for each character that no font has, and without control signs.

    Composed forms are used where they exist, so that an accent on its own finds its letter.
    """
    return "".join(
        sign if sign == "\n" or is_drawable(sign) else MISSING
        for sign in unicodedata.normalize("NFC", text)
        if sign == "\n" or unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )


def drawable_data(value: Any) -> Any:
    """Return plain data with every text in it made drawable."""
    if isinstance(value, str):
        return drawable(value)
    if isinstance(value, dict):
        return {name: drawable_data(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [drawable_data(item) for item in value]
    return value
