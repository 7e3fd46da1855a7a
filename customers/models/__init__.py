"""Tables of this app."""

from customers.models.addresses import Address
from customers.models.contacts import Contact
from customers.models.customers import Customer
from customers.models.notes import Note
from customers.models.querysets import CustomerQuerySet
from customers.models.tags import CustomerTag, Tag

__all__ = [
    "Address",
    "Contact",
    "Customer",
    "CustomerQuerySet",
    "CustomerTag",
    "Note",
    "Tag",
]
