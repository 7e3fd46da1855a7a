"""Every icon that a template names is there: a missing one would break its page."""

import re
from pathlib import Path

from django.conf import settings

from ispplatform.core.pages.icons import icon_drawings
from ispplatform.core.pages.navigation import PORTAL_NAVIGATION
from ispplatform.core.pages.ui import TONE_ICONS

NAMED = re.compile(r'\{% icon "([\w-]+)"|icon_name="([\w-]+)"')


def test_every_icon_that_templates_name_is_there() -> None:
    named = {
        (path.name, one or other)
        for path in (Path(settings.BASE_DIR) / "templates").rglob("*.html")
        for one, other in NAMED.findall(path.read_text(encoding="utf-8"))
    }
    assert len(named) > 20
    assert {(page, icon) for page, icon in named if icon not in icon_drawings()} == set()


def test_the_icons_of_the_navigation_and_of_tones_are_there() -> None:
    icons = {entry.icon for entry in PORTAL_NAVIGATION.items()} | set(TONE_ICONS.values())
    assert icons - set(icon_drawings()) == set()
