"""Tables as CSV that a spreadsheet shows and never calculates."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

# What spreadsheets take for the beginning of a formula, also behind white space.
# Source: OWASP, CSV Injection.
# The wide forms are read alike.
_FORMULA = re.compile("\\s*[=+\\-@|%\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def plain_cell(text: str) -> str:
    """Return a text so that no spreadsheet takes it for a formula: behind an apostrophe."""
    return f"'{text}" if _FORMULA.match(text) else text


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in the form of RFC 4180, with a byte order mark so that Excel reads UTF-8."""
    held = io.StringIO()
    writer = csv.writer(held, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([plain_cell(str(cell)) for cell in row])
    return "\ufeff" + held.getvalue()
