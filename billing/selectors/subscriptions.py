"""Which subscriptions a caller sees."""

from django.db.models import QuerySet

from billing.models import Subscription
from ispplatform.core.actors import Actor


def subscriptions_for(actor: Actor) -> QuerySet[Subscription]:
    """Return the subscriptions that the actor may see: staff all, a portal account its own.

    Raises:
        NotPermitted: staff or a key without ``subscriptions:read``.
    """
    rows = Subscription.objects.all()
    if actor.is_customer:
        return rows.filter(customer_id=actor.customer_id)
    actor.require("subscriptions:read")
    return rows
