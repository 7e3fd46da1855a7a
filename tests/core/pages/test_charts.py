"""Charts are exact drawings, and say in words what they show."""

from xml.etree import ElementTree

import pytest

from ispplatform.core.pages.charts import Bar, bar_chart, nice_ceiling, sparkline

SVG = "{http://www.w3.org/2000/svg}"


def parsed(drawing: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawing.replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1))  # noqa: S314 - our own drawing


@pytest.mark.parametrize(
    ("value", "ceiling"),
    [(0, 1), (0.3, 0.5), (1, 1), (7, 10), (11, 20), (21, 25), (41, 50), (99, 100), (1001, 2000)],
)
def test_the_axis_ends_at_a_round_number(value: float, ceiling: float) -> None:
    assert nice_ceiling(value) == pytest.approx(ceiling)


def test_a_bar_is_as_high_as_its_share_of_the_axis() -> None:
    chart = parsed(
        bar_chart(
            [Bar(label="Jan", value=50, text="50 GB"), Bar(label="Feb", value=25, text="25 GB")],
            label="Traffic",
        )
    )
    heights = [bar.get("height") for bar in chart.iter(f"{SVG}rect")]
    assert heights == ["168.0", "84.0"]
    assert [title.text for title in chart.iter(f"{SVG}title")] == ["Jan: 50 GB", "Feb: 25 GB"]
    assert chart.get("aria-label") == "Traffic"


def test_many_bars_name_every_second_month_and_the_last() -> None:
    bars = [Bar(label=str(n), value=n, text=str(n)) for n in range(1, 25)]
    chart = parsed(bar_chart(bars, label="x"))
    names = [text.text for text in chart.iter(f"{SVG}text") if text.get("text-anchor") == "middle"]
    assert [name for name in names if name] == [str(n) for n in range(2, 25, 2)]


def test_no_bars_draw_an_empty_axis() -> None:
    chart = parsed(bar_chart([], label="Nothing yet"))
    assert list(chart.iter(f"{SVG}rect")) == []


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([0, 10], "3.0,28.0 117.0,4.0"),
        ([5], "3.0,28.0 117.0,28.0"),
        ([], "3.0,28.0 117.0,28.0"),
        ([3, 3, 3], "3.0,28.0 60.0,28.0 117.0,28.0"),
    ],
)
def test_a_sparkline_runs_from_the_lowest_to_the_highest(values: list[int], line: str) -> None:
    chart = parsed(sparkline(values, label="x"))
    assert [found.get("points") for found in chart.iter(f"{SVG}polyline")] == [line]


def test_labels_cannot_break_out_of_the_drawing() -> None:
    drawing = bar_chart([Bar(label="<b>", value=1, text='"')], label='"><script>')
    assert "<script>" not in drawing
    assert "<b>" not in drawing
