"""The counts that a run keeps of its rows, for lists."""

from ispplatform.core.bulk.selectors import bulk_counts
from ispplatform.core.models.bulk import BulkRun


def counts_keep(run: BulkRun) -> None:
    """Write how many rows of each sort there are into the run."""
    counts = bulk_counts(run)
    kept = {
        "done_count": counts.done,
        "skipped_count": counts.skipped,
        "refused_count": counts.refused,
        "failed_count": counts.failed,
    }
    BulkRun.objects.filter(pk=run.pk).update(**kept)
    for name, value in kept.items():
        setattr(run, name, value)
