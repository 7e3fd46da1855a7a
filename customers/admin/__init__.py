"""Customers in the back office."""

from customers.admin.customers import CustomerAdmin
from customers.admin.parts import ContactAdmin, NoteAdmin, TagAdmin

__all__ = ["ContactAdmin", "CustomerAdmin", "NoteAdmin", "TagAdmin"]
