"""How long to wait before trying again."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Backoff:
    """Waiting times that grow by a factor, capped, and spread so that rows do not march in step.

    Args:
        first_seconds: the wait after the first failure, before spreading.
        factor: by how much each further wait is longer.
        cap_seconds: the longest wait, before spreading.
        spread: part of the wait that varies, 0 to 1: 0.2 gives 80 % to 120 % of it.
    """

    first_seconds: float
    factor: float = 2.0
    cap_seconds: float = 3600.0
    spread: float = 0.2

    def after(self, failures: int, *, key: object) -> timedelta:
        """Return the wait after ``failures`` failures (1 or more) of the row named by ``key``.

        The spread is drawn from the key and the count, so it is the same when asked again.
        """
        wait = min(self.first_seconds * self.factor ** (failures - 1), self.cap_seconds)
        draw = hashlib.sha256(f"{key}:{failures}".encode()).digest()
        share = int.from_bytes(draw[:4], "big") / 0xFFFFFFFF  # 0 to 1
        return timedelta(seconds=wait * (1 - self.spread + 2 * self.spread * share))
