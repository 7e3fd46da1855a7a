"""How long bulk acts are kept: their rows name customers."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from ispplatform.core.borders import each_tenant
from ispplatform.core.clock import system_now
from ispplatform.core.models.bulk import BulkRow, BulkRun, BulkState
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.tenant_settings import TenantSetting, between

BATCH = 200
OVER_STATES = (BulkState.FINISHED, BulkState.DROPPED)
NEVER_CONFIRMED = (BulkState.CHOSEN, BulkState.PLANNED)
BULK_RETENTION_DAYS = TenantSetting(
    key="core.bulk_retention_days",
    default=365,
    label="Days for which bulk acts and their rows are kept; the audit trail keeps what was done",
    check=between(30, 3650),
)


def bulk_runs_forget_old() -> int:
    """Delete every tenant's bulk runs older than its retention, with their rows; return how many.

    A run that works, or that stands before a person, stays; so does one whose undoing stays. What
    was planned and never confirmed goes as well. The audit entries of each row stay.
    """
    return each_tenant(Tenant.objects.order_by("pk"), {"core.forget_old_bulk_runs": _forget_old})


def _forget_old(tenant: Tenant) -> int:
    forgotten = 0
    before = system_now() - timedelta(days=BULK_RETENTION_DAYS.of(tenant))
    old = BulkRun.objects.filter(
        ~Exists(BulkRun.objects.filter(undoes=OuterRef("pk"))),
        state__in=[*OVER_STATES, *NEVER_CONFIRMED],
        updated_at__lt=before,
    )
    # An undoing goes before what it undid, which the next look finds.
    while (run_id := old.order_by("created_at").values_list("pk", flat=True).first()) is not None:
        rows = BulkRow.objects.filter(run_id=run_id).order_by("position")
        while batch := list(rows.values_list("pk", flat=True)[:BATCH]):
            BulkRow.objects.filter(pk__in=batch).delete()
        with transaction.atomic():
            forgotten += old.filter(pk=run_id).delete()[0]
    return forgotten
