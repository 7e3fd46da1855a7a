"""What acts of the history share: the company, its catalogue, its people."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from catalog.models import Plan
from customers.models import Customer
from demo.company import LogIn, Providers
from demo.history import History
from demo.people import People
from demo.renewals import Renewals
from ispplatform.core.models import Tenant


class UnpaidSince(dict[UUID, date]):
    """Customers who pay nothing that is billed on a day or later, with that day."""

    def pays(self, customer: Customer, on: date) -> bool:
        """Tell whether the customer pays what is billed on a day."""
        return on < self.get(customer.pk, date.max)


@dataclass(kw_only=True)
class World:
    """The demo company while its history is being written.

    Args:
        log_ins: who can log in, in the order in which they are told.
    """

    tenant: Tenant
    plans: dict[str, Plan]
    providers: Providers
    people: People
    history: History
    renewals: Renewals
    unpaid: UnpaidSince
    log_ins: list[LogIn] = field(default_factory=list)
