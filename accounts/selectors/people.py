"""The people who act for a customer."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import PortalAccount


def people_of(customer_id: UUID) -> QuerySet[PortalAccount]:
    """Return the log-ins of a customer with their persons, oldest first."""
    rows = PortalAccount.objects.filter(customer_id=customer_id).select_related("user")
    return rows.order_by("created_at", "id")
