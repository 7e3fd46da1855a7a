"""What one test has to itself: its files, its part of the cache server, its language, one day."""

import gc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache, caches
from django.utils import timezone, translation

REDIS_DATABASES = 16
DAYS_OF = (UTC, ZoneInfo("Europe/Berlin"))
LONG_TEST = timedelta(seconds=60)
RARELY = 50_000  # objects made before Python looks for cycles; it looks after 700 by itself


def pytest_collection_finish() -> None:
    """Let Python's search for cycles leave out what stays until the end: a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(RARELY)


@pytest.fixture(scope="session", autouse=True)
def own_places(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Path]:
    """Move every directory that settings put under ``DATA_DIR`` to a place of this run.

    Yields:
        The new ``DATA_DIR``.
    """
    installed = Path(settings.DATA_DIR)
    own = tmp_path_factory.mktemp("data")
    patch = pytest.MonkeyPatch()
    for name in dir(settings):
        value = getattr(settings, name)
        if name.isupper() and isinstance(value, Path) and value.is_relative_to(installed):
            patch.setattr(settings, name, own / value.relative_to(installed))
    static_root = own / "static"  # empty: the apps' own files are found where they lie
    static_root.mkdir()
    patch.setattr(settings, "STATIC_ROOT", str(static_root))
    # No test mails anybody: nothing listens here, and a test that wants a server runs its own.
    patch.setattr(settings, "EMAIL_HOST", "127.0.0.1")
    patch.setattr(settings, "EMAIL_PORT", 1)
    # Every test client builds the middleware anew, and this one would read all static files each
    # time; live servers serve them by a handler of their own.
    patch.setattr(settings, "WHITENOISE_USE_FINDERS", False)
    if settings.REDIS_URL:
        _own_redis_database(patch, worker_id)
    yield own
    patch.undo()


@pytest.fixture(autouse=True)
def empty_cache(own_places: Path) -> None:
    """Forget what earlier tests left: rows known from the cache are gone from the database."""
    cache.clear()


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """Read in the installation's language and zone, whatever a visitor of the last test read in."""
    with translation.override(settings.LANGUAGE_CODE), timezone.override(None):
        yield


@pytest.fixture(autouse=True)
def one_day() -> Iterator[None]:
    """Let a test that would live through a midnight begin behind it: what is today stays today."""
    now = datetime.now(UTC)
    begin = begin_of_test(now)
    if begin == now:
        yield
    else:
        with time_machine.travel(begin):
            yield


def begin_of_test(now: datetime) -> datetime:
    """Return when a test that starts now may begin: behind the midnight that it would meet."""
    end = now + LONG_TEST
    is_one_day = all(now.astimezone(zone).date() == end.astimezone(zone).date() for zone in DAYS_OF)
    return now if is_one_day else end


def _own_redis_database(patch: pytest.MonkeyPatch, worker_id: str) -> None:
    number = int(worker_id.removeprefix("gw") if worker_id != "master" else 0) % REDIS_DATABASES
    own_url = urlsplit(settings.REDIS_URL)._replace(path=f"/{number}").geturl()
    for store in settings.CACHES.values():
        if store.get("LOCATION") == settings.REDIS_URL:
            patch.setitem(store, "LOCATION", own_url)
    patch.setattr(settings, "REDIS_URL", own_url)
    for alias in settings.CACHES:  # one that was opened before still has the shared address
        if hasattr(caches._connections, alias):
            del caches[alias]
