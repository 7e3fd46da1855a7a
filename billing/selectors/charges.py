"""How the charges of unpaid invoices went, by payment account."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max

from billing.choices import HoldKind, PaymentState, StepState
from billing.models import DunningHold, DunningStep, Payment
from billing.rules.dunning import ChargeFigures, StepKind


def charge_figures(connection_id: UUID, *, since: datetime) -> ChargeFigures:
    """Return how a payment account's dunning charges went that began after ``since``."""
    rows = DunningStep.objects.filter(
        kind=StepKind.CHARGE,
        state=StepState.DONE,
        taken_at__gt=since,
        payment__connection_id=connection_id,
        payment__state__in=[PaymentState.SETTLED, PaymentState.FAILED],
    )
    counted = rows.values_list("payment__state", "payment__failure_code")
    failed: dict[str, int] = {}
    decided = 0
    for state, code, count in counted.annotate(count=Count("pk")).order_by():
        decided += count
        if state == PaymentState.FAILED:
            failed[code] = failed.get(code, 0) + count
    return ChargeFigures(decided=decided, failed=failed)


def figures_since_trouble(connection_id: UUID, *, since: datetime) -> ChargeFigures:
    """Return how charges went since a trouble was noticed; every card that was paid with counts."""
    charges = charge_figures(connection_id, since=since)
    settled = Payment.objects.filter(
        connection_id=connection_id, state=PaymentState.SETTLED, settled_at__gt=since
    ).count()
    return ChargeFigures(decided=settled + sum(charges.failed.values()), failed=charges.failed)


def connections_charged(*, since: datetime) -> list[UUID]:
    """Return the payment accounts with dunning charges that began after ``since``."""
    rows = DunningStep.objects.filter(
        kind=StepKind.CHARGE, taken_at__gt=since, payment__connection__isnull=False
    )
    return list(rows.values_list("payment__connection_id", flat=True).distinct().order_by())


def customers_refused(connection_id: UUID, *, code: str, since: datetime) -> list[UUID]:
    """Return whose dunning charges failed with this code."""
    rows = DunningStep.objects.filter(
        kind=StepKind.CHARGE,
        taken_at__gt=since,
        payment__connection_id=connection_id,
        payment__state=PaymentState.FAILED,
        payment__failure_code=code,
    )
    ids = rows.values_list("payment__customer_id", flat=True).distinct()
    return sorted(ids.order_by())


def trouble_last_ended(connection_id: UUID) -> datetime | None:
    """Return when somebody last let the customers of a payment account's trouble go on."""
    rows = DunningHold.objects.filter(kind=HoldKind.GATEWAY, connection_id=connection_id)
    last: datetime | None = rows.aggregate(at=Max("closed_at"))["at"]
    return last
