"""Work everything off in this process: for tests, and for the clock of a sandbox company."""

from collections.abc import Callable

from ispplatform.core.events.delivery import deliveries_due, lane_run
from ispplatform.core.events.dispatch import dispatch_batch
from ispplatform.core.operations.claiming import operations_due
from ispplatform.core.operations.engine import operation_run

ROUNDS_MAX = 1000


class NeverQuiet(RuntimeError):
    """Work kept making more work: two subscribers feed each other."""


def _go_on() -> None:
    """Say nothing."""


def run_until_quiet(*, after_each: Callable[[], None] = _go_on) -> int:
    """Do what workers would do for the tenant in force until nothing is due now.

    Dispatches events, delivers them, runs operations. What waits for a later time (backoff), is
    paused or needs a person stays. No worker and no broker is needed; one that runs at the same
    time harms nothing. Call it outside a transaction.

    Args:
        after_each: called after each delivery and attempt; what it raises ends the work.

    Returns:
        How many deliveries and attempts were made.

    Raises:
        NeverQuiet: a thousand rounds were not enough.
    """
    steps = 0
    for _ in range(ROUNDS_MAX):
        dispatched = len(dispatch_batch())
        lanes, operations = deliveries_due(), operations_due()
        for delivery_id in lanes:
            steps += lane_run(delivery_id)
            after_each()
        for operation_id in operations:
            operation_run(operation_id)
            steps += 1
            after_each()
        if not dispatched and not lanes and not operations:
            return steps
    raise NeverQuiet("Work kept making more work for a thousand rounds.")
