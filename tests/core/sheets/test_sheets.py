"""Tables as files: what was written is read again, nothing in it runs, and no file is a bomb."""

import csv
import io
import json
import time
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from ispplatform.core.csv_files import plain_cell
from ispplatform.core.sheets import (
    SheetFormat,
    SheetLine,
    SheetUnreadable,
    format_of_name,
    read_sheet,
    sheet_bytes,
)
from ispplatform.core.sheets.reading import MOST_COLUMNS

COLUMNS = ("email", "name", "roles")
DANGEROUS = "=+-@|%\t\r\n\uff1d\uff0b\uff0d\uff20"
FORMULAS = [
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "|cmd",
    "%1",
    "\uff1d1+1",
    '=HYPERLINK("http://evil.example";"x")',
    "=cmd|' /C calc'!A0",
]


def written(form: SheetFormat, *rows: tuple[Any, ...]) -> bytes:
    return b"".join(sheet_bytes(form, COLUMNS, rows))


def read(content: bytes, form: SheetFormat = SheetFormat.CSV, most_rows: int = 100) -> list[Any]:
    sheet = read_sheet(
        content,
        form,
        columns=COLUMNS,
        required=["email"],
        synonyms={"mail": "email"},
        most_rows=most_rows,
    )
    return list(sheet.lines)


def cells_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def book(*rows: list[Any]) -> bytes:
    made, file = Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(row)
    made.save(file)
    return file.getvalue()


def packed(**parts: bytes) -> bytes:
    """Return a file of XLSX with parts of it replaced."""
    file = io.BytesIO()
    honest = io.BytesIO(book(["email"], ["a@x.example"]))
    with zipfile.ZipFile(honest) as whole, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for part in whole.infolist():
            name = part.filename.rpartition("/")[2].partition(".")[0]
            made.writestr(part.filename, parts.pop(name, whole.read(part)))
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


# ------------------------------------------------------------------------------------- writing


@pytest.mark.parametrize("formula", FORMULAS)
def test_formula_does_not_run_out_of_csv(formula: str) -> None:
    content = written(SheetFormat.CSV, (formula, "x", ""))
    assert cells_of(content)[1][0] == f"'{formula}"


@pytest.mark.parametrize("formula", FORMULAS)
def test_formula_is_a_text_in_xlsx(formula: str) -> None:
    content = written(SheetFormat.XLSX, (formula, "x", ""))
    cell = load_workbook(io.BytesIO(content)).active["A2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet


@given(st.text(max_size=40))
def test_no_cell_of_csv_begins_a_formula(text: str) -> None:
    for cell in cells_of(written(SheetFormat.CSV, (text, "", "")))[1]:
        assert not cell.startswith(tuple(DANGEROUS))


@pytest.mark.parametrize("text", ["Robin", "a-b", "1=1", "", "O'Neil", "+", "é=1"])
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert plain_cell(text) == (f"'{text}" if text == "+" else text)


def test_separators_and_quotes_cut_no_cell() -> None:
    content = written(SheetFormat.CSV, ('a;b,"c"\n=d', "x", ""))
    assert cells_of(content)[1][0] == 'a;b,"c"\n=d'
    assert content.startswith(b'\xef\xbb\xbf"email"')


def test_json_holds_the_values_themselves() -> None:
    moment = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    content = written(SheetFormat.JSON, ("=1+1", moment, ["a", "b"]), ("x", None, []))
    first, second = json.loads(content)
    assert first["email"] == "=1+1"
    assert first["roles"] == ["a", "b"]
    assert second["name"] is None
    assert json.loads(written(SheetFormat.JSON)) == []


def test_characters_that_xml_lacks_are_left_out() -> None:
    content = written(SheetFormat.XLSX, ("a\x00\x0bb\ud800", "x" * 40_000, ""))
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet["A2"].value == "ab"
    assert len(sheet["B2"].value) == 32_767


def test_rows_are_asked_for_while_they_are_written() -> None:
    asked = []

    def rows() -> Any:
        for number in range(1000):
            asked.append(number)
            yield (str(number), "", "")

    pieces = sheet_bytes(SheetFormat.CSV, COLUMNS, rows())
    next(pieces)
    assert 0 < len(asked) < 1000


# ------------------------------------------------------------------------------------- reading


@pytest.mark.parametrize("form", SheetFormat)
def test_what_was_written_is_read_again(form: SheetFormat) -> None:
    content = written(
        form, ("a@x.example", "=1+1", ["support", "billing"]), ("b@x.example", "", "")
    )
    roles: Any = ["support", "billing"] if form == SheetFormat.JSON else "support; billing"
    lines = read(content, form)
    assert lines[0].values == {"email": "a@x.example", "name": "=1+1", "roles": roles}
    assert lines[1].values == {"email": "b@x.example"}
    first = 1 if form == SheetFormat.JSON else 2
    assert [line.number for line in lines] == [first, first + 1]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separator_is_found_by_the_head(separator: str) -> None:
    name = '"Vogt, Lea"' if separator == "," else "Vogt, Lea"
    lines = read(f"Mail{separator}Name\na@x.example{separator}{name}\n".encode())
    assert lines[0].values == {"email": "a@x.example", "name": "Vogt, Lea"}


def test_lines_are_numbered_as_an_editor_does() -> None:
    lines = read(b'email,name\na@x.example,"two\nlines"\n\nb@x.example,x\n')
    assert [line.number for line in lines] == [2, 5]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"email\n", "no row"),
        (b"email,email\na,b\n", "twice"),
        (b"email,E-MAIL ,mail\na,b,c\n", "no column|twice"),
        (b"email,mail\na,b\n", "twice"),
        (b"email,is_owner\na,true\n", "no column 'is_owner'"),
        (b"email,password\na,x\n", "no column 'password'"),
        (b"name\nx\n", "email is missing"),
        ("email,name\na@x.example,Jörg\n".encode("latin-1"), "not UTF-8"),
        ("email\na@x.example\n".encode("utf-16"), "not UTF-8"),
        (b"email\na\0b\n", "no text"),
        (b'email\n"a\n', "no CSV"),
        (b"email\n" + b"x" * 200_000 + b"\n", "no CSV"),
        (b"email\n" + b"," * 60 + b"\n", "columns"),
        (b"email\n" + b"a@x.example\n" * 101, "more than 100 rows"),
    ],
)
def test_csv_that_cannot_be_taken_says_why(content: bytes, sentence: str) -> None:
    with pytest.raises(SheetUnreadable, match=sentence):
        read(content)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'"x"', "list of objects"),
        (b"[]", "no row"),
        (b'[{"email": "a", "email": "b"}]', "twice"),
        (b'{"a": [], "b": []}', "list of objects"),
        ('[{"email": "é"}]'.encode("latin-1"), "not UTF-8"),
    ],
)
def test_json_that_cannot_be_taken_says_why(content: bytes, sentence: str) -> None:
    with pytest.raises(SheetUnreadable, match=sentence):
        read(content, SheetFormat.JSON)


@pytest.mark.parametrize(
    ("one", "column", "problem"),
    [
        ("x", "", "no object"),
        ({"email": "a", "is_owner": True}, "is_owner", "no such field"),
        ({"email": {"a": 1}}, "email", "Send a text"),
        ({"email": True}, "email", "Send a text"),
        ({"email": ["x"] * (MOST_COLUMNS + 1)}, "email", "Send a text"),
        ({"email": "a\u0000"}, "email", "cannot be used"),
        ({"email": "\ud800"}, "email", "cannot be used"),
        ({"email": "x" * 5_001}, "email", "cannot be used"),
        ({"email": "a", "mail": "b"}, "mail", "no such field"),
    ],
)
def test_object_that_cannot_be_used_spoils_no_other(one: Any, column: str, problem: str) -> None:
    bad, good = read(json.dumps([one, {"email": "b"}]).encode(), SheetFormat.JSON)
    assert bad.column == column
    assert problem in bad.problem
    assert good == SheetLine(2, {"email": "b"})


def test_row_with_too_many_cells_spoils_no_other() -> None:
    bad, good = read(b"email,name\na,b,c\nd,e\n")
    assert "more cells" in bad.problem
    assert good.values == {"email": "d", "name": "e"}


def test_list_may_stand_under_one_name() -> None:
    assert read(b'{"users": [{"email": "a"}]}', SheetFormat.JSON) == [SheetLine(1, {"email": "a"})]


# ------------------------------------------------------------------------------ XLSX that attacks


def test_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = packed(sheet1=b"<worksheet>" + b" " * 40_000_000 + b"</worksheet>")
    assert len(bomb) < 100_000
    began = time.process_time()
    with pytest.raises(SheetUnreadable, match="packed as no honest"):
        read(bomb, SheetFormat.XLSX)
    assert time.process_time() - began < 1


def test_part_that_understates_its_size_is_not_unpacked_further() -> None:
    bomb = bytearray(packed(sheet1=b"<worksheet>" + b" " * 900_000 + b"</worksheet>"))
    place = bomb.find((900_023).to_bytes(4, "little"))
    while place >= 0:
        bomb[place : place + 4] = (100).to_bytes(4, "little")
        place = bomb.find((900_023).to_bytes(4, "little"))
    with pytest.raises(SheetUnreadable):
        read(bytes(bomb), SheetFormat.XLSX)


def test_many_parts_are_refused() -> None:
    many = packed(**{f"part-{number}": b"x" for number in range(300)})
    with pytest.raises(SheetUnreadable, match="packed as no honest"):
        read(many, SheetFormat.XLSX)


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY f SYSTEM "file:///etc/passwd">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>email</t></is></c></row>
<row r="2"><c r="A2" t="inlineStr"><is><t>&f;</t></is></c></row></sheetData></worksheet>"""


@pytest.mark.parametrize("before", [b"", b"<!--" + b"x" * 3_000 + b"-->"])
def test_entities_of_xml_are_refused(before: bytes) -> None:
    head, rest = ENTITIES.split(b"?>", 1)
    with pytest.raises(SheetUnreadable) as refused:
        read(packed(sheet1=head + b"?>" + before + rest), SheetFormat.XLSX)
    assert "root:" not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"email\na\n", b"\0" * 1000])
def test_file_that_is_no_xlsx_is_refused(content: bytes) -> None:
    with pytest.raises(SheetUnreadable, match="no XLSX"):
        read(content, SheetFormat.XLSX)


def test_cell_far_away_costs_neither_time_nor_memory() -> None:
    made = Workbook()
    made.active["A1"], made.active["A2"] = "email", "a@x.example"
    made.active["XFD1048576"] = "far"
    file = io.BytesIO()
    made.save(file)
    began = time.process_time()
    assert [line.values for line in read(file.getvalue(), SheetFormat.XLSX)] == [
        {"email": "a@x.example"}
    ]
    assert time.process_time() - began < 2


def test_formula_of_a_sent_file_is_not_worked_out() -> None:
    lines = read(book(["email", "name"], ["a@x.example", "=1+1"]), SheetFormat.XLSX)
    assert lines[0].values == {"email": "a@x.example"}


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.CSV", "csv"), ("a.b.xlsx", "xlsx"), ("x.json", "json"), ("x.xls", None), ("csv", "csv")],
)
def test_format_is_what_the_name_ends_with(name: str, form: str | None) -> None:
    assert format_of_name(name) == form
