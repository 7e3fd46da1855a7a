"""Giving customers tags and taking them away, and leaving their others as they are."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from customers.models import Customer
from customers.services.recording import customer_changed, customer_locked
from customers.services.tags import tags_found, tags_write
from ispplatform.core.actors import Actor


def customer_tags_add(
    *, actor: Actor, customer: Customer, tags: Sequence[str | UUID], reason: str = ""
) -> list[UUID]:
    """Give a customer tags, by names or ids; a new name makes a new tag.

    Returns:
        The ids of those that it did not carry before.

    Raises:
        NotPermitted, CustomerNotFound.
        InvalidInput: an id is unknown, a name is malformed, or there are more than 50.
    """
    actor.require("customers:update")
    with transaction.atomic():
        row = customer_locked(customer)
        carried = _carried(row)
        _write(row, actor, [*carried, *tags], reason)
        return [one for one in _carried(row) if one not in carried]


def customer_tags_remove(
    *, actor: Actor, customer: Customer, tags: Sequence[str | UUID], reason: str = ""
) -> list[UUID]:
    """Take tags away from a customer, by names or ids; the tags themselves stay.

    Returns:
        The ids of those that it carried.

    Raises:
        NotPermitted, CustomerNotFound.
    """
    actor.require("customers:update")
    with transaction.atomic():
        row = customer_locked(customer)
        carried = _carried(row)
        gone = {tag.pk for tag in tags_found(tags)}
        _write(row, actor, [one for one in carried if one not in gone], reason)
        return [one for one in carried if one in gone]


def _carried(row: Customer) -> list[UUID]:
    return list(row.customer_tags.order_by("pk").values_list("tag_id", flat=True))


def _write(row: Customer, actor: Actor, tags: Sequence[Any], reason: str) -> None:
    before, after = tags_write(row, actor=actor, tags=tags)
    if before != after:
        customer_changed(
            "customers.customer_update",
            actor=actor,
            customer=row,
            before=before,
            after=after,
            reason=reason,
        )
