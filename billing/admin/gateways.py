"""What payment gateways told us: their notices and the disputes behind them."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.admin.at_stripe import AtStripeAdmin
from billing.models import Dispute, GatewayEvent
from billing.services.gateway_events import RETRY, gateway_event_retry
from billing.statuses import DISPUTE, GATEWAY_EVENT
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act
from ispplatform.core.admin.base import ReadOnlyTenantAdmin
from ispplatform.core.admin.columns import age_column, money_column, status_column
from ispplatform.core.http.redaction import Redaction


def _retried(actor: Actor, row: GatewayEvent, values: Mapping[str, Any]) -> str:
    gateway_event_retry(actor=actor, event_id=row.pk)
    return _t("What it is about is read again.")


@admin.register(GatewayEvent)
class GatewayEventAdmin(ReadOnlyTenantAdmin):
    """Notices that gateways sent and signed, and what became of them."""

    nothing_yet = _("What a payment gateway told us stands here as it came.")
    permission_resource = "payments"
    list_display = (
        "kind",
        "connection",
        status_column("state", GATEWAY_EVENT, label=_("status")),
        "reference",
        "sentence",
        age_column("received_at", label=_("received")),
    )
    list_select_related = ("connection",)
    list_filter: ClassVar[Any] = ("state", "topic", "connection")
    search_fields = ("event_id", "reference", "kind")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("kind", "connection", "state", "sentence", "reference")}),
        (_("The notice"), {"fields": ("event_id", "received_at", "processed_at", "notice")}),
    )
    readonly_fields = ("notice",)

    @admin.display(description=_("as it came, without secrets"))
    def notice(self, row: GatewayEvent) -> str:
        """What the gateway sent; nothing of it was believed."""
        return Redaction().body(str(row.payload), "application/json")

    acts = (
        Act(
            name="retry",
            label=_("Read it again"),
            permission=RETRY,
            run=_retried,
            explanation=_("What it is about is read from the gateway as it stands now."),
            applies=lambda row: bool(row.topic),
            tone="main",
        ),
    )


@admin.register(Dispute)
class DisputeAdmin(AtStripeAdmin):
    """Payments that cardholders had their banks take back."""

    nothing_yet = _("Payments that a cardholder's bank took back or asks about stand here.")
    permission_resource = "payments"
    list_display = (
        "payment",
        money_column("amount", label=_("amount")),
        status_column("state", DISPUTE, label=_("status")),
        money_column("charged_back", label=_("charged back")),
        "reason",
        "respond_by",
        age_column("created_at", label=_("begun")),
    )
    list_select_related = ("payment",)
    list_filter: ClassVar[Any] = ("state", "connection")
    search_fields = ("reference", "payment__gateway_reference")
    ordering = ("-id",)
