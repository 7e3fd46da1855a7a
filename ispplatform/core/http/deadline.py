"""A point in time by which everything must be over, however many steps it takes."""

from dataclasses import dataclass

from ispplatform.core.clock import monotonic_seconds


@dataclass(frozen=True, slots=True)
class Deadline:
    """Counts down real seconds; unlike a timeout it is not started anew by each step."""

    ends_at: float  # reading of monotonic_seconds()

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """Return the deadline that is over in ``seconds``."""
        return cls(monotonic_seconds() + seconds)

    @property
    def remaining_seconds(self) -> float:
        """What is left, never below zero."""
        return max(0.0, self.ends_at - monotonic_seconds())

    @property
    def is_over(self) -> bool:
        """Tell whether nothing is left."""
        return self.remaining_seconds == 0.0
