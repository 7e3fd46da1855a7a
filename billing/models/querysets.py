"""Filters over rows of billing; decisions are elsewhere."""

from datetime import date
from typing import Any, Self

from django.db.models import Q

from billing.choices import InvoiceStatus
from ispplatform.core.tenancy.querysets import TenantManager, TenantQuerySet

OPEN_STATUSES = (InvoiceStatus.SENT, InvoiceStatus.OVERDUE)


class InvoiceQuerySet(TenantQuerySet[Any]):
    """Invoices of the tenant in force."""

    def issued(self) -> Self:
        """Leave out drafts: customers never see one."""
        return self.exclude(status=InvoiceStatus.DRAFT)

    def open(self) -> Self:
        """Narrow to those on which money is expected."""
        return self.filter(status__in=OPEN_STATUSES)

    def past_due(self, *, on: date) -> Self:
        """Narrow to those that were due before the day ``on`` and are not known as overdue yet."""
        return self.filter(Q(status=InvoiceStatus.SENT) & Q(due_date__lt=on))


class InvoiceManager(TenantManager.from_queryset(InvoiceQuerySet)):  # type: ignore[misc] # built
    """The manager of invoices."""
