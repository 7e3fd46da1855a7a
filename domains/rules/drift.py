"""Where a registrar has something else than we want."""

from collections.abc import Mapping, Sequence
from typing import Any


def drift_of(*, name_servers: Sequence[str], is_locked: bool, seen: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each difference, for staff; empty when all is as it should be.

    Args:
        name_servers: the host names that we want.
        seen: what the registrar holds: ``name_servers`` and ``is_locked``.
    """
    found = []
    if sorted(name_servers) != sorted(seen["name_servers"]):
        theirs = ", ".join(sorted(seen["name_servers"])) or "none"
        found.append(f"its name servers are {theirs}")
    if is_locked != seen["is_locked"]:
        found.append("it is locked" if seen["is_locked"] else "it is not locked against transfer")
    return found
