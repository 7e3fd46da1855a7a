"""Celery entry points of billing."""

from uuid import UUID

from celery import shared_task

from billing.services.files import document_file_make
from billing.workflows.dunning_run import dunning_run_by_beat
from billing.workflows.gateway_events import gateway_events_forget_old
from billing.workflows.overdue import invoices_mark_overdue
from billing.workflows.payment_checks import payments_check_due
from billing.workflows.renewals import renewals_run
from ispplatform.core.due import tenants_by_beat
from ispplatform.core.leases import periodic_duty
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.tasks import in_tenant
from ispplatform.core.tenancy.context import tenant_context

CHECK_SECONDS = 15
OVERDUE_SECONDS = 600
FORGET_SECONDS = 3600
RENEWALS_SECONDS = 600
DUNNING_SECONDS = 60


@shared_task
@in_tenant
def make_document_file(document_id: str) -> None:
    """Render the PDF of a document that was just issued, so that nobody waits for it later."""
    document_file_make(UUID(str(document_id)))


@shared_task
def sweep_payments() -> None:
    """Ask the gateways for payments that are due to be asked for."""
    with periodic_duty(
        "billing.sweep_payments", every_seconds=CHECK_SECONDS, hold_seconds=120
    ) as mine:
        if mine:
            payments_check_due()


@shared_task
def mark_overdue() -> None:
    """Mark invoices whose due day has passed, company by company."""
    with periodic_duty(
        "billing.mark_overdue", every_seconds=OVERDUE_SECONDS, hold_seconds=280
    ) as mine:
        if mine:
            for tenant in Tenant.objects.filter(clock_held_at=None).order_by("pk"):
                invoices_mark_overdue(tenant)


@shared_task
def forget_gateway_events() -> None:
    """Delete gateways' notices that are done with and old."""
    with periodic_duty(
        "billing.forget_gateway_events", every_seconds=FORGET_SECONDS, hold_seconds=280
    ) as mine:
        if mine:
            gateway_events_forget_old()


@shared_task
def run_renewals() -> None:
    """Invoice the periods that begin soon, company by company, from 09:00 of each one's day."""
    with periodic_duty(
        "billing.run_renewals", every_seconds=RENEWALS_SECONDS, hold_seconds=280
    ) as mine:
        if mine:
            for tenant in tenants_by_beat():
                with tenant_context(tenant.pk):
                    renewals_run(tenant)


@shared_task
def follow_up_unpaid() -> None:
    """Charge, remind and suspend for unpaid invoices, company by company."""
    with periodic_duty(
        "billing.follow_up_unpaid", every_seconds=DUNNING_SECONDS, hold_seconds=280
    ) as mine:
        if mine:
            for tenant in tenants_by_beat():
                dunning_run_by_beat(tenant)
