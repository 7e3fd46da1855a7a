"""Celery's entry point of the audit trail."""

from uuid import UUID

from celery import shared_task

from ispplatform.core.audit.seals import audit_seal
from ispplatform.core.leases import periodic_duty
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import tenant_context

SEAL_SECONDS = 60


@shared_task
def seal_audit() -> None:
    """Seal the entries of every tenant that no seal holds yet."""
    with periodic_duty("core.seal_audit", every_seconds=SEAL_SECONDS, hold_seconds=300) as mine:
        if mine:
            for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True):
                _seal_all(tenant_id)


def _seal_all(tenant_id: UUID) -> None:
    with tenant_context(tenant_id):
        while audit_seal() is not None:
            pass
