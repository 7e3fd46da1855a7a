"""Letting a subscription that has ended run again: no period is billed twice, none is left out."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction

from billing.choices import SubscriptionStatus
from billing.errors import SubscriptionStateWrong
from billing.events import SubscriptionReopened
from billing.models import Subscription, SubscriptionPeriod
from billing.selectors.parties import present_tenant
from billing.selectors.renewal_anchors import anchored_subjects
from billing.services.locks import locked_subscription
from billing.services.renewals import subscription_follow_anchor
from billing.services.subscriptions import subscription_renewal_switch
from customers.selectors import customer_today
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of


def subscription_reopen(*, actor: Actor, subscription_id: UUID, reason: str) -> Subscription:
    """Let an ended subscription run again, at the price version that it was pinned to.

    It goes on from the first day that no invoice stands for. When that day is past, what it bills
    stood still since: a new period begins today, as after a pause. What the slot
    ``renewal_anchors`` knows goes on from the day that its owner knows. One that would end again
    at once, because it was not to renew, renews from now on. A subscription that has not ended is
    left as it is.

    The caller has checked that ``actor`` may decide it.

    Raises:
        SubscriptionNotFound.
        SubscriptionStateWrong: what it bills is gone, nothing is left that could be renewed.
    """
    with transaction.atomic():
        row = locked_subscription(subscription_id)
        if row.status != SubscriptionStatus.ENDED:
            return row
        _refuse_what_is_gone(row)
        before = {"status": row.status, "ends_on": row.ends_on}
        today = customer_today(row.customer)
        if row.started_on is None:
            row.status = SubscriptionStatus.PENDING
        else:
            row.status = SubscriptionStatus.ACTIVE
            _go_on(row, today=today)
        row.ends_on = row.cancelled_at = None
        row.cancel_reason = ""
        row.version += 1
        row.save()
        _tell(row, actor=actor, before=before, reason=reason)
        if row.subject_id is not None:
            subscription_follow_anchor(
                actor=actor, subject_type=row.subject_type, subject_id=row.subject_id
            )
            row.refresh_from_db()
        if not row.auto_renew and row.next_billing_on and row.next_billing_on <= today:
            return subscription_renewal_switch(actor=actor, subscription_id=row.pk, auto_renew=True)
    return row


def _refuse_what_is_gone(row: Subscription) -> None:
    subjects = [(row.subject_type, row.subject_id)]
    for anchor in anchored_subjects(subjects, tenant=present_tenant()).values():
        if anchor.on is None:
            raise SubscriptionStateWrong(
                f"{row.label} cannot be billed again: what it bills is gone, and nothing is left "
                "that could be renewed. Order it anew."
            )


def _go_on(row: Subscription, *, today: date) -> None:
    """Take up the periods where the last one that an invoice stands for ends. Sets fields only."""
    kept = SubscriptionPeriod.objects.filter(subscription=row, taken_back_at=None)
    periods = list(kept.order_by("period_start"))
    for period in periods:
        if period.period_start <= today and period.begun_at is not None:
            row.current_period_start = period.period_start
            row.current_period_end = period.period_end
    ends = [period.period_end for period in periods]
    billed_until = max([end for end in [row.current_period_end, *ends] if end is not None])
    row.next_billing_on = max(billed_until, today)
    if row.next_billing_on != billed_until:
        row.anchor_day = today.day


def _tell(row: Subscription, *, actor: Actor, before: Mapping[str, object], reason: str) -> None:
    subject = subject_of(row)
    audit(
        "billing.subscription_reopen",
        actor=actor,
        subject=subject,
        reason=reason,
        before=before,
        after={"status": row.status, "next_billing_on": row.next_billing_on},
        customer_id=row.customer_id,
    )
    publish(
        SubscriptionReopened(
            subscription_id=row.pk,
            customer_id=row.customer_id,
            subject_type=row.subject_type,
            subject_id=row.subject_id,
            next_billing_on=row.next_billing_on,
        ),
        subject=subject,
        customer_id=row.customer_id,
    )
