"""User names on panel servers.

Source: cPanel & WHM ``createacct`` (at most 16 characters, the first eight unique on the server,
no digit in front, not ``test…``, reserved words refused); Plesk is wider, so this fits both.
"""

import hashlib
import re
from collections.abc import Container

MAX_LENGTH = 8
_RESERVED = frozenset(
    {
        "root",
        "admin",
        "nobody",
        "cpanel",
        "mysql",
        "postgres",
        "apache",
        "nginx",
        "mail",
        "www",
        "mailman",
        "ftp",
        "named",
        "daemon",
        "system",
        "operator",
        "virtual",
        "postmaster",
        "hostmaster",
        "webmaster",
        "security",
        "support",
        "abuse",
    }
)


def username_for(domain: str, *, key: str, taken: Container[str]) -> str:
    """Return a free user name that people can recognise the domain in.

    The name depends on ``domain`` and ``key`` only, as long as it is free, so a repeated attempt
    at the same account arrives at the same name.

    Args:
        domain: A-labels; may be empty.
        key: our id of the account.
        taken: user names of the server that we know of.
    """
    letters = re.sub(r"[^a-z0-9]", "", domain.removeprefix("xn--").partition(".")[0])
    stem = letters.lstrip("0123456789")[:4]
    if not stem or stem.startswith("test"):
        stem = f"h{stem}"[:4]
    for attempt in range(1000):
        digest = hashlib.sha256(f"{key}:{attempt}".encode()).hexdigest()
        name = (stem + digest)[:MAX_LENGTH]
        if name not in taken and name not in _RESERVED:
            return name
    raise ValueError(f"No user name is free for {domain!r}.")
