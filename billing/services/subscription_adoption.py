"""Billing what was there before: the first period that we bill begins on a later day."""

from datetime import date, timedelta

from django.db import transaction

from billing.choices import SubscriptionStatus
from billing.events import SubscriptionStarted
from billing.models import Subscription
from billing.selectors.parties import present_tenant
from billing.selectors.renewal_anchors import anchored_subjects
from billing.services.subscriptions import subscription_create
from catalog.models import Price
from customers.models import Customer
from customers.selectors import customer_today
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.errors import InvalidInput
from ispplatform.core.events import publish
from ispplatform.core.subjects import Subject, subject_of


def subscription_adopt(
    *,
    actor: Actor,
    customer: Customer,
    price: Price,
    label: str,
    subject: Subject,
    billed_from: date,
) -> Subscription:
    """Begin a subscription whose days until ``billed_from`` were paid elsewhere.

    A subject with a calendar of its own (a name) is billed from the day that the calendar says.

    Raises:
        InvalidInput: the price is due only once, or the day is past; ``field`` is ``billed_from``.
    """
    today = customer_today(customer)
    if billed_from < today:
        raise InvalidInput("Choose a day that is not past.", field="billed_from")
    with transaction.atomic():
        row = subscription_create(
            actor=actor, customer=customer, price=price, label=label, subject=subject
        )
        row.status = SubscriptionStatus.ACTIVE
        row.started_on = row.current_period_start = min(today, billed_from - timedelta(days=1))
        row.current_period_end = row.next_billing_on = billed_from
        row.anchor_day = billed_from.day
        found = anchored_subjects([(subject.type, subject.id)], tenant=present_tenant())
        for anchor in found.values():
            row.calendar = anchor.calendar
            row.next_billing_on = anchor.on or billed_from
        row.version += 1
        row.save()
        audit(
            "billing.subscription_adopt",
            actor=actor,
            subject=subject_of(row),
            after={"next_billing_on": row.next_billing_on},
            customer_id=customer.pk,
        )
        publish(
            SubscriptionStarted(
                subscription_id=row.pk,
                customer_id=customer.pk,
                subject_type=row.subject_type,
                subject_id=row.subject_id,
                next_billing_on=row.next_billing_on,
            ),
            subject=subject_of(row),
            customer_id=customer.pk,
        )
    return row
