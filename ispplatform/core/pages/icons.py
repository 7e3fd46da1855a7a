"""Icons, drawn into the page. Source: Lucide 1.62, ISC licence (``data/icons-LICENSE.txt``)."""

import json
from functools import cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString

from ispplatform.core.pages.markup import as_markup

_DRAWINGS = Path(__file__).parent / "data" / "icons.json"


@cache
def icon_drawings() -> dict[str, str]:
    """Return the inside of each icon's SVG, by name."""
    drawings: dict[str, str] = json.loads(_DRAWINGS.read_text(encoding="utf-8"))
    return drawings


def icon_svg(name: str, *, label: str = "") -> SafeString:
    """Return an icon as inline SVG; without a label screen readers pass it by.

    Raises:
        KeyError: no such icon.
    """
    drawing = as_markup(icon_drawings()[name])
    meaning = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else as_markup('aria-hidden="true"')
    )
    return format_html('<svg class="icon" viewBox="0 0 24 24" {}>{}</svg>', meaning, drawing)
