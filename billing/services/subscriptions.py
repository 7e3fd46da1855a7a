"""What is billed again and again: beginning, changing and ending it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction

from billing.choices import SubscriptionStatus
from billing.errors import CommitmentRuns, SubscriptionStateWrong
from billing.events import SubscriptionCancelled, SubscriptionEnded, SubscriptionStarted
from billing.models import Subscription, SubscriptionPeriod
from billing.selectors.parties import present_tenant
from billing.selectors.renewal_anchors import anchored_subjects
from billing.services.locks import locked_subscription
from billing.services.periods import periods_take_back
from billing.slots import renewal_anchors
from catalog.models import Price
from catalog.rules.cycles import cycle_end, is_recurring
from customers.models import Customer
from customers.selectors import customer_today
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now, business_today
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.events import Publication, publish, publish_many
from ispplatform.core.subjects import Subject, subject_of

LARGEST_QUANTITY = 10_000
RUNNING = (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED)
OVER = (SubscriptionStatus.CANCELLED, SubscriptionStatus.ENDED)


def subscription_create(
    *,
    actor: Actor,
    customer: Customer,
    price: Price,
    label: str,
    quantity: int = 1,
    subject: Subject | None = None,
    commitment_until: date | None = None,
    auto_renew: bool = True,
) -> Subscription:
    """Prepare a subscription; it begins with ``subscription_start``.

    The caller has checked that ``actor`` may order for this customer. The price's version is
    pinned: later changes of the catalogue do not touch it.

    Args:
        subject: what it keeps alive, for example a service.

    Raises:
        InvalidInput: the price is due only once, or the quantity is out of range.
    """
    if not is_recurring(price.cycle):
        raise InvalidInput("This price is due only once.", field="cycle")
    if not 1 <= quantity <= LARGEST_QUANTITY:
        raise InvalidInput(f"Use 1 to {LARGEST_QUANTITY}.", field="quantity")
    with transaction.atomic():
        subscription = Subscription.objects.create(
            customer=customer,
            price=price,
            label=label,
            quantity=quantity,
            cycle=price.cycle,
            commitment_until=commitment_until,
            auto_renew=auto_renew,
            subject_type=subject.type if subject else "",
            subject_id=subject.id if subject else None,
            subject_label=subject.label[:200] if subject else "",
        )
        _audited("billing.subscription_create", actor, subscription)
    return subscription


def subscription_start(*, actor: Actor, subscription_id: UUID, on: date) -> Subscription:
    """Begin the first period, which is paid already; starting twice changes nothing.

    Args:
        on: first day of the period, in the customer's time zone.

    Raises:
        SubscriptionNotFound.
        SubscriptionStateWrong: it was cancelled before it began.
    """
    with transaction.atomic():
        subscription = locked_subscription(subscription_id)
        if subscription.status in RUNNING:
            return subscription
        if subscription.status != SubscriptionStatus.PENDING:
            raise SubscriptionStateWrong("This subscription was ended.")
        subscription.status = SubscriptionStatus.ACTIVE
        subscription.started_on = subscription.current_period_start = on
        subscription.anchor_day = on.day
        end = cycle_end(on, subscription.cycle, on.day)
        subscription.current_period_end = subscription.next_billing_on = end
        _follow_anchor(subscription)
        subscription.version += 1
        subscription.save()
        _audited("billing.subscription_start", actor, subscription)
        publish(
            SubscriptionStarted(
                subscription_id=subscription.pk,
                customer_id=subscription.customer_id,
                subject_type=subscription.subject_type,
                subject_id=subscription.subject_id,
                next_billing_on=subscription.next_billing_on,
            ),
            subject=subject_of(subscription),
            customer_id=subscription.customer_id,
        )
    return subscription


def _follow_anchor(subscription: Subscription) -> None:
    """Let a subscription that begins be billed next on the day that its subject's owner knows."""
    subjects = [(subscription.subject_type, subscription.subject_id)]
    for anchor in anchored_subjects(subjects, tenant=present_tenant()).values():
        subscription.calendar = anchor.calendar
        subscription.next_billing_on = anchor.on or subscription.next_billing_on


def subscription_cancel(
    *,
    actor: Actor,
    subscription_id: UUID,
    reason: str = "",
    immediately: bool = False,
    despite_commitment: bool = False,
) -> Subscription:
    """Bill it no more. It runs to the end of the period that is paid, or ends now.

    A period that was invoiced and has not begun is credited unless it is paid; one that ends now
    gives paid ones back as well, as the customer's credit.

    Args:
        immediately: ends today; the day of the end still belongs to it.
        despite_commitment: staff let the customer go early.

    Raises:
        SubscriptionNotFound, NotPermitted.
        CommitmentRuns: the customer is bound for longer.
        SubscriptionStateWrong: it is cancelled or over.
    """
    with transaction.atomic():
        subscription = locked_subscription(subscription_id)
        _require_owner(actor, subscription)
        if is_over(subscription):
            raise SubscriptionStateWrong("This subscription was cancelled before.")
        today = customer_today(subscription.customer)
        bound = subscription.commitment_until
        if bound is not None and bound > today and (actor.is_customer or not despite_commitment):
            raise CommitmentRuns(f"The contract runs until {bound}.", until=bound)
        was_running = subscription.status in RUNNING
        ends_now = immediately and not subscription.calendar
        kept = periods_take_back(subscription, actor=actor, also_paid=ends_now)
        _end(subscription, today=today, immediately=immediately, kept=kept)
        subscription.cancel_reason = reason[:500]
        subscription.cancelled_at = business_now(present_tenant())
        subscription.version += 1
        subscription.save()
        _audited("billing.subscription_cancel", actor, subscription, reason=reason)
        publish(
            SubscriptionCancelled(
                subscription_id=subscription.pk,
                customer_id=subscription.customer_id,
                subject_type=subscription.subject_type,
                subject_id=subscription.subject_id,
                ends_on=subscription.ends_on or today,
                reason=reason,
            ),
            subject=subject_of(subscription),
            customer_id=subscription.customer_id,
        )
        if was_running and subscription.status == SubscriptionStatus.ENDED:
            publish_many([ended_publication(subscription, reason="cancelled")])
    return subscription


def ended_publication(subscription: Subscription, *, reason: str) -> Publication:
    """Return what tells that a subscription has ended; for ``reason`` see the event."""
    return Publication(
        event=SubscriptionEnded(
            subscription_id=subscription.pk,
            customer_id=subscription.customer_id,
            subject_type=subscription.subject_type,
            subject_id=subscription.subject_id,
            ended_on=subscription.ends_on or business_today(present_tenant()),
            reason=reason,
        ),
        subject=subject_of(subscription),
        customer_id=subscription.customer_id,
    )


def _end(
    subscription: Subscription,
    *,
    today: date,
    immediately: bool,
    kept: Sequence[SubscriptionPeriod],
) -> None:
    subscription.next_billing_on = None
    period_end = kept[-1].period_end if kept else subscription.current_period_end
    if subscription.status == SubscriptionStatus.PENDING or immediately or period_end is None:
        subscription.status = SubscriptionStatus.ENDED
        subscription.ends_on = today
    else:
        subscription.status = SubscriptionStatus.CANCELLED
        subscription.ends_on = period_end


def subscription_change(
    *,
    actor: Actor,
    subscription_id: UUID,
    quantity: int | None = None,
    auto_renew: bool | None = None,
) -> Subscription:
    """Change what the next period bills.

    Raises:
        SubscriptionNotFound, NotPermitted.
        InvalidInput: the quantity is out of range.
        SubscriptionStateWrong: it is cancelled or over.
    """
    with transaction.atomic():
        subscription = _changeable(subscription_id)
        _require_owner(actor, subscription)
        if quantity is not None:
            if not 1 <= quantity <= LARGEST_QUANTITY:
                raise InvalidInput(f"Use 1 to {LARGEST_QUANTITY}.", field="quantity")
            before, subscription.quantity = subscription.quantity, quantity
            _changed(subscription, actor=actor, field="quantity", before=before)
        if auto_renew is not None:
            _renewal_switched(subscription, actor=actor, auto_renew=auto_renew)
    return subscription


def subscription_rename(*, actor: Actor, subscription_id: UUID, label: str) -> Subscription:
    """Call what is billed by another name from now on; documents that are issued keep theirs.

    The caller has checked that ``actor`` may change what it is.

    Raises:
        SubscriptionStateWrong: it is over.
    """
    with transaction.atomic():
        row = _changeable(subscription_id)
        before, row.label = row.label, label[:255]
        _changed(row, actor=actor, field="label", before=before)
    return row


def subscription_renewal_switch(
    *, actor: Actor, subscription_id: UUID, auto_renew: bool
) -> Subscription:
    """Let a subscription renew by itself or run out, for an app that owns its subject.

    The caller has checked that ``actor`` may decide it.

    Raises:
        SubscriptionNotFound.
        SubscriptionStateWrong: it is cancelled or over.
    """
    with transaction.atomic():
        subscription = _changeable(subscription_id)
        _renewal_switched(subscription, actor=actor, auto_renew=auto_renew)
    return subscription


def is_over(subscription: Subscription) -> bool:
    """Tell whether nothing of it will be billed any more, whatever is switched."""
    return subscription.status in OVER


def _changeable(subscription_id: UUID) -> Subscription:
    subscription = locked_subscription(subscription_id)
    if is_over(subscription):
        raise SubscriptionStateWrong("This subscription was cancelled before.")
    return subscription


def _renewal_switched(subscription: Subscription, *, actor: Actor, auto_renew: bool) -> None:
    """Switch it, tell the subject's owner, and take back what was invoiced and is not wanted."""
    if subscription.auto_renew != auto_renew:
        subscription.auto_renew = auto_renew
        _changed(subscription, actor=actor, field="auto_renew", before=not auto_renew)
    if subscription.subject_id is not None:
        for anchor in renewal_anchors.items():
            if anchor.subject_type == subscription.subject_type:
                anchor.switched(actor, subscription.subject_id, auto_renew)
    if not auto_renew and not is_bound(subscription):
        before = subscription.next_billing_on
        periods_take_back(subscription, actor=actor)
        if subscription.next_billing_on != before:
            subscription.save(update_fields=["next_billing_on"])


def is_bound(subscription: Subscription) -> bool:
    """Tell whether the contract runs beyond what is billed, whatever the customer wants."""
    bound, billed = subscription.commitment_until, subscription.next_billing_on
    return bound is not None and billed is not None and bound > billed


def _changed(subscription: Subscription, *, actor: Actor, field: str, before: object) -> None:
    subscription.version += 1
    subscription.save(update_fields=[field, "version"])
    audit(
        "billing.subscription_change",
        actor=actor,
        subject=subject_of(subscription),
        before={field: before},
        after={field: getattr(subscription, field)},
        customer_id=subscription.customer_id,
    )


def _require_owner(actor: Actor, subscription: Subscription) -> None:
    if actor.is_customer:
        if actor.customer_id != subscription.customer_id:
            raise NotPermitted("This is not yours.")
        return
    actor.require("subscriptions:update")


def _audited(act: str, actor: Actor, subscription: Subscription, *, reason: str = "") -> None:
    audit(
        act,
        actor=actor,
        subject=subject_of(subscription),
        reason=reason,
        after={
            "status": subscription.status,
            "quantity": subscription.quantity,
            "next_billing_on": subscription.next_billing_on,
            "ends_on": subscription.ends_on,
        },
        customer_id=subscription.customer_id,
    )
