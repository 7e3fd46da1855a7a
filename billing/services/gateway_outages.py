"""A payment gateway in trouble: its customers are not dunned for what is not their fault."""

from uuid import UUID

from django.db import transaction
from django.db.models import Min

from billing.models import DunningHold
from billing.preferences_dunning import OUTAGE_CHARGES, OUTAGE_PERCENT
from billing.rules.dunning import outage_codes, outage_is_over
from billing.selectors.charges import (
    charge_figures,
    connections_charged,
    customers_refused,
    figures_since_trouble,
    trouble_last_ended,
)
from billing.selectors.dunning import gateway_holds
from billing.services.attention import gateway_outage, gateway_outage_over
from billing.services.dunning_holds import MANAGE, dunning_hold_end, gateway_hold
from ispplatform.core.actors import Actor
from ispplatform.core.clock import business_today
from ispplatform.core.due import day_begins
from ispplatform.core.errors import NotFound
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.models.tenants import Tenant

CALENDAR = Actor.system("dunning")


def outages_notice(tenant: Tenant) -> int:
    """Hold the customers whose charges failed with an error that looks like a gateway's trouble.

    Returns:
        How many customers' dunning stands still from now on.
    """
    midnight = day_begins(business_today(tenant), tenant)
    held = 0
    for connection_id in connections_charged(since=midnight):
        since = max(midnight, trouble_last_ended(connection_id) or midnight)
        figures = charge_figures(connection_id, since=since)
        for code in outage_codes(
            figures, most_percent=OUTAGE_PERCENT.of(tenant), at_least=OUTAGE_CHARGES.of(tenant)
        ):
            connection = ProviderConnection.objects.get(pk=connection_id)
            customers = customers_refused(connection_id, code=code, since=since)
            held += _hold(connection, code, customers, charges=figures.failed[code])
    return held


def _hold(connection: ProviderConnection, code: str, customers: list[UUID], *, charges: int) -> int:
    reason = f"{connection} refuses charges with {code}."
    held = 0
    for customer_id in customers:
        hold = gateway_hold(
            customer_id=customer_id, connection=connection, code=code, reason=reason
        )
        held += hold is not None
    if held:
        with transaction.atomic():
            gateway_outage(connection, code=code, charges=charges)
    return held


def outages_end_by_themselves(tenant: Tenant) -> int:
    """Let customers go on whose gateway has shown that it works again; return how many."""
    troubles = gateway_holds().order_by().values_list("connection_id", "code")
    ended = 0
    for connection_id, code, since in list(troubles.annotate(since=Min("opened_at"))):
        figures = figures_since_trouble(connection_id, since=since)
        if outage_is_over(figures, code, most_percent=OUTAGE_PERCENT.of(tenant)):
            ended += _end(CALENDAR, connection_id, resolution="Charges work again.")
    return ended


def gateway_outage_end(*, actor: Actor, connection_id: UUID) -> int:
    """Let the customers of a payment account's trouble go on; return how many.

    Raises:
        NotPermitted.
        NotFound: nobody is held because of it.
    """
    actor.require(MANAGE)
    ended = _end(actor, connection_id, resolution=f"{actor.label} lets it go on.")
    if not ended:
        raise NotFound("No dunning stands still because of this connection.")
    return ended


def _end(actor: Actor, connection_id: UUID, *, resolution: str) -> int:
    holds: list[DunningHold] = list(gateway_holds().filter(connection_id=connection_id))
    for hold in holds:
        dunning_hold_end(actor=actor, hold_id=hold.pk)
    if holds and holds[0].connection is not None:
        with transaction.atomic():
            gateway_outage_over(holds[0].connection, resolution=resolution)
    return len(holds)
