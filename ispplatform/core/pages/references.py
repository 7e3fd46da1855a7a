"""The short reference that a person reads out, and staff find in logs and audit entries."""

from ispplatform.core.request_ids import current_request_id, reference_of

__all__ = ["current_reference", "reference_of"]


def current_reference() -> str:
    """Return the reference of the request at hand; empty outside one."""
    return reference_of(current_request_id())
