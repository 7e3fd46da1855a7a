"""Mail domains that give addresses away for minutes: a reason to look at an order."""

from functools import cache
from pathlib import Path

_FILE = Path(__file__).resolve().parent.parent / "data" / "disposable_mail_domains.csv"


@cache
def _read() -> frozenset[str]:
    rows = _FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(row.strip() for row in rows if row.strip() and not row.startswith("#"))


DISPOSABLE_DOMAINS = _read()
