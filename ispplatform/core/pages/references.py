"""The short reference that a person reads out, and staff find in logs and audit entries."""

from ispplatform.core.request_ids import current_request_id

LENGTH = 8


def reference_of(request_id: str) -> str:
    """Return the end of a request id in a form to read out: ``7F3K-22A1``.

    Staff find the request by its id's last eight letters and digits, whatever its form.
    """
    plain = "".join(sign for sign in request_id if sign.isalnum())[-LENGTH:].upper()
    return f"{plain[:4]}-{plain[4:]}" if len(plain) > 4 else plain


def current_reference() -> str:
    """Return the reference of the request at hand; empty outside one."""
    return reference_of(current_request_id())
