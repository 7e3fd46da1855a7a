"""Our customers as a gateway knows them: made there once for each connection."""

from datetime import timedelta

from django.db.models import F

from billing.models import GatewayCustomer
from billing.providers.payments.base import CustomerOrder, PaymentGateway
from customers.models import Customer
from ispplatform.core.clock import system_now
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.providers.building import provider_for

# A gateway's search may show a customer late: until then only the same key is sent again.
SEARCHABLE_AFTER = timedelta(minutes=5)


def gateway_customer_reference(*, connection: ProviderConnection, customer: Customer) -> str:
    """Return the gateway's id of a customer, making it there on the first time.

    Guarded: the row with the key is written before the gateway is asked. A lost answer is asked
    for again under the same key; once it is old, the gateway's search decides, and a new key is
    used only after the search found nobody. Network: call it outside any transaction.

    Raises:
        ProviderUnavailable, ProviderOutcomeUnknown, ProviderRejected.
        ConnectionInactive, ConnectionModeMismatch: the payment account cannot be used.
    """
    row, _ = GatewayCustomer.objects.get_or_create(connection=connection, customer=customer)
    if row.reference:
        return row.reference
    gateway: PaymentGateway = provider_for(connection)
    reference = None
    if system_now() - row.begun_at > SEARCHABLE_AFTER:
        reference = gateway.find_customer(str(customer.pk))
        if reference is None:
            _next_generation(row)
    if reference is None:
        reference = gateway.create_customer(
            CustomerOrder(
                idempotency_key=f"customer:{row.pk}:{row.generation}",
                reference=str(customer.pk),
                label=customer.customer_number,
            )
        )
    GatewayCustomer.objects.filter(pk=row.pk, reference="").update(reference=reference)
    row.refresh_from_db(fields=["reference"])
    return row.reference


def _next_generation(row: GatewayCustomer) -> None:
    """Turn to the next key; two who do it at the same time turn to the same one."""
    rows = GatewayCustomer.objects.filter(pk=row.pk, generation=row.generation, reference="")
    rows.update(generation=F("generation") + 1, begun_at=system_now())
    row.refresh_from_db()
