"""How every change of a customer leaves its mark: version, audit entry, event."""

from collections.abc import Mapping
from typing import Any

from customers.errors import CustomerNotFound
from customers.events import CustomerUpdated
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.api.versions import check_version
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import NotPermitted
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of

# What a caller demands of the row it changes: a version, some, or nothing.
Expected = int | frozenset[int] | None

# What a customer may change about itself in the portal.
OWN_FIELDS = frozenset(
    {
        "first_name",
        "last_name",
        "company_name",
        "phone",
        "language",
        "time_zone",
        "vat_number",
        "address",
        "billing_address",
    }
)


def customer_locked(customer: Customer, *, expected: Expected = None) -> Customer:
    """Return the row as it is now, locked until the transaction ends.

    Raises:
        CustomerNotFound: it is gone or was deleted.
        StaleObject: the row is not as ``expected`` says (see ``check_version``).
    """
    row = Customer.objects.select_for_update().not_deleted().filter(pk=customer.pk).first()
    if row is None:
        raise CustomerNotFound("This customer does not exist (any more).")
    check_version(row, expected)
    return row


def require_change(actor: Actor, customer: Customer, *, permission: str, fields: set[str]) -> None:
    """Return when the actor may change these fields of the customer.

    Staff need ``permission``; a portal account needs ``own_profile:update`` and may change some
    fields of its own customer.

    Raises:
        NotPermitted: it may not.
        CustomerNotFound: a portal account asks for another customer.
    """
    if not actor.is_customer:
        actor.require(permission)
        return
    if actor.customer_id != customer.pk:
        raise CustomerNotFound("This customer does not exist.")
    actor.require("own_profile:update")
    if foreign := sorted(fields - OWN_FIELDS):
        raise NotPermitted(f"Only staff change {', '.join(foreign)}.", field=foreign[0])


def customer_changed(
    act: str,
    *,
    actor: Actor,
    customer: Customer,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: str = "",
) -> None:
    """Give the row a new version, write the audit entry, publish ``customer_updated``."""
    customer.updated_at = system_now()
    Customer.objects.filter(pk=customer.pk).update(updated_at=customer.updated_at)
    audit(
        act,
        actor=actor,
        subject=subject_of(customer),
        reason=reason,
        before=before,
        after=after,
        customer_id=customer.pk,
    )
    publish(
        CustomerUpdated(
            customer_id=customer.pk,
            customer_number=customer.customer_number,
            email=customer.email,
            changed=sorted({*before, *after}),
        ),
        subject=subject_of(customer),
        customer_id=customer.pk,
    )
