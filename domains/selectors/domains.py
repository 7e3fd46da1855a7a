"""Names as somebody may see them."""

from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet

from billing.choices import InvoiceStatus
from billing.models import SubscriptionPeriod
from domains.errors import DomainNotFound
from domains.models import Domain, RegistrantContact
from domains.models.querysets import DomainQuerySet
from domains.settings import EXPIRING_SOON_DAYS
from ispplatform.core.actors import Actor
from ispplatform.core.clock import business_now
from ispplatform.core.database.dates import DaysAfter
from ispplatform.core.models import Tenant
from ispplatform.core.money import Money
from provisioning.selectors.services import stake_of_service

DAYS_INTO_THE_NEXT_YEAR = 30  # the present period may end some days after the expiry


def domains_for(actor: Actor) -> QuerySet[Domain]:
    """Return the names that ``actor`` may see, newest first; a customer sees its own.

    Raises:
        NotPermitted: it may see none.
    """
    actor.require("domains:read")
    rows = Domain.objects.order_by("-id")
    return rows.of_customer(actor.customer_id) if actor.is_customer else rows


def domain_by_id(domain_id: UUID, *, actor: Actor) -> Domain:
    """Return one name with its customer, holder and registrar account.

    Raises:
        DomainNotFound: there is none that ``actor`` may see.
    """
    rows = domains_for(actor).select_related("customer", "registrant", "connection", "service")
    try:
        return rows.get(pk=domain_id)
    except (Domain.DoesNotExist, ValidationError):
        raise DomainNotFound("There is no such domain.") from None


def live_domain(name: str) -> Domain | None:
    """Return the row that holds ``name`` (A-labels) now, or None."""
    return Domain.objects.live().filter(name=name).first()


def domain_of_service(service_id: UUID) -> Domain | None:
    """Return the name that a service keeps, the live one before those that failed."""
    rows = Domain.objects.filter(service_id=service_id)
    return rows.live().first() or rows.order_by("-id").first()


def domains_expiring_soon(tenant: Tenant, *, among: DomainQuerySet | None = None) -> DomainQuerySet:
    """Return registered names that expire within the tenant's number of days, nearest first.

    Args:
        among: rows to choose from; None: all of the tenant's.
    """
    until = business_now(tenant) + timedelta(days=EXPIRING_SOON_DAYS.of(tenant))
    rows: DomainQuerySet = Domain.objects.all() if among is None else among
    return rows.expiring_before(until)


def domains_expiring_unpaid(
    tenant: Tenant, *, among: DomainQuerySet | None = None
) -> DomainQuerySet:
    """Return those of the names that expire soon whose next year nobody has paid, nearest first.

    A name whose year is paid is being renewed, or stands under *Needs a person*.
    """
    paid = SubscriptionPeriod.objects.filter(
        subscription=OuterRef("service__subscription"),
        period_end__gt=OuterRef("in_its_next_year"),
        taken_back_at=None,
        invoice__status=InvoiceStatus.PAID,
    )
    later = DaysAfter("expires_at", DAYS_INTO_THE_NEXT_YEAR)
    rows = domains_expiring_soon(tenant, among=among).alias(in_its_next_year=later)
    return rows.filter(~Exists(paid))


def registrants_for(actor: Actor) -> QuerySet[RegistrantContact]:
    """Return the holders that ``actor`` may see, newest first.

    Raises:
        NotPermitted: it may see none.
    """
    actor.require("domains:read")
    rows = RegistrantContact.objects.order_by("-id")
    return rows.filter(customer_id=actor.customer_id) if actor.is_customer else rows


def stake_of_domain(domain_id: UUID) -> Money | None:
    """Return what was last billed for a name; None where nobody knows. Two queries."""
    rows = Domain.objects.filter(pk=domain_id).values_list("service_id", flat=True)
    return stake_of_service(rows.first())
