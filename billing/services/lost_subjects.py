"""What follows when a subject is gone that renews on a day that somebody else sets."""

from uuid import UUID

from django.db import transaction

from billing.choices import SubscriptionStatus
from billing.models import Subscription
from billing.selectors.renewal_anchors import subject_ran_until
from billing.services.attention import renewal_taken_back
from billing.services.periods import TakenBack, periods_never_had, periods_take_back
from billing.services.subscriptions import ended_publication
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.events import publish_many
from ispplatform.core.subjects import subject_of


def subject_lost(*, actor: Actor, subject_type: str, subject_id: UUID) -> None:
    """End what bills a subject that is gone, and every unpaid renewal that it never had.

    For the app that fills ``renewal_anchors``, when it knows for certain; what is only late is not
    lost. Such a renewal is credited line by line, so that nobody is reminded of it any more; the
    customer hears of the end, and staff see what was taken back. What is paid stays paid. Doing it
    twice changes nothing.
    """
    with transaction.atomic():
        ran_until = subject_ran_until(subject_type, subject_id)
        if ran_until is None:
            return
        rows = Subscription.objects.select_for_update().filter(
            subject_type=subject_type, subject_id=subject_id
        )
        for row in rows.exclude(status=SubscriptionStatus.PENDING).order_by("pk"):
            taken = periods_never_had(row, actor=actor, ran_until=ran_until)
            if row.status != SubscriptionStatus.ENDED:
                periods_take_back(row, actor=actor)
                before, row.status = row.status, SubscriptionStatus.ENDED
                row.next_billing_on = None
                row.ends_on = ran_until
                _ended(row, actor=actor, before=before)
            elif not taken:
                continue
            row.version += 1
            row.save()
            _shown(row, taken)


def _ended(row: Subscription, *, actor: Actor, before: str) -> None:
    audit(
        "billing.subscription_end",
        actor=actor,
        subject=subject_of(row),
        reason="nothing_left",
        before={"status": before},
        after={"status": row.status, "ends_on": row.ends_on},
        customer_id=row.customer_id,
    )
    publish_many([ended_publication(row, reason="nothing_left")])


def _shown(row: Subscription, taken: list[TakenBack]) -> None:
    if taken:
        renewal_taken_back(
            row,
            numbers=[one.invoice.number for one in taken],
            gross=sum((one.gross for one in taken), start=taken[0].gross * 0),
        )
