"""Named points of the engine at which a test can make it fail; in production nothing is set.

The engine calls ``hit`` at each point. A test installs a hook that raises (the process dies there
as far as the engine can tell), kills the process for real, or lets another worker go first.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

POINTS = (
    "claimed",  # the claim is committed, nothing was sent
    "sent_marked",  # sent_at is committed, the first byte has not left
    "answered",  # the provider's answer is here, nothing of it is written
    "settling",  # everything is written, the transaction is not committed
    "settled",  # the transaction is committed
)

_hook: Callable[[str], None] | None = None


def hit(point: str) -> None:
    """Tell the hook, if there is one, that the engine is at ``point``."""
    if _hook is not None:
        _hook(point)


@contextmanager
def installed(hook: Callable[[str], None]) -> Iterator[None]:
    """Have ``hook`` called at every point inside the ``with`` block, in all threads."""
    global _hook
    before, _hook = _hook, hook
    try:
        yield
    finally:
        _hook = before
