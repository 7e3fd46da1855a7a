"""Reading bulk acts: whose rows somebody may see, how far they are, what is at stake."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from ispplatform.core.actors import Actor
from ispplatform.core.bulk.acts import BULK_ACTS
from ispplatform.core.errors import NotFound
from ispplatform.core.models.bulk import BulkRow, BulkRowState, BulkRun
from ispplatform.core.money import Money, from_minor

SEE = "bulk_runs:read"


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkCounts:
    """How many rows there are of each sort.

    Args:
        total: all rows that were chosen.
        waiting: those still to do.
    """

    total: int = 0
    waiting: int = 0
    done: int = 0
    skipped: int = 0
    refused: int = 0
    failed: int = 0

    @property
    def to_do(self) -> int:
        """How many rows the plan meant to do."""
        return self.total - self.skipped

    @property
    def decided(self) -> int:
        """How many of these have been carried out, or not."""
        return self.to_do - self.waiting


def bulk_runs_for(actor: Actor) -> QuerySet[BulkRun]:
    """Return the runs over rows that this actor may see; nothing without ``bulk_runs:read``."""
    if not actor.can(SEE):
        return BulkRun.objects.none()
    names = [act.name for act in BULK_ACTS.items() if actor.can(act.see)]
    return BulkRun.objects.filter(act__in=names)


def bulk_run_by_id(run_id: UUID) -> BulkRun:
    """Return a run of the tenant.

    Raises:
        NotFound.
    """
    run = BulkRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound("There is no such bulk act.")
    return run


def bulk_counts(run: BulkRun) -> BulkCounts:
    """Count the rows of a run by what became of them; one query."""
    rows = BulkRow.objects.filter(run=run).order_by()
    found = dict(rows.values_list("state").annotate(Count("pk")))
    return BulkCounts(
        total=sum(found.values()),
        waiting=found.get(BulkRowState.PLANNED, 0),
        done=found.get(BulkRowState.DONE, 0),
        skipped=found.get(BulkRowState.SKIPPED, 0),
        refused=found.get(BulkRowState.REFUSED, 0),
        failed=found.get(BulkRowState.FAILED, 0),
    )


def bulk_money(run: BulkRun) -> list[Money]:
    """Return the money that the rows of the plan stand for, one sum for each currency."""
    rows = BulkRow.objects.filter(run=run, money_at_stake__isnull=False)
    sums = (
        rows.exclude(state=BulkRowState.SKIPPED)
        .order_by()
        .values_list("currency")
        .annotate(Sum("money_at_stake"))
    )
    return [Money(from_minor(units, currency), currency) for currency, units in sorted(sums)]
