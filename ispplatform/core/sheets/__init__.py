"""Tables as files: CSV, JSON and XLSX, in and out. See ``docs/mechanisms/sheets.md``."""

from ispplatform.core.sheets.formats import MEDIA_TYPES, SheetFormat, format_of_name
from ispplatform.core.sheets.reading import Sheet, SheetLine, SheetUnreadable, read_sheet
from ispplatform.core.sheets.writing import sheet_bytes

__all__ = [
    "MEDIA_TYPES",
    "Sheet",
    "SheetFormat",
    "SheetLine",
    "SheetUnreadable",
    "format_of_name",
    "read_sheet",
    "sheet_bytes",
]
