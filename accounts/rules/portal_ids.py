"""Portal IDs: three letters and five digits (``ABC12345``).

Source: specification 001, portal authentication.
"""

import re
import secrets

# No I, O, Q: on paper and over the telephone they are taken for 1 and 0.
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_FORM = re.compile(r"[A-Z]{3}[0-9]{5}")


def new_portal_id() -> str:
    """Return a random portal ID; about 1.2 billion are possible."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(3))
    return f"{letters}{secrets.randbelow(100_000):05}"


def is_portal_id(text: str) -> bool:
    """Tell whether the text has the form of a portal ID."""
    return _FORM.fullmatch(text) is not None
