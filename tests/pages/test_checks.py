"""The checks find what they look for: otherwise every page would pass."""

import pytest
from playwright.sync_api import Page

from tests.pages.checks import grave_violations, sideways_scroll_px, small_targets

pytestmark = [pytest.mark.browser]

BAD_PAGE = """<!doctype html><html lang="en"><head><title>x</title></head>
<body style="margin:0; background:#fff"><main><h1>x</h1>
<p style="color:#ccc">too pale</p>
<div style="width:2000px; height:10px"></div>
<button style="height:20px">Go</button>
</main></body></html>"""


def test_pale_text_wide_pages_and_small_buttons_are_found(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.set_content(BAD_PAGE)
    assert [line.split(":")[0] for line in grave_violations(page)] == ["color-contrast"]
    assert sideways_scroll_px(page) == 720
    assert small_targets(page) == ['<button style="height:20px">Go</button>']
