"""Filters over accounts and mailboxes; decisions are elsewhere."""

from typing import Any, Self
from uuid import UUID

from hosting.choices import LIVE_ACCOUNT_STATUSES, LIVE_MAILBOX_STATUSES
from ispplatform.core.tenancy.querysets import TenantManager, TenantQuerySet


class HostingAccountQuerySet(TenantQuerySet[Any]):
    """Hosting accounts of the tenant in force."""

    def of_customer(self, customer_id: UUID) -> Self:
        """Narrow to what one customer has."""
        return self.filter(customer_id=customer_id)

    def live(self) -> Self:
        """Leave out accounts that never came to be or were deleted."""
        return self.filter(status__in=LIVE_ACCOUNT_STATUSES)


class MailboxQuerySet(TenantQuerySet[Any]):
    """Mailboxes of the tenant in force."""

    def of_customer(self, customer_id: UUID) -> Self:
        """Narrow to what one customer has."""
        return self.filter(mail_domain__customer_id=customer_id)

    def live(self) -> Self:
        """Leave out mailboxes that never came to be or were deleted."""
        return self.filter(status__in=LIVE_MAILBOX_STATUSES)


class HostingAccountManager(TenantManager.from_queryset(HostingAccountQuerySet)):  # type: ignore[misc] # built
    """The manager of hosting accounts."""


class MailboxManager(TenantManager.from_queryset(MailboxQuerySet)):  # type: ignore[misc] # built
    """The manager of mailboxes."""
