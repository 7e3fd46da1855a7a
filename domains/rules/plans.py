"""What would change in a zone, and whether that is so much that a person has to say yes."""

from collections.abc import Iterable
from dataclasses import dataclass

from domains.errors import ZonePlanNeedsForce
from domains.rules.record_sets import RecordSet

MIN_SETS_TO_JUDGE = 10
MAX_SAFE_UPDATES_PERCENT = 30
MAX_SAFE_DELETES_PERCENT = 30


@dataclass(frozen=True, slots=True)
class RecordSetChange:
    """One set that appears (``before`` None), changes, or goes (``after`` None)."""

    before: RecordSet | None
    after: RecordSet | None

    @property
    def action(self) -> str:
        """Return ``create``, ``update`` or ``delete``."""
        if self.before is None:
            return "create"
        return "delete" if self.after is None else "update"

    @property
    def record_set(self) -> RecordSet:
        """Return the set after the change, or the one that goes."""
        found = self.after or self.before
        if found is None:
            raise ValueError("A change has a side before or a side after.")
        return found


@dataclass(frozen=True, slots=True)
class ZonePlan:
    """The way from what a zone holds to what it is to hold.

    Args:
        zone: A-label name without the final dot.
        changes: sorted by name and type.
        existing_count: how many record sets the zone holds before.
    """

    zone: str
    changes: tuple[RecordSetChange, ...]
    existing_count: int

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing would change."""
        return not self.changes

    def count(self, action: str) -> int:
        """Return how many changes are of this action."""
        return sum(change.action == action for change in self.changes)

    @property
    def unsafe_reason(self) -> str:
        """Return why a person has to confirm the plan, or an empty string.

        A zone of ten or more sets must not lose, or see changed, more than 30 % of them unasked.

        Source: octoDNS, ``Plan.raise_if_unsafe``, MIN_EXISTING_RECORDS and MAX_SAFE_*_PCENT.
        """
        if self.existing_count < MIN_SETS_TO_JUDGE:
            return ""
        for action, limit in (
            ("update", MAX_SAFE_UPDATES_PERCENT),
            ("delete", MAX_SAFE_DELETES_PERCENT),
        ):
            count = self.count(action)
            if count * 100 > limit * self.existing_count:
                verb = "change" if action == "update" else "remove"
                return (
                    f"This would {verb} {count} of the {self.existing_count} record sets "
                    f"of {self.zone}."
                )
        return ""

    def raise_if_unsafe(self, *, force: bool = False) -> None:
        """Return when the plan is small, or ``force`` says that a person has confirmed it.

        Raises:
            ZonePlanNeedsForce: with the plan's counts.
        """
        if force or not (reason := self.unsafe_reason):
            return
        raise ZonePlanNeedsForce(
            f"{reason} Look at the plan, then confirm it.",
            creates=self.count("create"),
            updates=self.count("update"),
            deletes=self.count("delete"),
        )


def zone_plan(
    zone: str, *, existing: Iterable[RecordSet], desired: Iterable[RecordSet]
) -> ZonePlan:
    """Return what must change so that a zone that holds ``existing`` holds ``desired``.

    SOA is the server's own and is left out on both sides.
    """
    before = {found.key: found for found in existing if found.type != "SOA"}
    after = {wanted.key: wanted for wanted in desired if wanted.type != "SOA"}
    changes = [
        RecordSetChange(before=before.get(key), after=after.get(key))
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]
    return ZonePlan(zone=zone, changes=tuple(changes), existing_count=len(before))
