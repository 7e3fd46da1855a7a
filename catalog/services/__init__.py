"""Decisions about the catalogue."""

from catalog.services.plans import plan_create, plan_update
from catalog.services.prices import PriceData, price_end, price_set

__all__ = ["PriceData", "plan_create", "plan_update", "price_end", "price_set"]
