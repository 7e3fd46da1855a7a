"""Celery's entry point of the audit trail."""

from celery import shared_task

from ispplatform.core.audit.seals import audit_seal
from ispplatform.core.borders import each_tenant
from ispplatform.core.leases import duty
from ispplatform.core.models import Tenant

SEAL_SECONDS = 60


@shared_task
@duty("core.seal_audit", every_seconds=SEAL_SECONDS, hold_seconds=300)
def seal_audit() -> None:
    """Seal the entries of every tenant that no seal holds yet."""
    each_tenant(Tenant.objects.order_by("pk"), {"core.seal_audit": _seal_all})


def _seal_all(tenant: Tenant) -> None:
    while audit_seal() is not None:
        pass
