"""The questions that health asks, and the slot where others add theirs."""

import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from ispplatform.core.clock import monotonic_seconds
from ispplatform.core.ids import uuid7

logger = logging.getLogger(__name__)

BROKER_TIMEOUT_SECONDS = 1.0
REMEMBERED_SECONDS = 2.0  # so that probing cannot become a load of its own

Probe = Callable[[], str]  # returns what is wrong, or an empty string


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One probe's answer. ``problem`` is for operators and is never shown to strangers."""

    name: str
    problem: str
    milliseconds: float

    @property
    def is_healthy(self) -> bool:
        """Tell whether the probe found nothing wrong."""
        return not self.problem


_probes: dict[str, Probe] = {}
_many: dict[str, Callable[[], dict[str, str]]] = {}
_remembered: list[tuple[float, list[ProbeResult]]] = []


def register_probe(name: str, probe: Probe) -> None:
    """Add a probe, from a ``wiring.py``: the automation's silence, for example.

    Args:
        probe: takes at most a second, writes nothing, and returns a sentence when something is
            wrong, else an empty string. What it raises counts as wrong.

    Raises:
        ValueError: the name is taken by another probe.
    """
    if _probes.setdefault(name, probe) is not probe:
        raise ValueError(f"There are two health probes called {name}.")


def register_probes(name: str, probes: Callable[[], dict[str, str]]) -> None:
    """Add a question that finds any number of faults: name to what is wrong, empty when well.

    Raises:
        ValueError: the name is taken.
    """
    if _many.setdefault(name, probes) is not probes:
        raise ValueError(f"There are two sets of health probes called {name}.")


def probe_results() -> list[ProbeResult]:
    """Return every probe's answer, at most two seconds old."""
    now = monotonic_seconds()
    if _remembered and now - _remembered[0][0] < REMEMBERED_SECONDS:
        return _remembered[0][1]
    results = [_asked(name, probe) for name, probe in _probes.items()]
    for name, probes in _many.items():
        results += _asked_many(name, probes)
    _remembered[:] = [(now, results)]
    return results


def forget_results() -> None:
    """Ask every probe again at the next call."""
    _remembered.clear()


def _asked(name: str, probe: Probe) -> ProbeResult:
    begun = monotonic_seconds()
    try:
        problem = probe()
    except Exception as exc:  # a border: whatever fails, the answer is "not healthy"
        logger.exception("The health probe %s failed.", name)
        problem = f"{type(exc).__name__}: {exc}"
    return ProbeResult(name, problem, round((monotonic_seconds() - begun) * 1000, 1))


def _asked_many(name: str, probes: Callable[[], dict[str, str]]) -> list[ProbeResult]:
    begun = monotonic_seconds()
    try:
        found = probes()
    except Exception as exc:  # a border, as above
        logger.exception("The health probes %s failed.", name)
        found = {name: f"{type(exc).__name__}: {exc}"}
    milliseconds = round((monotonic_seconds() - begun) * 1000, 1)
    return [ProbeResult(one, problem, milliseconds) for one, problem in found.items()]


def database_probe() -> str:
    """Ask the database for one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return "" if cursor.fetchone() == (1,) else "The database does not answer 1 to SELECT 1."


def cache_probe() -> str:
    """Write to the shared cache and read it back."""
    mark = str(uuid7())
    cache.set("health:probe", mark, timeout=30)
    return "" if cache.get("health:probe") else "The cache forgets what is written to it."


def broker_probe() -> str:
    """Reach the broker's port; its messages are the worker's matter."""
    parts = urlsplit(settings.CELERY_BROKER_URL)
    if parts.hostname is None:  # in memory or in the file system
        return ""
    port = parts.port or {"redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671}[parts.scheme]
    with socket.create_connection((parts.hostname, port), timeout=BROKER_TIMEOUT_SECONDS):
        return ""


register_probe("database", database_probe)
register_probe("cache", cache_probe)
register_probe("broker", broker_probe)
