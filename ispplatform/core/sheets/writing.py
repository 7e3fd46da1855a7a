"""Writing a table, row by row: nothing in it can run in a spreadsheet."""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from ispplatform.core.api.json_text import encode_json
from ispplatform.core.csv_files import plain_cell
from ispplatform.core.sheets.formats import SheetFormat

ROWS_AT_ONCE = 200
BYTES_AT_ONCE = 65_536
LONGEST_CELL = 32_767  # characters; what a cell of XLSX takes
# Characters that XML 1.0 does not have, and halves of surrogate pairs.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def sheet_bytes(
    form: SheetFormat, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Iterator[bytes]:
    """Give a table piece by piece; a row is asked for when it is written.

    Args:
        columns: names, as the first line and as JSON has them.
        rows: plain values; lists are several texts, moments are written as ISO 8601.
    """
    writers = {SheetFormat.CSV: _csv, SheetFormat.JSON: _json, SheetFormat.XLSX: _xlsx}
    return writers[form](columns, rows)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    kept = io.StringIO()
    # Every cell in quotes: a separator of another country cannot cut one in two.
    writer = csv.writer(kept, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    kept.write("\ufeff")  # without it Excel reads UTF-8 as something else
    writer.writerow(columns)
    for number, row in enumerate(rows, start=1):
        writer.writerow([plain_cell(_text(value)) for value in row])
        if number % ROWS_AT_ONCE == 0:
            yield _taken(kept)
    yield _taken(kept)


def _json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    yield b"["
    for number, row in enumerate(rows):
        shown = dict(zip(columns, row, strict=True))
        yield (b",\n" if number else b"\n") + encode_json(shown)
    yield b"\n]\n"


def _xlsx(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    from openpyxl import Workbook  # noqa: PLC0415 - half a second, for those who need it
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet()

    def cell(value: Any) -> Any:
        made = WriteOnlyCell(sheet)
        made.value = _NOT_IN_XML.sub("", _text(value))[:LONGEST_CELL]
        made.data_type = "s"  # a text, also where it looks like a formula
        made.quotePrefix = True  # and a text it stays when somebody edits it
        return made

    sheet.append([cell(name) for name in columns])
    for row in rows:
        sheet.append([cell(value) for value in row])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(BYTES_AT_ONCE):
            yield piece


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "; ".join(_text(one) for one in value)
    return str(value)


def _taken(kept: io.StringIO) -> bytes:
    text = kept.getvalue()
    kept.seek(0)
    kept.truncate()
    return text.encode("utf-8", errors="replace")
