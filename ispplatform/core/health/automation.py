"""The probe for the silence of automation: workers or beat that nobody misses until too late."""

from ispplatform.core.clock import monotonic_seconds, system_now
from ispplatform.core.health.probes import register_probe, register_probes
from ispplatform.core.leases import SILENT_AFTER_SECONDS, duties_overdue, duty_done_at
from ispplatform.core.operations.selectors import GRACE_SECONDS
from ispplatform.core.operations.watching import SWEEP

_begun = monotonic_seconds()


def automation_probe() -> str:
    """Tell when no sweep ran for 15 minutes, anywhere in the installation."""
    if monotonic_seconds() - _begun < GRACE_SECONDS:
        return ""
    last_run_at = duty_done_at(SWEEP)
    if last_run_at is None:
        return "Automation has never run."
    age_seconds = (system_now() - last_run_at).total_seconds()
    if age_seconds <= SILENT_AFTER_SECONDS:
        return ""
    return f"Automation has been silent for {age_seconds / 60:.0f} minutes."


def duties_probes() -> dict[str, str]:
    """Name the duties that were not done for long, each with what is wrong."""
    return duties_overdue(grace_seconds=GRACE_SECONDS)


register_probe("automation", automation_probe)
register_probes("duties", duties_probes)
