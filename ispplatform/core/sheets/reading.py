"""Reading a table that somebody sent: bounded in bytes, rows and cells, and nothing in it runs."""

import csv
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ispplatform.core.csv_files import plain_cell
from ispplatform.core.errors import InvalidInput
from ispplatform.core.sheets.formats import SheetFormat

MOST_COLUMNS = 50
LONGEST_CELL = 5_000  # characters
# Of XLSX, which is packed: what it may be unpacked.
UNPACKED_TIMES = 100
MOST_UNPACKED = 30_000_000  # bytes
MOST_PARTS = 200
SEPARATORS = ",;\t|"


class SheetUnreadable(InvalidInput):
    """The file is no table that can be read: nothing of it was taken."""

    code = "FILE_UNREADABLE"

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message, **{"field": "file", **params})


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One row.

    Args:
        number: the line in the file, the first being 1; of JSON the place in the list.
        values: texts by column; several of one field are a list. Empty cells are not there.
        problem: why the row cannot be used as it stands; empty when it can.
        column: which one the problem is about; empty for the row itself.
    """

    number: int
    values: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it was read."""

    lines: Sequence[SheetLine]


def read_sheet(
    content: bytes,
    form: SheetFormat,
    *,
    columns: Iterable[str],
    required: Iterable[str],
    synonyms: Mapping[str, str],
    most_rows: int,
) -> Sheet:
    """Return the rows of a file that holds no other columns than these.

    Args:
        columns: the names that a column may have; case and spaces do not count.
        required: those that have to be there.
        synonyms: other spellings, each with the name it means.
        most_rows: more are refused.

    Raises:
        SheetUnreadable: it is not of the format, not UTF-8, too long or too wide, is packed as no
            honest file is, or its head names a column twice, one that is not known, or too few.
    """
    names = _Names(tuple(columns), frozenset(required), synonyms)
    if form == SheetFormat.JSON:
        return Sheet(_bounded(_json_lines(content, names), most_rows))
    read = _csv_rows(content, names) if form == SheetFormat.CSV else _xlsx_rows(content, most_rows)
    return Sheet(_bounded(_table_lines(read, names), most_rows))


@dataclass(frozen=True, slots=True)
class _Names:
    known: tuple[str, ...]
    required: frozenset[str]
    synonyms: Mapping[str, str]

    def of(self, spelled: str) -> str:
        """Return the name that a spelling means; empty when it means none."""
        plain = "_".join(spelled.replace("-", " ").replace("_", " ").lower().split())
        name = self.synonyms.get(plain, plain)
        return name if name in self.known else ""

    def head(self, cells: Sequence[str]) -> list[str]:
        """Return the names of a head.

        Raises:
            SheetUnreadable: see ``read_sheet``.
        """
        found = []
        for cell in cells:
            name = self.of(cell)
            if not name:
                known = ", ".join(self.known)
                raise SheetUnreadable(f"There is no column {cell[:40]!r}. Use: {known}.")
            if name in found:
                raise SheetUnreadable(f"The column {name} is there twice.")
            found.append(name)
        if missing := sorted(self.required - set(found)):
            raise SheetUnreadable(f"The column {missing[0]} is missing.")
        return found


def _bounded(lines: Iterable[SheetLine], most: int) -> list[SheetLine]:
    kept: list[SheetLine] = []
    for line in lines:
        if len(kept) >= most:
            raise SheetUnreadable(f"There are more than {most:,} rows: send several files.")
        kept.append(line)
    if not kept:
        raise SheetUnreadable("There is no row in this file.")
    return kept


def _table_lines(rows: Iterator[tuple[int, list[str]]], names: _Names) -> Iterator[SheetLine]:
    first = next(rows, None)
    if first is None:
        raise SheetUnreadable("This file is empty.")
    head = names.head(_without_empty_end(first[1]))
    for number, cells in rows:
        filled = _without_empty_end(cells)
        if not filled:
            continue
        if len(filled) > len(head):
            yield SheetLine(number, problem="There are more cells than columns.")
            continue
        yield _line(number, dict(zip(head, filled, strict=False)))


def _line(number: int, texts: Mapping[str, str]) -> SheetLine:
    values = {}
    for name, text in texts.items():
        if len(text) > LONGEST_CELL:
            return SheetLine(number, problem="This is far too long.", column=name)
        # What an export of ours put in front of a formula is taken off again.
        plain = text[1:] if text.startswith("'") and plain_cell(text[1:]) == text else text
        if stripped := plain.strip():
            values[name] = stripped
    return SheetLine(number, values)


def _without_empty_end(cells: Sequence[str]) -> list[str]:
    kept = list(cells)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


# --------------------------------------------------------------------------------------------- CSV


def _csv_rows(content: bytes, names: _Names) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=_separator(text, names), strict=True
    )
    before = 0
    try:
        for cells in reader:
            if len(cells) > MOST_COLUMNS:
                raise SheetUnreadable(f"There are more than {MOST_COLUMNS} columns.")
            yield before + 1, cells
            before = reader.line_num
    except csv.Error as exc:
        raise SheetUnreadable(f"Line {reader.line_num} is no CSV: {exc}.") from None


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SheetUnreadable("This is not UTF-8: save it as “CSV UTF-8”.") from None
    if "\0" in text:
        raise SheetUnreadable("This is no text: save it as “CSV UTF-8”.")
    return text


def _separator(text: str, names: _Names) -> str:
    """Return what separates the cells: what makes the most known names of the first line."""
    first = text.partition("\n")[0][:LONGEST_CELL]

    def known(separator: str) -> int:
        return sum(bool(names.of(cell.strip().strip('"'))) for cell in first.split(separator))

    return max(SEPARATORS, key=known)


# -------------------------------------------------------------------------------------------- JSON


def _json_lines(content: bytes, names: _Names) -> Iterator[SheetLine]:
    try:
        found = json.loads(_decoded(content), object_pairs_hook=_pairs)
    except (ValueError, RecursionError) as exc:
        if isinstance(exc, _NameTwice):
            raise SheetUnreadable(f"The name {exc} is given twice in an object.") from None
        raise SheetUnreadable("This is no JSON.") from None
    if isinstance(found, dict) and len(found) == 1:
        found = next(iter(found.values()))
    if not isinstance(found, list):
        raise SheetUnreadable("Send a list of objects.")
    for number, one in enumerate(found, start=1):
        yield _object_line(number, one, names)


class _NameTwice(ValueError):
    """An object names something twice."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _NameTwice(name[:40])
        found[name] = value
    return found


def _object_line(number: int, one: Any, names: _Names) -> SheetLine:
    if not isinstance(one, dict):
        return SheetLine(number, problem="This is no object.")
    values: dict[str, Any] = {}
    for spelled, value in one.items():
        name = names.of(spelled)
        if not name or name in values:
            return SheetLine(number, problem="There is no such field.", column=spelled[:40])
        texts = value if isinstance(value, list) else [value]
        if not all(_is_plain(text) for text in texts) or len(texts) > MOST_COLUMNS:
            return SheetLine(number, problem="Send a text.", column=name)
        kept = [str(text).strip() for text in texts if text is not None]
        if any(len(text) > LONGEST_CELL or not _is_storable(text) for text in kept):
            return SheetLine(number, problem="This text cannot be used.", column=name)
        filled = [text for text in kept if text]
        if filled:
            values[name] = filled if isinstance(value, list) else filled[0]
    return SheetLine(number, values)


def _is_plain(value: Any) -> bool:
    return value is None or (isinstance(value, str | int | float) and not isinstance(value, bool))


def _is_storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


# -------------------------------------------------------------------------------------------- XLSX


def _xlsx_rows(content: bytes, most_rows: int) -> Iterator[tuple[int, list[str]]]:
    _refuse_bombs(content)
    from openpyxl import load_workbook  # noqa: PLC0415 - half a second, for those who need it

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        # One row and column more than may be, so that it is seen that there are too many.
        rows = sheet.iter_rows(max_row=most_rows + 2, max_col=MOST_COLUMNS + 1, values_only=True)
        for number, cells in enumerate(rows, start=1):
            yield number, ["" if cell is None else str(cell) for cell in cells]
    except SheetUnreadable:
        raise
    except Exception as exc:  # openpyxl raises whatever its parsers do, on what is no XLSX
        raise SheetUnreadable("This is no XLSX that can be read.") from exc


def _refuse_bombs(content: bytes) -> None:
    """Return when a packed file unpacks to a bounded size and holds no XML with own entities.

    What a part says of its size binds: no more than that is unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            size = sum(part.file_size for part in parts)
            most = min(MOST_UNPACKED, max(len(content), 10_000) * UNPACKED_TIMES)
            if len(parts) > MOST_PARTS or size > most:
                raise SheetUnreadable("This file is packed as no honest one is.")
            for part in parts:
                with packed.open(part) as opened:
                    if b"<!DOCTYPE" in opened.read(2_000).upper().replace(b"\0", b""):
                        raise SheetUnreadable("XML with a document type is not taken.")
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, zlib.error) as exc:
        raise SheetUnreadable("This is no XLSX that can be read.") from exc
