"""The customer behind a portal account that somebody signed up for."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.choices import PortalAccountStatus
from accounts.models import PortalAccount
from customers.choices import CustomerStatus
from customers.models import Customer
from customers.rules.values import AddressData
from customers.services.customers import customer_create, customer_status_change
from ispplatform.core.actors import Actor
from ispplatform.core.counters import take_number

REGISTRATION = Actor.system("customers.registration")


def customer_ensure(
    *, customer_id: UUID, email: str, address: AddressData | None = None, **fields: Any
) -> Customer:
    """Return the customer of a portal account, made now where there is none yet.

    A checkout needs it at once and the sign-up's event brings it later; whoever comes first makes
    it, and the other finds it. It is pending until a portal account of it is active.

    Args:
        customer_id: what the portal account names.
        fields: as for ``customer_create``.
    """
    with transaction.atomic():
        take_number("customers.registration", customer_id)  # two makers at once wait here
        known = Customer.objects.filter(pk=customer_id).first()
        if known is not None:
            return known
        is_proved = PortalAccount.objects.filter(
            customer_id=customer_id, status=PortalAccountStatus.ACTIVE
        ).exists()
        status = CustomerStatus.ACTIVE if is_proved else CustomerStatus.PENDING
        return customer_create(
            actor=REGISTRATION,
            customer_id=customer_id,
            email=email,
            address=address,
            **{"status": status, **fields},
        )


def customer_confirm(*, customer_id: UUID) -> None:
    """Make a pending customer active: the address of its portal account is proved."""
    with transaction.atomic():
        pending = Customer.objects.filter(pk=customer_id, status=CustomerStatus.PENDING).first()
        if pending is not None:
            customer_status_change(
                actor=REGISTRATION,
                customer=pending,
                status=CustomerStatus.ACTIVE,
                reason="The e-mail address was confirmed.",
            )
