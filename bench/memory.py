"""Memory after many requests, and whether it still grows."""

import gc
from pathlib import Path

from django.core.handlers.wsgi import WSGIHandler

from bench.measuring import Caller

PATHS = ("/api/v1/customers", "/api/v1/invoices", "/api/v1/services")


def after_requests(token: str, requests: int) -> list[float]:
    """Return the mebibytes of this process after half of the requests and after all of them."""
    caller = Caller(WSGIHandler(), token)
    calls = [caller.get(path, "limit=20") for path in PATHS]
    readings = []
    for _ in range(2):
        for number in range(requests // 2):
            calls[number % len(calls)]()
        gc.collect()  # what is kept counts, not what was not yet swept up
        readings.append(uss_mebibytes())
    return readings


def uss_mebibytes() -> float:
    """Return the memory that this process shares with no other."""
    kibibytes = 0
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith(("Private_Clean:", "Private_Dirty:")):
            kibibytes += int(line.split()[1])
    return kibibytes / 1024
