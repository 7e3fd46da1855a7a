"""Which act fits which state of a service."""

from collections.abc import Collection
from dataclasses import dataclass

from provisioning.choices import ServiceStatus
from provisioning.errors import ServiceStateForbids

_ALLOWED: dict[str, frozenset[str]] = {
    "activate": frozenset({ServiceStatus.PENDING}),
    "configure": frozenset({ServiceStatus.PENDING}),
    "suspend": frozenset({ServiceStatus.PENDING, ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED}),
    "resume": frozenset({ServiceStatus.PENDING, ServiceStatus.SUSPENDED}),
    "change": frozenset({ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED}),
    "renew": frozenset({ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED}),
    "read_back": frozenset({ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED}),
    "terminate": frozenset({ServiceStatus.PENDING, ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED}),
}
_VERBS = {
    "activate": "activated",
    "configure": "reconfigured",
    "suspend": "suspended",
    "resume": "resumed",
    "change": "changed",
    "renew": "renewed",
    "read_back": "checked",
    "terminate": "ended",
}


def check_act(act: str, status: str) -> None:
    """Return when a service in ``status`` may undergo ``act``.

    Raises:
        ServiceStateForbids: it may not; the sentence names the state.
    """
    if status not in _ALLOWED[act]:
        raise ServiceStateForbids(
            f"A service that is {ServiceStatus(status).label.lower()} cannot be {_VERBS[act]}.",
            status=status,
        )


def status_after_setup(open_reasons: Collection[str]) -> ServiceStatus:
    """Return the status of a service that has just been set up."""
    return ServiceStatus.SUSPENDED if open_reasons else ServiceStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the setting up is, for a bar and a sentence.

    Args:
        percent: 0 to 100; the step that runs counts half.
        current: label of the step that runs, empty when there is none.
    """

    percent: int
    current: str


def progress_of(steps: Collection[tuple[str, bool]]) -> Progress:
    """Return the progress of steps given as (label, is done) in their order."""
    if not steps:
        return Progress(percent=0, current="")
    done = sum(is_done for _, is_done in steps)
    current = next((label for label, is_done in steps if not is_done), "")
    halves = 2 * done + (1 if current else 0)
    return Progress(percent=halves * 100 // (2 * len(steps)), current=current)
