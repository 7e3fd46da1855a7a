"""Celery entry points of billing."""

from uuid import UUID

from celery import shared_task

from billing.services.files import document_file_make
from billing.services.reconciliation import comparisons_start_nightly
from billing.workflows.dunning_run import dunning_run_by_day
from billing.workflows.gateway_events import gateway_events_forget_old
from billing.workflows.overdue import invoices_mark_overdue
from billing.workflows.payment_checks import payments_check_due
from billing.workflows.renewals import renewals_run
from ispplatform.core.borders import each_tenant
from ispplatform.core.due import tenants_by_beat
from ispplatform.core.leases import duty
from ispplatform.core.tasks import in_tenant

CHECK_SECONDS = 15
OVERDUE_SECONDS = 600
FORGET_SECONDS = 3600
RENEWALS_SECONDS = 600
DUNNING_SECONDS = 60
COMPARE_SECONDS = 3600


@shared_task
@in_tenant
def make_document_file(document_id: str) -> None:
    """Render the PDF of a document that was just issued, so that nobody waits for it later."""
    document_file_make(UUID(str(document_id)))


@shared_task
@duty("billing.sweep_payments", every_seconds=CHECK_SECONDS, hold_seconds=120)
def sweep_payments() -> None:
    """Ask the gateways for payments that are due to be asked for."""
    payments_check_due()


@shared_task
@duty("billing.mark_overdue", every_seconds=OVERDUE_SECONDS, hold_seconds=280)
def mark_overdue() -> None:
    """Mark invoices whose due day has passed, company by company."""
    each_tenant(tenants_by_beat(), {"billing.mark_overdue": invoices_mark_overdue})


@shared_task
@duty("billing.forget_gateway_events", every_seconds=FORGET_SECONDS, hold_seconds=280)
def forget_gateway_events() -> None:
    """Delete gateways' notices that are done with and old."""
    gateway_events_forget_old()


@shared_task
@duty("billing.run_renewals", every_seconds=RENEWALS_SECONDS, hold_seconds=280)
def run_renewals() -> None:
    """Invoice the periods that begin soon, company by company, from 09:00 of each one's day."""
    each_tenant(tenants_by_beat(), {"billing.run_renewals": renewals_run})


@shared_task
@duty("billing.follow_up_unpaid", every_seconds=DUNNING_SECONDS, hold_seconds=280)
def follow_up_unpaid() -> None:
    """Charge, remind and suspend for unpaid invoices, company by company."""
    each_tenant(tenants_by_beat(), {"billing.follow_up_unpaid": dunning_run_by_day})


@shared_task
@duty("billing.compare_with_stripe", every_seconds=COMPARE_SECONDS, hold_seconds=280)
def compare_with_stripe() -> None:
    """Start this night's comparisons with Stripe, from 03:00 of each company's day."""
    each_tenant(tenants_by_beat(), {"billing.compare_with_stripe": comparisons_start_nightly})
