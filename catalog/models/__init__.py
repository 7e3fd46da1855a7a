"""Tables of this app."""

from catalog.models.plans import Plan
from catalog.models.prices import Price

__all__ = ["Plan", "Price"]
