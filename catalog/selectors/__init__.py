"""Reading the catalogue."""

from catalog.selectors.plans import (
    domain_plan_for,
    plan_by_code,
    plan_by_id,
    plans_for,
    plans_for_sale,
)
from catalog.selectors.prices import price_for, prices_for, prices_in_force

__all__ = [
    "domain_plan_for",
    "plan_by_code",
    "plan_by_id",
    "plans_for",
    "plans_for_sale",
    "price_for",
    "prices_for",
    "prices_in_force",
]
