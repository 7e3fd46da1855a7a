"""Contrast as WCAG measures it, and accents that can be read whatever a tenant chooses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ispplatform.core.pages.brand import ACCENT_COLOR, LEGAL_LINKS, LOGO, brand_of
from ispplatform.core.pages.colors import (
    DARK_GROUNDS,
    LIGHT_GROUNDS,
    WHITE,
    contrast,
    dark_accent,
    light_accent,
    parse_hex,
    to_hex,
)
from tests.factories.core import TenantFactory

# Source: worked values of the WCAG 2 contrast formula.
KNOWN = [
    ("#000000", "#ffffff", 21.0),
    ("#ffffff", "#ffffff", 1.0),
    ("#777777", "#ffffff", 4.48),
    ("#0000ff", "#ffffff", 8.59),
    ("#ff0000", "#000000", 5.25),
]


@pytest.mark.parametrize(("one", "other", "ratio"), KNOWN)
def test_contrast_is_the_ratio_of_wcag(one: str, other: str, ratio: float) -> None:
    assert round(contrast(parse_hex(one), parse_hex(other)), 2) == ratio


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_every_accent_is_readable_where_it_is_used(rgb: tuple[int, int, int]) -> None:
    chosen = to_hex(rgb)
    light, dark = light_accent(chosen), dark_accent(chosen)
    assert contrast(parse_hex(light.ground), WHITE) >= 4.5
    assert contrast(parse_hex(light.ground_strong), WHITE) >= 4.5
    for ground in LIGHT_GROUNDS:
        assert contrast(parse_hex(light.ink), ground) >= 4.5
        assert contrast(parse_hex(light.mark), ground) >= 3.0
    for ground in DARK_GROUNDS:
        assert contrast(parse_hex(dark.ink), ground) >= 4.5
        assert contrast(parse_hex(dark.mark), ground) >= 3.0
    assert contrast(parse_hex(dark.ground), parse_hex(dark.on_ground)) >= 4.5
    assert contrast(parse_hex(dark.ground_strong), parse_hex(dark.on_ground)) >= 4.5


def test_a_color_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="rrggbb"):
        parse_hex("red; }")


def test_the_brand_of_a_tenant_is_its_name_and_colors() -> None:
    tenant = TenantFactory.build(
        name="Nordlicht",
        settings={"brand.accent_color": "#7c3aed", "brand.legal_links": {"Imprint": "/imprint"}},
    )
    brand = brand_of(tenant)
    assert brand.name == "Nordlicht"
    assert brand.initial == "N"
    assert brand.legal_links == (("Imprint", "/imprint"),)
    assert brand.css.startswith(":root{--accent:light-dark(#7c3aed,")


def test_a_stored_color_that_is_none_never_reaches_the_page() -> None:
    tenant = TenantFactory.build(settings={"brand.accent_color": "#fff} body{display:none"})
    assert brand_of(tenant).css == brand_of(None).css


@pytest.mark.parametrize(
    ("setting", "value", "is_fine"),
    [
        (ACCENT_COLOR, "#0b5d6b", True),
        (ACCENT_COLOR, "teal", False),
        (LOGO, "", True),
        (LOGO, "/files/logo.svg", True),
        (LOGO, "//elsewhere.example/logo.svg", False),
        (LOGO, "https://elsewhere.example/logo.svg", False),
        (LEGAL_LINKS, {"Imprint": "/imprint", "Terms": "https://x.example"}, True),
        (LEGAL_LINKS, {"Imprint": "javascript:alert(1)"}, False),
    ],
)
def test_brand_settings_are_checked(setting: object, value: object, is_fine: bool) -> None:
    sentence = setting.check(value)  # type: ignore[attr-defined] # three settings of three types
    assert (sentence == "") is is_fine
