"""What of billing falls due by business time, for a clock that is moved."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from billing.choices import InvoiceStatus, PaymentState
from billing.models import Invoice, Payment, SandboxCharge
from billing.providers.payments.base import ChargeState
from billing.services.locks import locked_payment
from billing.services.payment_checks import PAYMENT_SYNC, payment_check
from ispplatform.core.actors import Actor
from ispplatform.core.clock import business_now
from ispplatform.core.due import day_begins
from ispplatform.core.models.operations import OPEN_STATES, Operation
from ispplatform.core.models.tenants import Tenant

CLOCK = Actor.system("clock")
ONE_DAY = timedelta(days=1)


def next_overdue(tenant: Tenant, after: datetime) -> datetime | None:
    """Return the first business instant after ``after`` at which an invoice becomes overdue."""
    rows = Invoice.objects.filter(
        status=InvoiceStatus.SENT, due_date__gte=after.date() - 2 * ONE_DAY
    )
    days = rows.order_by("due_date").values_list("due_date", flat=True).distinct()
    for due_date in days[:5]:
        if due_date is not None and (at := day_begins(due_date + ONE_DAY, tenant)) > after:
            return at
    return None


def next_late_charge(tenant: Tenant, after: datetime) -> datetime | None:
    """Return the first business instant after ``after`` at which the sandbox settles a charge."""
    rows = SandboxCharge.objects.filter(state=ChargeState.PROCESSING, settles_at__gt=after)
    return rows.order_by("settles_at").values_list("settles_at", flat=True).first()


def late_charges_run(tenant: Tenant) -> int:
    """Ask the sandbox for the charges that it has settled by now; return how many.

    One that is being asked for already is not asked for again.
    """
    settled = SandboxCharge.objects.filter(
        state=ChargeState.PROCESSING, settles_at__lte=business_now(tenant)
    )
    asked = Operation.objects.filter(
        kind=PAYMENT_SYNC, subject_id=OuterRef("pk"), state__in=OPEN_STATES
    )
    waiting = Payment.objects.filter(
        ~Exists(asked),
        state=PaymentState.PROCESSING,
        gateway_reference__in=list(settled.values_list("reference", flat=True)),
    )
    payments = list(waiting.order_by("id").values_list("pk", flat=True))
    for payment_id in payments:
        with transaction.atomic():
            payment_check(locked_payment(payment_id), actor=CLOCK)
    return len(payments)
