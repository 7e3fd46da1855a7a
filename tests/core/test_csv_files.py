"""Tables as CSV that a spreadsheet shows and never calculates."""

import csv
import io

import pytest

from ispplatform.core.csv_files import csv_text, plain_cell


@pytest.mark.parametrize(
    "text", ["=A1", "+1", "-1", "@x", "|x", "%x", "\tx", "\rx", "\nx", "  =A1", "\u00a0=A1"]
)
def test_what_begins_a_formula_stands_behind_an_apostrophe(text: str) -> None:
    assert plain_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "12.50", "mail@x.example", "Größe", "'=1"])
def test_everything_else_stays(text: str) -> None:
    assert plain_cell(text) == text


def test_quotes_and_lines_inside_cells_are_read_back() -> None:
    text = csv_text(["a", "b"], [['x "y"', "one\ntwo"], [3, ""]])

    assert text.encode().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert rows == [["a", "b"], ['x "y"', "one\ntwo"], ["3", ""]]
