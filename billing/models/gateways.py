"""What we keep of a payment gateway's own world: its customers, its events, its disputes."""

from django.db import models
from django.db.models import Q

from billing.choices import DisputeState, GatewayEventState
from billing.models.payments import Payment
from ispplatform.core.clock import system_now
from ispplatform.core.money import CurrencyField, MoneyField
from ispplatform.core.secrets import EncryptedTextField
from ispplatform.core.tenancy.base import TenantModel


class GatewayCustomer(TenantModel):
    """Under which id a gateway knows a customer of ours: one for each of its connections.

    The row exists before the gateway is asked. ``reference`` is empty until it answered;
    ``generation`` is part of the idempotency key and grows only when it is proved that the
    gateway made nobody.
    """

    connection = models.ForeignKey(
        "core.ProviderConnection", on_delete=models.PROTECT, related_name="+"
    )
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=120, blank=True)
    generation = models.PositiveSmallIntegerField(default=1)
    begun_at = models.DateTimeField(default=system_now)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "customer"],
                name="billing_a_gateway_knows_a_customer_once",
            ),
            models.UniqueConstraint(
                fields=["tenant", "connection", "reference"],
                condition=~Q(reference=""),
                name="billing_a_gateways_customer_is_ours_once",
            ),
        ]

    def __str__(self) -> str:
        return self.reference or f"{self.customer} at {self.connection}"


class GatewayEvent(TenantModel):
    """A notice that a gateway sent and signed, as it came. Nothing is believed of its contents.

    Args (columns):
        topic: what it is about in our words: ``charge``, ``refund``, ``dispute``, ``method``; empty
            for what concerns nobody here.
        reference: the gateway's id of the object that is read anew.
        payload: as it came; encrypted, because notices hold customers' client secrets.
        sentence: what became of it.
    """

    connection = models.ForeignKey(
        "core.ProviderConnection", on_delete=models.PROTECT, related_name="+"
    )
    event_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=120)
    topic = models.CharField(max_length=12, blank=True)
    reference = models.CharField(max_length=120, blank=True)
    payload = EncryptedTextField()
    state = models.CharField(
        max_length=10, choices=GatewayEventState, default=GatewayEventState.RECEIVED
    )
    sentence = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField(default=system_now)
    processed_at = models.DateTimeField(null=True, blank=True)
    retries_count = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "event_id"], name="billing_an_event_is_kept_once"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "state", "id"]),
            models.Index(fields=["received_at"], name="billing_events_to_forget"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"


class Dispute(TenantModel):
    """A cardholder had the bank take a payment back; the bank decides whether it stays so.

    ``respond_by`` is the last moment for evidence at the gateway. ``withdrawn_at`` is when it was
    booked that the gateway took the money back for the time of the dispute, ``fee`` what it has
    charged for it and ``fee_returned_at`` when it gave that back. ``charged_back`` is what a lost
    one took off invoices; the rest of its amount is bad debt.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    connection = models.ForeignKey(
        "core.ProviderConnection", on_delete=models.PROTECT, related_name="+"
    )
    reference = models.CharField(max_length=120)
    currency = CurrencyField()
    amount = MoneyField()
    state = models.CharField(max_length=8, choices=DisputeState, default=DisputeState.OPEN)
    reason = models.CharField(max_length=60, blank=True)
    respond_by = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    fee_currency = CurrencyField(blank=True)
    fee = MoneyField(currency_field="fee_currency", null=True, blank=True)
    fee_returned_at = models.DateTimeField(null=True, blank=True)
    charged_back = MoneyField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "reference"], name="billing_a_dispute_is_kept_once"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="billing_a_dispute_is_about_money"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "state", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} ({self.reason or 'no reason'})"
