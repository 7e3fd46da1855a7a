"""Which state of a row a client has seen: ``version`` in bodies, ``ETag`` and ``If-Match``."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from ispplatform.core.errors import StaleObject

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class StaleVersion(StaleObject):
    """The body's ``version`` is not the row's: it changed since the caller read it."""

    code = "VERSION_CONFLICT"
    http_status = 409


class HasUpdatedAt(Protocol):
    """What a version is made of."""

    updated_at: datetime


def version_at(updated_at: datetime) -> int:
    """Return the version of a row that was last written at ``updated_at``: its microseconds."""
    return (updated_at - _EPOCH) // _MICROSECOND


def entity_tag(version: int, data: bytes) -> str:
    """Return the strong ETag of an answer: the row's version, and a digest of what was shown.

    The digest tells that something shown beside the row changed; the version alone decides
    whether a write is stale.
    """
    digest = hashlib.blake2b(data, digest_size=8).hexdigest()
    return f'"{version}.{digest}"'


def versions_in(header: str) -> frozenset[int] | None:
    """Return the versions that an ``If-Match`` header allows; None when it allows any (``*``)."""
    if header.strip() == "*":
        return None
    found = set()
    for part in header.split(","):
        tag = part.strip().removeprefix("W/").strip('"')
        version = tag.partition(".")[0]
        if version.isascii() and version.isdigit() and len(version) < 20:
            found.add(int(version))
    return frozenset(found)


def tag_matches(header: str, tag: str) -> bool:
    """Tell whether an ``If-None-Match`` header names ``tag``, compared weakly (RFC 9110 13.1.2)."""
    if header.strip() == "*":
        return True
    return tag in {part.strip().removeprefix("W/") for part in header.split(",")}


def check_version(row: HasUpdatedAt, expected: int | frozenset[int] | None) -> None:
    """Return when ``row`` is as the caller has seen it; services call it under their lock.

    Args:
        expected: a body's ``version``, the versions of ``If-Match``, or None for no demand.

    Raises:
        StaleVersion: a body's version is another one (409).
        StaleObject: ``If-Match`` names another one (412).
    """
    if expected is None:
        return
    version = version_at(row.updated_at)
    sentence = "This was changed by somebody else since you read it. Read it again, then repeat."
    if isinstance(expected, int):
        if version != expected:
            raise StaleVersion(sentence, version=version)
    elif version not in expected:
        raise StaleObject(sentence, version=version)


def expected_version(headers: Any, body: Any) -> int | frozenset[int] | None:
    """Return what a request demands of the row it changes; ``If-Match`` goes before ``version``."""
    if header := headers.get("If-Match"):
        return versions_in(header)
    version = body.get("version") if isinstance(body, dict) else None
    return version if isinstance(version, int) and not isinstance(version, bool) else None
