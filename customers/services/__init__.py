"""Decisions about customers. Each service checks the actor, writes audit and event, commits."""

from customers.rules.values import AddressData, ContactData
from customers.services.contacts import contact_add, contact_remove, contact_update
from customers.services.customers import (
    customer_create,
    customer_currency_fix,
    customer_delete,
    customer_restore,
    customer_status_change,
    customer_update,
)
from customers.services.notes import (
    note_add,
    note_change,
    note_pin,
    note_remove,
    note_unpin,
    note_update,
)
from customers.services.tags import tag_create, tag_delete, tag_update

__all__ = [
    "AddressData",
    "ContactData",
    "contact_add",
    "contact_remove",
    "contact_update",
    "customer_create",
    "customer_currency_fix",
    "customer_delete",
    "customer_restore",
    "customer_status_change",
    "customer_update",
    "note_add",
    "note_change",
    "note_pin",
    "note_remove",
    "note_unpin",
    "note_update",
    "tag_create",
    "tag_delete",
    "tag_update",
]
