"""Codes of authenticator apps: which step of time one belongs to.

Source: RFC 6238 s. 4.2 and 5.2: a code that was taken once is not taken again.
"""

from datetime import datetime

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.utils.crypto import constant_time_compare

STEP_SECONDS = 30
TOLERANCE_STEPS = 1  # a clock may be wrong by as many, before and after
NEVER = -1


def typed_code(text: str) -> str:
    """Return a code as it was meant: without the spaces and dashes of its groups."""
    return "".join(sign for sign in text if not sign.isspace() and sign != "-")


def code_step(secret: str, code: str, *, now: datetime, after: int = NEVER) -> int | None:
    """Return the step that a code belongs to, or None when it is none of these.

    Args:
        secret: of the app, base 32.
        code: six digits, as ``typed_code`` returns them.
        after: the last step whose code was taken; it and what lies before it counts no more.
    """
    present = int(now.timestamp()) // STEP_SECONDS
    fitting = None
    for step in range(present - TOLERANCE_STEPS, present + TOLERANCE_STEPS + 1):
        is_it = constant_time_compare(format_hotp_value(hotp_value(secret, step)), code)
        if is_it and step > after:
            fitting = step
    return fitting
