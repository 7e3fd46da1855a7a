"""Selling a subscription by itself: begun and invoiced in one transaction."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from billing.models import Invoice, Subscription
from billing.services.invoices import invoice_issue
from billing.services.lines import LineInput
from billing.services.subscriptions import subscription_create, subscription_start
from catalog.models import Price
from customers.models import Customer
from customers.selectors import customer_today
from ispplatform.core.actors import Actor
from ispplatform.core.subjects import Subject


def subscription_sell(
    *,
    actor: Actor,
    customer: Customer,
    price: Price,
    quantity: int = 1,
    start_on: date | None = None,
    subject: Subject | None = None,
) -> tuple[Subscription, Invoice]:
    """Begin a subscription and issue the invoice of its first period, setup fee included.

    Args:
        start_on: first day, in the customer's time zone; None: today.

    Raises:
        NotPermitted: without ``subscriptions:create`` and ``invoices:create``.
        InvalidInput: the price is due only once, or the quantity is out of range.
        CustomerCurrencyFixed: the customer's documents are in another currency.
    """
    actor.require("subscriptions:create")
    with transaction.atomic():
        subscription = subscription_create(
            actor=actor,
            customer=customer,
            price=price,
            label=price.plan.name,
            quantity=quantity,
            subject=subject,
        )
        begun = subscription_start(
            actor=actor,
            subscription_id=subscription.pk,
            on=start_on or customer_today(customer),
        )
        invoice = invoice_issue(
            actor=actor,
            customer=customer,
            lines=first_period_lines(begun, price),
            currency=price.currency,
        )
    return begun, invoice


def first_period_lines(subscription: Subscription, price: Price) -> list[LineInput]:
    """Return the lines of a subscription's first period, and of its setup where that costs."""
    subject = None
    if subscription.subject_id is not None:
        subject = Subject(
            type=subscription.subject_type,
            id=subscription.subject_id,
            label=subscription.subject_label,
        )
    lines = [
        LineInput(
            label=subscription.label,
            unit_price=price.amount,
            quantity=Decimal(subscription.quantity),
            tax_included=price.tax_included,
            period_start=subscription.current_period_start,
            period_end=subscription.current_period_end,
            subject=subject,
            subscription=subscription,
        )
    ]
    if price.setup_amount:
        lines.append(
            LineInput(
                label=f"{subscription.label}: setup",
                unit_price=price.setup_amount,
                quantity=Decimal(subscription.quantity),
                tax_included=price.tax_included,
                subject=subject,
            )
        )
    return lines
