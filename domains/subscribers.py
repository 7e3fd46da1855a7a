"""What this app does when something happened to a name."""

from uuid import UUID

from billing.services.renewals import subscription_follow_anchor
from domains.models import Domain
from ispplatform.core.actors import Actor
from ispplatform.core.events import DeliveredEvent


def on_expiry_moved(event: DeliveredEvent) -> None:
    """Let the name's subscription be billed by the expiry that its registrar has by now."""
    domain = Domain.objects.select_related("service__subscription").get(
        pk=UUID(event.payload["domain_id"])
    )
    subscription = domain.service.subscription if domain.service is not None else None
    if subscription is None or subscription.subject_id is None:
        return
    subscription_follow_anchor(
        actor=Actor.system("domains.on_expiry_moved"),
        subject_type=subscription.subject_type,
        subject_id=subscription.subject_id,
    )
