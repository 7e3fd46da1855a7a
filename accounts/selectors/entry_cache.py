"""The decisions that every request asks for, kept where all processes see the same.

A change of a session, role, status or key marks its entries as gone after the commit. The mark
stays for some seconds, so that a reader who had the old row in hand cannot put it back. Without a
shared cache, or while it is down, the row is read: slower, never open.
"""

import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

ENTRY_SECONDS = 60
_MARK_SECONDS = 10
_GONE = "gone"
_CACHE_TROUBLE = (RedisError, OSError)

E = TypeVar("E")


def cached_entry(kind: str, key: UUID | str, load: Callable[[], E | None]) -> E | None:
    """Return the entry from the shared cache, else what ``load`` reads from the tables."""
    if not settings.SHARED_DECISION_CACHE:
        return load()
    name = _name(kind, key)
    found: Any = None
    try:
        found = cache.get(name)
    except _CACHE_TROUBLE:
        logger.warning("The cache is not there: access is decided from the tables.")
        return load()
    if found is not None and found != _GONE:
        entry: E = found
        return entry
    loaded = load()
    if loaded is not None and found is None:
        try:
            cache.add(name, loaded, ENTRY_SECONDS)
        except _CACHE_TROUBLE:
            logger.warning("The cache went away: the next request reads the tables again.")
    return loaded


def entries_forget_on_commit(kind: str, keys: Iterable[UUID | str]) -> None:
    """Make every process read the tables again for these entries, once this transaction commits.

    When the cache cannot be reached then, old entries live on for ``ENTRY_SECONDS`` at most.
    """
    names = [_name(kind, key) for key in keys]
    if names and settings.SHARED_DECISION_CACHE:
        transaction.on_commit(partial(_mark_gone, names), robust=True)


def once_per(kind: str, key: UUID | str, *, seconds: int) -> bool:
    """Tell whether nobody has asked this for the same key within ``seconds``.

    Without the cache it is always the first time.
    """
    try:
        return bool(cache.add(f"once:{_name(kind, key)}", 1, seconds))
    except _CACHE_TROUBLE:
        return True


def _mark_gone(names: list[str]) -> None:
    cache.set_many(dict.fromkeys(names, _GONE), _MARK_SECONDS)


def _name(kind: str, key: UUID | str) -> str:
    return f"accounts:{kind}:{key}"
