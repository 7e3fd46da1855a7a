"""The catalogue in the back office."""

from catalog.admin.plans import PlanAdmin
from catalog.admin.prices import PriceAdmin

__all__ = ["PlanAdmin", "PriceAdmin"]
