"""Identifiers of rows and requests."""

import os
import time
import uuid


def uuid7() -> uuid.UUID:
    """Return a UUID whose leading 48 bits are the time in milliseconds, the rest random.

    Rows made later sort later (to the millisecond), so indexes grow at their end and a cursor
    over ``id`` follows creation. The time is only an ordering aid: nothing decides by it.

    Source: RFC 9562 s. 5.7.
    """
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76
    value |= (random >> 62 & 0xFFF) << 64
    value |= 0b10 << 62
    value |= random & (1 << 62) - 1
    return uuid.UUID(int=value)
