"""Charts drawn on the server as SVG: no script, no outside host, readable without eyes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Number = int | float | Decimal

SPARK_WIDTH, SPARK_HEIGHT = 120, 32
BARS_WIDTH, BARS_HEIGHT = 640, 200
LEFT, BOTTOM, TOP = 72, 24, 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what stands under it, how high it is, and how that is written.

    Args:
        value: zero or more.
        quiet: drawn fainter, for what is planned or not complete.
    """

    label: str
    value: Number
    text: str
    quiet: bool = False


def sparkline(values: Sequence[Number], *, label: str) -> SafeString:
    """Return a small line with its last point marked; one value or none gives a flat line.

    Args:
        label: the sentence a screen reader says instead.
    """
    points = [float(value) for value in values] or [0.0]
    if len(points) == 1:
        points = points * 2
    low, high = min(points), max(points)
    span = (high - low) or 1.0
    step = (SPARK_WIDTH - 6) / (len(points) - 1)
    places = [
        (3 + index * step, SPARK_HEIGHT - 4 - (value - low) / span * (SPARK_HEIGHT - 8))
        for index, value in enumerate(points)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    area = f"3,{SPARK_HEIGHT} {line} {places[-1][0]:.1f},{SPARK_HEIGHT}"
    return format_html(
        '<svg class="chart sparkline" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<polygon class="area" points="{}"/><polyline class="line" points="{}"/>'
        '<circle class="dot" cx="{}" cy="{}" r="2.5"/></svg>',
        SPARK_WIDTH,
        SPARK_HEIGHT,
        label,
        area,
        line,
        f"{places[-1][0]:.1f}",
        f"{places[-1][1]:.1f}",
    )


def nice_ceiling(value: float) -> float:
    """Return the first of 1, 2, 2.5, 5 times a power of ten that is at least ``value``."""
    if value <= 0:
        return 1.0
    power = 1.0
    while power * 10 <= value:
        power *= 10
    while power > value:
        power /= 10
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= value)


def bar_chart(bars: Sequence[Bar], *, label: str, ceiling_text: str = "") -> SafeString:
    """Return a bar chart; each bar carries its figure as a title that pointers and readers get.

    Args:
        label: what the chart shows, in a sentence.
        ceiling_text: how the top of the axis is written; empty writes the plain number.
    """
    ceiling = nice_ceiling(max((float(bar.value) for bar in bars), default=0.0))
    height = BARS_HEIGHT - TOP - BOTTOM
    step = (BARS_WIDTH - LEFT) / max(len(bars), 1)
    width = min(step * 0.66, 44)
    # Few labels fit under many bars: name every second, third ... one, and always the last.
    every = -(-len(bars) // 12) if bars else 1
    drawn = []
    for index, bar in enumerate(bars):
        bar_height = float(bar.value) / ceiling * height
        middle = LEFT + step * (index + 0.5)
        named = (len(bars) - 1 - index) % every == 0
        drawn.append(
            (
                "bar-quiet" if bar.quiet else "bar",
                f"{middle - width / 2:.1f}",
                f"{TOP + height - bar_height:.1f}",
                f"{width:.1f}",
                f"{bar_height:.1f}",
                bar.label,
                bar.text,
                f"{middle:.1f}",
                BARS_HEIGHT - 6,
                bar.label if named else "",
            )
        )
    lines = format_html_join(
        "",
        '<line class="grid-line" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (LEFT, BARS_WIDTH, y, y, LEFT - 8, y + 4, text)
            for y, text in (
                (TOP, ceiling_text or f"{ceiling:g}"),
                (TOP + height / 2, ""),
                (TOP + height, "0"),
            )
        ),
    )
    columns = format_html_join(
        "",
        '<g><rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="3"><title>{}: {}</title>'
        '</rect><text x="{}" y="{}" text-anchor="middle">{}</text></g>',
        drawn,
    )
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        BARS_WIDTH,
        BARS_HEIGHT,
        label,
        lines,
        columns,
    )
