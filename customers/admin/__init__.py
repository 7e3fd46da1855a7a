"""Customers in the back office."""

from customers.admin.customers import CustomerAdmin
from customers.admin.parts import ContactAdmin, NoteAdmin, TagAdmin
from customers.admin.view_as import ViewAsPage

__all__ = ["ContactAdmin", "CustomerAdmin", "NoteAdmin", "TagAdmin", "ViewAsPage"]
