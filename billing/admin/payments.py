"""Payments, refunds and kept cards in the back office."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.admin.at_stripe import AtStripeAdmin
from billing.admin.forms import NoteForm, PaymentAddForm, RefundForm
from billing.choices import PaymentState, RefundMethod, RefundState
from billing.models import Payment, PaymentMethod, Refund, SandboxCharge
from billing.selectors.mirror import at_stripe
from billing.services.methods import payment_method_remove
from billing.services.payments import payment_cancel, payment_capture, payment_record
from billing.services.refunds import refund_confirm, refund_start
from billing.services.settlement import UNSETTLED
from billing.statuses import PAYMENT, REFUND
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.admin.base import ReadOnlyTenantAdmin, TenantAdmin
from ispplatform.core.admin.columns import age_column, money_column, status_column
from ispplatform.core.pages.formats import format_locale, money_text

Values = Mapping[str, Any]


def _refunded(actor: Actor, row: Payment, values: Values) -> str:
    refund = refund_start(actor=actor, payment=row, **values)
    return _t("%(amount)s %(currency)s are on their way back.") % {
        "amount": refund.amount,
        "currency": refund.currency,
    }


def _captured(actor: Actor, row: Payment, values: Values) -> str:
    payment_capture(actor=actor, payment=row)
    return _t("The money is being taken.")


def _cancelled(actor: Actor, row: Payment, values: Values) -> str:
    payment_cancel(actor=actor, payment=row, **values)
    return _t("The payment is given up.")


def _is_refundable(row: Payment) -> bool:
    settled = row.state == PaymentState.SETTLED
    return bool(settled and row.amount_settled > row.amount_refunded + row.amount_charged_back)


STATE = status_column("state", PAYMENT, label=_("status"))
ASKED = money_column("amount", label=_("amount"))
CAME = money_column("amount_settled", label=_("came"))
WENT_BACK = money_column("amount_refunded", label=_("went back"))
CHARGED_BACK = money_column("amount_charged_back", label=_("charged back"))
AMOUNTS = (STATE, ASKED, CAME, WENT_BACK, CHARGED_BACK)


@admin.register(Payment)
class PaymentAdmin(TenantAdmin):
    """Payments: by card, by bank transfer, and what became of them."""

    nothing_yet = _("Money that came, or was tried to be charged, stands here.")
    permission_resource = "payments"
    since_fields: ClassVar[Mapping[str, str]] = {PaymentState.SETTLED: "settled_at"}
    create_permission = "payments:record"
    form = PaymentAddForm
    editable_fields = tuple(PaymentAddForm.base_fields)
    list_display = (
        "__str__",
        "customer",
        STATE,
        ASKED,
        "method",
        "document",
        age_column("created_at", label=_("begun")),
    )
    list_select_related = ("customer", "document")
    list_filter: ClassVar[Any] = ("state", "method", "received_on", "currency")
    search_fields = (
        "reference",
        "gateway_reference",
        "document__number",
        "customer__search_text",
        "payment_method__last_four",
    )
    searched_by: ClassVar[Any] = {
        "payments": "pk",
        "documents": "document_id",
        "customers": "customer_id",
    }
    ordering = ("-id",)
    acts = (
        Act(
            name="refund",
            label=_("Refund"),
            permission="payments:refund",
            run=_refunded,
            form=RefundForm,
            explanation=_("What the payment paid is credited; the money goes back."),
            applies=_is_refundable,
        ),
        Act(
            name="capture",
            label=_("Take the money"),
            permission="payments:capture",
            run=_captured,
            applies=lambda row: row.state == PaymentState.AUTHORIZED,
            tone="main",
        ),
        Act(
            name="cancel",
            label=_("Give up"),
            permission="payments:cancel",
            run=_cancelled,
            form=ReasonForm,
            applies=lambda row: row.state in UNSETTLED,
            tone="danger",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        rows = super().get_queryset(request)
        return rows.select_related("customer", "document", "payment_method")

    def page_sets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ((None, {"fields": self.editable_fields}),)
        return (
            (
                None,
                {
                    "fields": (
                        ("customer", "document"),
                        (STATE, ASKED),
                        (CAME, WENT_BACK),
                        CHARGED_BACK,
                        ("method", "payment_method"),
                        ("connection", "gateway_reference"),
                        "reference",
                        ("received_on", "settled_at"),
                        ("failure_code", "failure_message"),
                    )
                },
            ),
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            context.update(payment_page(row))
        return super().render_change_form(request, context, *args, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), *AMOUNTS)

    def service_create(self, actor: Actor, values: dict[str, Any]) -> models.Model:
        return payment_record(
            actor=actor,
            customer=values["customer_number"],
            document=values["document_number"],
            amount=values["paid"],
            reference=values["words"],
            received_on=values["came_on"],
            method=values["way"],
        )


def payment_page(row: Payment) -> dict[str, Any]:
    """Return where a payment's money went, and what the sandbox knows of it."""
    charges = SandboxCharge.objects.filter(
        connection_id=row.connection_id, reference=row.gateway_reference
    )
    has_charge = row.connection_id is not None and row.gateway_reference
    return {
        "row_foot": "billing/admin/payment_foot.html",
        "allocations": list(row.allocations.select_related("invoice").order_by("pk")),
        "refunds": list(row.refunds.order_by("pk")),
        "credits": list(row.credit_entries.order_by("pk")),
        "sandbox_charge": charges.select_related("card").first() if has_charge else None,
        "at_stripe": at_stripe(row),
    }


def _sent(actor: Actor, row: Refund, values: Values) -> str:
    refund_confirm(actor=actor, refund_id=row.pk, sent=True, **values)
    return _t("The refund is settled.")


def _given_up(actor: Actor, row: Refund, values: Values) -> str:
    refund_confirm(actor=actor, refund_id=row.pk, sent=False, **values)
    return _t("The money is the customer's credit again.")


def _waits_for_hand(row: Refund) -> bool:
    is_open = row.state in {RefundState.CREATED, RefundState.PROCESSING}
    return bool(is_open and row.method == RefundMethod.BANK_TRANSFER)


REFUNDED = money_column("amount", label=_("refund"))


@admin.register(Refund)
class RefundAdmin(AtStripeAdmin):
    """Money that goes back."""

    nothing_yet = _(
        "Money that went back to customers stands here. It starts on the page of a payment."
    )
    permission_resource = "payments"
    since_fields: ClassVar[Mapping[str, str]] = {RefundState.SETTLED: "settled_at"}
    list_display = (
        REFUNDED,
        "customer",
        status_column("state", REFUND, label=_("status")),
        "method",
        age_column("created_at", label=_("begun")),
    )
    list_select_related = ("customer",)
    list_filter: ClassVar[Any] = ("state", "method")
    search_fields = ("gateway_reference", "customer__search_text")
    searched_by: ClassVar[Any] = {"refunds": "pk", "customers": "customer_id"}
    ordering = ("-id",)
    acts = (
        Act(
            name="sent",
            label=_("I have sent it"),
            permission="payments:refund",
            run=_sent,
            form=NoteForm,
            applies=_waits_for_hand,
            tone="main",
        ),
        Act(
            name="give-up",
            label=_("Keep it as credit"),
            permission="payments:refund",
            run=_given_up,
            form=NoteForm,
            applies=_waits_for_hand,
        ),
    )

    def title_of(self, row: Refund) -> str:
        locale = format_locale(get_language() or "en")
        return _t("Refund of %(amount)s") % {"amount": money_text(row.amount, row.currency, locale)}


def _forgotten(actor: Actor, row: PaymentMethod, values: Values) -> str:
    payment_method_remove(actor=actor, method_id=row.pk)
    return _t("The card is forgotten.")


@admin.register(PaymentMethod)
class PaymentMethodAdmin(ReadOnlyTenantAdmin):
    """Cards that the gateway keeps; we know the last four digits."""

    nothing_yet = _(
        "Cards that customers keep with us stand here, with their last four digits only."
    )
    permission_resource = "payment_methods"
    list_display = ("__str__", "customer", "expires", "is_default", "is_saved", "removed_at")
    list_select_related = ("customer",)
    search_fields = ("last_four", "customer__search_text")
    searched_by: ClassVar[Any] = {"cards": "pk", "customers": "customer_id"}
    ordering = ("-id",)
    acts = (
        Act(
            name="forget",
            label=_("Forget the card"),
            permission="payment_methods:manage",
            run=_forgotten,
            explanation=_("It cannot be charged any more."),
            applies=lambda row: row.removed_at is None,
            tone="danger",
        ),
    )
