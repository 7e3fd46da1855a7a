"""Which objects of a gateway are copied for whom; the copies themselves are dj-stripe's rows."""

from django.db import models

from ispplatform.core.tenancy.base import TenantModel


class MirroredObject(TenantModel):
    """An object at a gateway that one of our connections has copied, or is to copy.

    The copies have no tenant. Whoever reads one goes through this row, so that a company sees
    what its own connections have read, and nothing else.

    Args (columns):
        reference: the gateway's id.
        kind: the gateway's word for it: ``payment_intent``, ``charge``, ``refund``.
        account: whose the copy is at the gateway; empty until there is one.
        charge_reference: the payment at the gateway that it belongs to; empty for none.
        payout_reference: of a movement: the payout that it was paid out with.
        read_at: when the gateway was last asked for it.
        failure: why there is no copy, or why it is older than it should be.
    """

    connection = models.ForeignKey(
        "core.ProviderConnection", on_delete=models.PROTECT, related_name="+"
    )
    reference = models.CharField(max_length=120)
    kind = models.CharField(max_length=40, blank=True)
    account = models.CharField(max_length=120, blank=True)
    charge_reference = models.CharField(max_length=120, blank=True)
    payout_reference = models.CharField(max_length=120, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=300, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "reference"],
                name="billing_an_object_is_copied_once",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "connection", "charge_reference"]),
        ]
        verbose_name = "copy from Stripe"
        verbose_name_plural = "copies from Stripe"

    def __str__(self) -> str:
        return self.reference


class GatewayBooks(TenantModel):
    """How far our books were held against a gateway's: one row for each of its connections.

    Args (columns):
        compared_from: the moment from which on movements were read.
        movements_count: movements of money that were read.
        others_count: those of them that come from another shop at the same account.
        differences_count: what differed.
    """

    connection = models.ForeignKey(
        "core.ProviderConnection", on_delete=models.PROTECT, related_name="+"
    )
    compared_at = models.DateTimeField(null=True, blank=True)
    compared_from = models.DateTimeField(null=True, blank=True)
    movements_count = models.PositiveIntegerField(default=0)
    others_count = models.PositiveIntegerField(default=0)
    differences_count = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection"], name="billing_a_gateways_books_are_one_row"
            )
        ]

    def __str__(self) -> str:
        return f"books of {self.connection}"
