"""Addresses of mailboxes."""

import re

from hosting.errors import InvalidMailboxName

MAX_LOCAL_PART = 64
_LOCAL_PART = re.compile(r"[a-z0-9](?:[a-z0-9._+-]*[a-z0-9])?")
_REFUSED = frozenset({"cpanel", "root"})


def local_part(text: str) -> str:
    """Return the part before the @ in lower case.

    Raises:
        InvalidMailboxName: letters, digits, dots, hyphens, underscores and plus signs only, none
            of the signs first or last or a dot twice, 64 characters at most; some panels keep
            ``cpanel`` and ``root`` for themselves.

    Source: RFC 5321 s. 4.5.3.1.1, narrowed to what every panel takes.
    """
    name = text.strip().lower()
    if len(name) > MAX_LOCAL_PART or not _LOCAL_PART.fullmatch(name) or ".." in name:
        raise InvalidMailboxName(
            "Use letters, digits, dots and hyphens before the @, such as info or anna.smith.",
            field="local_part",
        )
    if name in _REFUSED:
        raise InvalidMailboxName(f"The server keeps {name}@ for itself.", field="local_part")
    return name
