"""Colours that can be read: contrast as WCAG 2.2 measures it, and shades that reach it.

Source: WCAG 2.2, relative luminance and contrast ratio; success criterion 1.4.3 (4.5 to 1).
"""

import colorsys
import re
from dataclasses import dataclass

READABLE = 4.5
CALM_SATURATION = 0.5
_HEX = re.compile(r"#[0-9a-fA-F]{6}\Z")

Rgb = tuple[int, int, int]

BLACK: Rgb = (0, 0, 0)
WHITE: Rgb = (255, 255, 255)


def is_hex(text: str) -> bool:
    """Tell whether ``text`` is a colour like ``#0b5d6b``."""
    return _HEX.match(text) is not None


def parse_hex(text: str) -> Rgb:
    """Return the red, green and blue (0 to 255) of ``#rrggbb``.

    Raises:
        ValueError: another form.
    """
    if not is_hex(text):
        raise ValueError(f"{text!r} is not a colour of the form #rrggbb.")
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def to_hex(rgb: Rgb) -> str:
    """Return ``#rrggbb``."""
    return "#{:02x}{:02x}{:02x}".format(*rgb)


def luminance(rgb: Rgb) -> float:
    """Return the relative luminance, 0 (black) to 1 (white)."""

    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast ratio, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def shade(color: Rgb, toward: Rgb, share: float) -> Rgb:
    """Return ``color`` brought nearer to black or white by ``share`` (0 to 1), its hue kept."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in color))
    goal = 1.0 if toward == WHITE else 0.0
    channels = colorsys.hls_to_rgb(hue, lightness + (goal - lightness) * share, saturation)
    red, green, blue = (round(channel * 255) for channel in channels)
    return red, green, blue


def calm(color: Rgb) -> Rgb:
    """Return ``color`` with at most half the saturation there is: bright hues glare in the dark."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in color))
    channels = colorsys.hls_to_rgb(hue, lightness, min(saturation, CALM_SATURATION))
    red, green, blue = (round(channel * 255) for channel in channels)
    return red, green, blue


def readable_on(color: Rgb, *grounds: Rgb, toward: Rgb, least: float = READABLE) -> Rgb:
    """Return the shade nearest to ``color``, on the way ``toward`` black or white, that has at
    least the contrast ``least`` with every ground.
    """
    for step in range(101):
        shaded = shade(color, toward, step / 100)
        if all(contrast(shaded, ground) >= least for ground in grounds):
            return shaded
    return toward


# The grounds of tokens.css that text in the accent colour stands on.
LIGHT_GROUNDS: tuple[Rgb, ...] = ((244, 246, 244), (255, 255, 255), (240, 243, 241))
DARK_GROUNDS: tuple[Rgb, ...] = ((15, 21, 23), (30, 39, 42))
DARK_INK: Rgb = (8, 24, 28)


@dataclass(frozen=True, slots=True)
class Accent:
    """The shades that one chosen colour becomes, each readable where it is used."""

    ground: str  # of a main button
    ground_strong: str  # of that button under the pointer
    on_ground: str  # the button's text
    ink: str  # links on paper
    mark: str  # bars, rings, charts: 3 to 1 is enough


def light_accent(chosen: str) -> Accent:
    """Return the accent on light grounds."""
    color = parse_hex(chosen)
    ground = readable_on(color, WHITE, toward=BLACK)
    return Accent(
        ground=to_hex(ground),
        ground_strong=to_hex(shade(ground, BLACK, 0.22)),
        on_ground=to_hex(WHITE),
        ink=to_hex(readable_on(color, *LIGHT_GROUNDS, toward=BLACK)),
        mark=to_hex(readable_on(color, *LIGHT_GROUNDS, toward=BLACK, least=3.2)),
    )


def dark_accent(chosen: str) -> Accent:
    """Return the accent on dark grounds: lighter, with dark text on buttons."""
    color = calm(parse_hex(chosen))
    ground = readable_on(color, DARK_INK, *DARK_GROUNDS, toward=WHITE, least=6.0)
    return Accent(
        ground=to_hex(ground),
        ground_strong=to_hex(shade(ground, WHITE, 0.3)),
        on_ground=to_hex(DARK_INK),
        ink=to_hex(readable_on(color, *DARK_GROUNDS, toward=WHITE, least=6.0)),
        mark=to_hex(readable_on(color, *DARK_GROUNDS, toward=WHITE, least=4.5)),
    )


def accent_scale(chosen: str) -> dict[str, str]:
    """Return eleven steps of a colour, from nearly white (50) to nearly black (950).

    600 carries white text, 500 is readable on dark grounds.
    """
    color = calm(parse_hex(chosen))
    light, dark = light_accent(chosen), dark_accent(chosen)
    main = parse_hex(light.ground)
    return {
        "50": to_hex(shade(color, WHITE, 0.95)),
        "100": to_hex(shade(color, WHITE, 0.89)),
        "200": to_hex(shade(color, WHITE, 0.78)),
        "300": to_hex(shade(color, WHITE, 0.62)),
        "400": dark.ground_strong,
        "500": dark.ink,
        "600": light.ground,
        "700": light.ground_strong,
        "800": to_hex(shade(main, BLACK, 0.38)),
        "900": to_hex(shade(main, BLACK, 0.55)),
        "950": to_hex(shade(main, BLACK, 0.72)),
    }
