"""Customers whom a colleague looked after, when that colleague leaves."""

from uuid import UUID

from django.db.models import QuerySet

from customers.events import CustomerUpdated
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.audit import AuditRecord, audit_many
from ispplatform.core.events import Publication, publish_many
from ispplatform.core.held_work import Colleague
from ispplatform.core.subjects import subject_of


def customers_looked_after_by(user_id: UUID) -> QuerySet[Customer]:
    """Return the customers that a colleague looks after, deleted ones too: they may come back."""
    return Customer.objects.filter(assigned_to_id=user_id)


def customers_hand_over(actor: Actor, user_id: UUID, to: Colleague | None) -> int:
    """Let a colleague, or nobody, look after the customers of somebody who leaves.

    Some statements for each hundred of them, inside the transaction that ends the access.

    Returns:
        How many customers there were.
    """
    rows = list(customers_looked_after_by(user_id).select_for_update().order_by("pk"))
    new_id = to.id if to else None
    customers_looked_after_by(user_id).update(assigned_to_id=new_id)
    audit_many(
        [
            AuditRecord(
                act="customers.customer_hand_over",
                actor=actor,
                subject=subject_of(row),
                before={"assigned_to": user_id},
                after={"assigned_to": new_id},
                customer_id=row.pk,
            )
            for row in rows
        ]
    )
    publish_many(
        [
            Publication(
                event=CustomerUpdated(
                    customer_id=row.pk,
                    customer_number=row.customer_number,
                    email=row.email,
                    changed=["assigned_to"],
                ),
                subject=subject_of(row),
                customer_id=row.pk,
            )
            for row in rows
        ]
    )
    return len(rows)
