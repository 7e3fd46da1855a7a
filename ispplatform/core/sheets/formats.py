"""The formats of tables as files."""

from collections.abc import Mapping

from django.db.models import TextChoices


class SheetFormat(TextChoices):
    """A format of a table."""

    CSV = "csv", "CSV"
    JSON = "json", "JSON"
    XLSX = "xlsx", "Excel (XLSX)"


MEDIA_TYPES: Mapping[str, str] = {
    SheetFormat.CSV: "text/csv; charset=utf-8",
    SheetFormat.JSON: "application/json",
    SheetFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def format_of_name(file_name: str) -> SheetFormat | None:
    """Return the format that the end of a file's name stands for; None for any other."""
    ending = file_name.rpartition(".")[2].lower()
    return SheetFormat(ending) if ending in SheetFormat.values else None
