"""Prices: a new amount is a new version, and versions never overlap."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from catalog.choices import BillingCycle
from catalog.errors import PriceInThePast, PriceNotFound
from catalog.events import PriceSet
from catalog.models import Plan, Price
from catalog.rules.cycles import is_recurring
from customers.choices import CustomerType
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_today
from ispplatform.core.errors import InvalidInput
from ispplatform.core.events import publish
from ispplatform.core.money import is_exact
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id

LARGEST_AMOUNT = Decimal(10) ** 12


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceData:
    """A price as staff set it.

    Args:
        currency: ISO code; amounts have no more decimals than it.
        cycle: a ``BillingCycle``.
        customer_type: a ``CustomerType``; empty: for everybody.
        amount: for the first period.
        renewal_amount: for every later period; None: the same.
        setup_amount: once, with the first period.
        tax_included: whether the amounts hold tax (consumers' prices) or not.
    """

    currency: str
    cycle: str
    amount: Decimal
    renewal_amount: Decimal | None = None
    setup_amount: Decimal = Decimal(0)
    customer_type: str = ""
    tax_included: bool = False


def price_set(
    *, actor: Actor, plan: Plan, price: PriceData, valid_from: date | None = None
) -> Price:
    """Make ``price`` hold from a day on, until the next version that is set already.

    The version in force on that day ends there. Subscriptions keep the version they were sold
    with.

    Args:
        valid_from: a day of the tenant's business calendar; None: today.

    Raises:
        NotPermitted.
        InvalidInput: an amount is negative or has too many decimals, a word is unknown.
        PriceInThePast: the day is over.
    """
    actor.require("plans:update")
    _refuse_unfit(price)
    with transaction.atomic():
        # Two people who price one plan at once wait for each other here.
        plan = Plan.objects.select_for_update().get(pk=plan.pk)
        start = _day(plan, valid_from)
        before = _covering(plan, price, start)
        end = before.valid_to if before else _next_start(plan, price, start)
        if before is not None:
            Price.objects.filter(pk=before.pk).update(valid_to=start)
        row = Price.objects.create(plan=plan, valid_from=start, valid_to=end, **_columns(price))
        audit(
            "catalog.price_set",
            actor=actor,
            subject=subject_of(plan),
            before=_told(before),
            after=_told(row),
        )
        publish(
            PriceSet(
                plan_id=plan.pk,
                price_id=row.pk,
                code=plan.code,
                currency=row.currency,
                cycle=row.cycle,
                valid_from=start,
            ),
            subject=subject_of(plan),
        )
    return row


def price_end(*, actor: Actor, price: Price, valid_to: date | None = None) -> Price:
    """Let a price end on a day without a successor: the plan is not sold by it from then on.

    Args:
        valid_to: first day on which it does not hold; None: today.

    Raises:
        NotPermitted.
        PriceInThePast: the day is over, or the price ended before it.
        PriceNotFound: it begins later than that.
    """
    actor.require("plans:update")
    with transaction.atomic():
        plan = Plan.objects.select_for_update().get(pk=price.plan_id)
        row = Price.objects.get(pk=price.pk)
        end = _day(plan, valid_to)
        if row.valid_to is not None and row.valid_to <= end:
            raise PriceInThePast("This price ends before that day already.", field="valid_to")
        if row.valid_from > end:
            raise PriceNotFound("This price begins later than that.", field="valid_to")
        before = _told(row)
        row.valid_to = end
        row.save(update_fields=["valid_to"])
        audit(
            "catalog.price_end",
            actor=actor,
            subject=subject_of(plan),
            before=before,
            after=_told(row),
        )
    return row


def _day(plan: Plan, day: date | None) -> date:
    today = business_today(tenant_by_id(plan.tenant_id))
    if day is not None and day < today:
        raise PriceInThePast("Prices of days that are over stay as they were.", field="valid_from")
    return day or today


def _versions(plan: Plan, price: PriceData) -> Any:
    return Price.objects.filter(
        plan=plan,
        currency=price.currency,
        cycle=price.cycle,
        customer_type=price.customer_type,
    )


def _covering(plan: Plan, price: PriceData, day: date) -> Price | None:
    for row in _versions(plan, price).filter(valid_from__lte=day).order_by("-valid_from"):
        if row.valid_to is None or row.valid_to > day:
            return row
    return None


def _next_start(plan: Plan, price: PriceData, day: date) -> date | None:
    later = _versions(plan, price).filter(valid_from__gt=day).order_by("valid_from")
    starts = [row.valid_from for row in later if row.valid_to != row.valid_from]
    return starts[0] if starts else None


def _columns(price: PriceData) -> dict[str, Any]:
    return {name: getattr(price, name) for name in PriceData.__slots__}


def _refuse_unfit(price: PriceData) -> None:
    if not re.fullmatch(r"[A-Z]{3}", price.currency):
        raise InvalidInput("Name the currency by its three letters.", field="currency")
    if price.cycle not in BillingCycle.values:
        raise InvalidInput(f"Choose one of {', '.join(BillingCycle.values)}.", field="cycle")
    if price.customer_type not in ["", *CustomerType.values]:
        raise InvalidInput("There is no such type of customer.", field="customer_type")
    for field in ("amount", "renewal_amount", "setup_amount"):
        value = getattr(price, field)
        if value is None:
            continue
        if not value.is_finite() or not 0 <= value < LARGEST_AMOUNT:
            raise InvalidInput("An amount is zero or more.", field=field)
        if not is_exact(value, price.currency):
            raise InvalidInput(f"{value} is not an exact amount of {price.currency}.", field=field)
    if price.renewal_amount is not None and not is_recurring(price.cycle):
        raise InvalidInput("What is paid once does not renew.", field="renewal_amount")


def _told(row: Price | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        "price": str(row),
        "amount": row.amount,
        "renewal_amount": row.renewal_amount,
        "setup_amount": row.setup_amount,
        "tax_included": row.tax_included,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }
