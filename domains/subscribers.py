"""What this app does when something happened to a name."""

from uuid import UUID

from billing.models import Subscription
from billing.services.lost_subjects import subject_lost
from billing.services.renewals import subscription_follow_anchor
from domains.models import Domain
from ispplatform.core.actors import Actor
from ispplatform.core.events import DeliveredEvent


def on_expiry_moved(event: DeliveredEvent) -> None:
    """Let the name's subscription be billed by the expiry that its registrar has by now."""
    subscription = _subscription(event)
    if subscription is not None and subscription.subject_id is not None:
        subscription_follow_anchor(
            actor=Actor.system("domains.on_expiry_moved"),
            subject_type=subscription.subject_type,
            subject_id=subscription.subject_id,
        )


def on_domain_gone(event: DeliveredEvent) -> None:
    """End what bills a name that its registrar does not hold for us any more."""
    subscription = _subscription(event)
    if subscription is not None and subscription.subject_id is not None:
        subject_lost(
            actor=Actor.system("domains.on_domain_gone"),
            subject_type=subscription.subject_type,
            subject_id=subscription.subject_id,
        )


def _subscription(event: DeliveredEvent) -> Subscription | None:
    domain = Domain.objects.select_related("service__subscription").get(
        pk=UUID(event.payload["domain_id"])
    )
    return domain.service.subscription if domain.service is not None else None
