"""Reading the stop switch: what the red banner says, and why an operation waits."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, QuerySet

from ispplatform.core.models.operations import OPEN_STATES, Operation
from ispplatform.core.models.switches import OperationSwitch, SwitchScope
from ispplatform.core.operations.kinds import kinds
from ispplatform.core.switches.installation import (
    installation_is_confirmed,
    installation_is_confirmed_and,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PausedBanner:
    """One red line on every admin page.

    Args:
        what: what is paused, in words.
        since: None for a copy that was never confirmed.
        needs_confirmation: the whole installation waits for ``installation_confirm``.
    """

    what: str
    reason: str
    by: str
    since: datetime | None
    needs_confirmation: bool = False


def switches_all() -> QuerySet[OperationSwitch]:
    """Return every switch of the tenant that was ever used, paused ones first."""
    return OperationSwitch.objects.select_related("connection").order_by(
        "-is_paused", "scope", "kind"
    )


def paused_banners() -> list[PausedBanner]:
    """Return what stands still for the tenant in force; one query, two when something does."""
    paused = switches_all().filter(is_paused=True)
    is_confirmed, is_any_paused = installation_is_confirmed_and(Exists(paused))
    banners = []
    if not is_confirmed:
        banners.append(
            PausedBanner(
                what="Everything",
                reason="This database is a copy, or was restored: nothing is sent until a person "
                "has seen what waits.",
                by="",
                since=None,
                needs_confirmation=True,
            )
        )
    return banners + [
        PausedBanner(what=_what(row), reason=row.reason, by=row.actor_label, since=row.since)
        for row in (paused if is_any_paused else [])
    ]


def pause_sentence(operation: Operation) -> str:
    """Return why a switch holds the operation; empty when none does."""
    if not installation_is_confirmed():
        return "somebody to confirm that this copy of the database may act"
    for row in switches_all().filter(is_paused=True):
        if row.scope == SwitchScope.TENANT or (
            (row.scope == SwitchScope.KIND and row.kind == operation.kind)
            or (
                row.scope == SwitchScope.CONNECTION and row.connection_id == operation.connection_id
            )
        ):
            return f"{row.actor_label}, who paused {_what(row).lower()}: {row.reason}"
    return ""


def operations_waiting() -> QuerySet[Operation]:
    """Return what would be sent if nothing were paused: to be seen before one confirms."""
    return (
        Operation.objects.filter(state__in=OPEN_STATES)
        .select_related("connection")
        .order_by("next_attempt_at")
    )


def _what(row: OperationSwitch) -> str:
    if row.scope == SwitchScope.KIND:
        return kinds.label_of(row.kind)
    if row.scope == SwitchScope.CONNECTION:
        return f"Connection {row.connection}"
    return "Everything"
