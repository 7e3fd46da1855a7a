"""What Route 53 Domains says of orders: it knows no key of ours, so they are found by looking."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from domains.providers.aws import AwsService
from domains.providers.registrars.base import Progress, RegistrationState

REGISTER_DOMAIN = "REGISTER_DOMAIN"
RENEW_DOMAIN = "RENEW_DOMAIN"
RUNNING = ("SUBMITTED", "IN_PROGRESS", "ERROR")  # ERROR is not final there, FAILED is
RUNNING_AT_MOST = timedelta(days=30)
CLOCK_SKEW = timedelta(seconds=60)
PAGE = 100

_FLAGS = {
    "PENDING_ACCEPTANCE": "It waits to be accepted by the other account.",
    "PENDING_CUSTOMER_ACTION": "It waits for the holder to answer a mail.",
    "PENDING_AUTHORIZATION": "It waits for the holder to allow it by mail.",
    "PENDING_PAYMENT_VERIFICATION": "Amazon is checking the payment.",
    "PENDING_SUPPORT_CASE": "Amazon's support has to act: open a case with them.",
}
_HOLDERS = frozenset({"PENDING_CUSTOMER_ACTION", "PENDING_AUTHORIZATION"})


def progress_from(told: Mapping[str, Any]) -> Progress:
    """Return how far an operation is, from its detail or its summary."""
    status, message = told.get("Status"), str(told.get("Message") or "")
    if status == "SUCCESSFUL":
        return Progress(state=RegistrationState.DONE)
    if status == "FAILED":
        sentence = f"Amazon gave it up: {message}" if message else "Amazon gave it up."
        return Progress(state=RegistrationState.REFUSED, sentence=sentence)
    flag = str(told.get("StatusFlag") or "")
    sentence = _FLAGS.get(flag, "Amazon has it and has not finished yet.")
    if status == "ERROR":
        sentence = f"Amazon met an error and has not given it up: {message}".removesuffix(": ")
    return Progress(
        state=RegistrationState.PENDING, sentence=sentence, waits_for_holder=flag in _HOLDERS
    )


def latest_operation(
    service: AwsService, name: str, kind: str, *, since: datetime, leave_out: Sequence[str]
) -> dict[str, Any] | None:
    """Return the newest operation of a kind on a name.

    Args:
        since: real time from which on it may have been submitted; their clock may differ a minute.
        leave_out: ids that it is not.
    """
    begin = since.astimezone(UTC) - CLOCK_SKEW
    found = [
        one
        for one in _operations(service, SubmittedSince=begin, Type=[kind])
        if _is_of(one, name)
        and one["SubmittedDate"] >= begin.replace(microsecond=0)
        and one["OperationId"] not in leave_out
    ]
    return max(found, key=_submitted, default=None)


def running_operation(
    service: AwsService, name: str, kind: str, *, now: datetime
) -> dict[str, Any] | None:
    """Return the newest operation of a kind on a name that has not ended."""
    since = now.astimezone(UTC) - RUNNING_AT_MOST
    told = _operations(service, SubmittedSince=since, Type=[kind], Status=list(RUNNING))
    return max((one for one in told if _is_of(one, name)), key=_submitted, default=None)


def is_submitted_since(operation: Mapping[str, Any], since: datetime) -> bool:
    """Tell whether an operation may be one that was sent at ``since`` or later."""
    return bool(operation["SubmittedDate"] >= since - CLOCK_SKEW)


def _operations(service: AwsService, **wanted: Any) -> Iterator[dict[str, Any]]:
    page: dict[str, Any] = {}
    while True:
        told = service.read(
            "ListOperations",
            SortBy="SubmittedDate",
            SortOrder="DESC",
            MaxItems=PAGE,
            **wanted,
            **page,
        )
        yield from told.get("Operations", [])
        if not told.get("NextPageMarker"):
            return
        page = {"Marker": told["NextPageMarker"]}


def _is_of(operation: Mapping[str, Any], name: str) -> bool:
    return str(operation.get("DomainName", "")).lower() == name


def _submitted(operation: Mapping[str, Any]) -> datetime:
    submitted: datetime = operation["SubmittedDate"]
    return submitted
