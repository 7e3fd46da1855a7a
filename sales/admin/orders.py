"""The order page of the back office: what was agreed, where it stands, what a person may decide."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.selectors.pro_formas import pro_forma_amounts
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.admin.base import ReadOnlyInline, ReadOnlyTenantAdmin
from ispplatform.core.admin.columns import day_column, money_column, status_column
from ispplatform.core.admin.requests import actor_of
from sales.admin.new_order import NewOrderPage
from sales.choices import OrderStatus
from sales.models import Order, OrderAcceptance, OrderHold, OrderLine
from sales.office import order_in_short
from sales.services.decisions import order_accept, order_refuse
from sales.services.expiry import order_cancel
from sales.services.payment_links import order_payment_ask
from sales.services.provisioning import order_provision_unpaid
from sales.services.returns import order_line_return

CONTENT_CHARACTERS = 80
GROSS = money_column("gross", label=_("total"))
TAX = money_column("tax", label=_("tax"))
STATUS = status_column("status", "sales.order", label=_("status"))


class AcceptForm(forms.Form):
    """Asks for a note."""

    reason = forms.CharField(label=_("Note"), max_length=500, required=False)


def _line_form(order: Order) -> type[forms.Form]:
    lines = order.lines.filter(refunded_at=None)
    choices = [(str(line.pk), f"{line.position}. {line.label}") for line in lines]

    class LineForm(forms.Form):
        """Asks which line goes back, how and why."""

        line_id = forms.ChoiceField(label=_("Line"), choices=choices, widget=forms.RadioSelect)
        as_credit = forms.BooleanField(
            label=_("Keep the money as the customer's credit"), required=False
        )
        reason = forms.CharField(
            label=_("Reason"), max_length=500, help_text=_("The customer may read it.")
        )

    return LineForm


def _accept(actor: Actor, row: Order, values: Mapping[str, Any]) -> str:
    order_accept(actor=actor, order_id=row.pk, reason=values["reason"])
    return gettext("The order goes on.")


def _refuse(actor: Actor, row: Order, values: Mapping[str, Any]) -> str:
    order_refuse(actor=actor, order_id=row.pk, reason=values["reason"])
    return gettext("The order is refused; the payment goes back.")


def _cancel(actor: Actor, row: Order, values: Mapping[str, Any]) -> str:
    order_cancel(actor=actor, order_id=row.pk, reason=values["reason"])
    return gettext("The order is withdrawn.")


def _return_line(actor: Actor, row: Order, values: Mapping[str, Any]) -> str:
    order_line_return(actor=actor, order_id=row.pk, **values)
    return gettext("The line is taken back.")


def _ask_payment(actor: Actor, row: Order, values: Mapping[str, Any]) -> str:
    order_payment_ask(actor=actor, order_id=row.pk)
    return gettext("The link is on its way.")


def _provision(actor: Actor, row: Order, values: Mapping[str, Any]) -> str:
    order_provision_unpaid(actor=actor, order_id=row.pk, reason=values["reason"])
    return gettext("It is being set up; the invoice is issued.")


class OrderLineInline(ReadOnlyInline):
    """The lines, with the services that they became."""

    model = OrderLine
    verbose_name_plural = _("Lines")
    fields = ("position", "label", "quantity", "service", GROSS, "price_reason", "renewal_on")
    readonly_fields = fields
    ordering = ("position",)


class OrderHoldInline(ReadOnlyInline):
    """Why the order was held."""

    model = OrderHold
    verbose_name_plural = _("Why it was held")
    fields = ("sentence", "decision", "decided_at", "decided_by")
    readonly_fields = fields
    ordering = ("id",)


class OrderAcceptanceInline(ReadOnlyInline):
    """What the customer accepted."""

    model = OrderAcceptance
    verbose_name_plural = _("Documents accepted")
    fields = ("title", "version", "accepted_at")
    readonly_fields = fields
    ordering = ("id",)


@admin.register(Order)
class OrderAdmin(ReadOnlyTenantAdmin):
    """Orders and the decisions about them."""

    nothing_yet = _(
        "Orders stand here as soon as somebody presses the last button of the shop. You "
        "can place one for a customer."
    )
    permission_resource = "orders"
    since_fields: ClassVar[Mapping[str, str]] = {
        OrderStatus.AWAITING_PAYMENT: "placed_at",
        OrderStatus.ON_HOLD: "paid_at",
        OrderStatus.IN_PROGRESS: "paid_at",
        OrderStatus.NEEDS_PERSON: "paid_at",
        OrderStatus.COMPLETED: "completed_at",
        OrderStatus.EXPIRED: "expired_at",
        OrderStatus.CANCELLED: "cancelled_at",
        OrderStatus.REFUSED: "refused_at",
    }
    create_permission = NewOrderPage.permission
    acts = (
        Act(
            name="accept",
            label=_("Accept"),
            permission="orders:decide",
            run=_accept,
            form=AcceptForm,
            explanation=_("The services of this order are set up now."),
            tone="main",
            applies=lambda row: row.status == OrderStatus.ON_HOLD,
        ),
        Act(
            name="refuse",
            label=_("Refuse and refund"),
            permission="orders:decide",
            run=_refuse,
            form=ReasonForm,
            explanation=_("Nothing is set up, the invoice is credited, the payment goes back."),
            tone="danger",
            applies=lambda row: row.status == OrderStatus.ON_HOLD,
        ),
        Act(
            name="return-line",
            label=_("Take a line back"),
            permission="orders:decide",
            run=_return_line,
            form_for=_line_form,
            explanation=_("For a line that cannot be delivered; the other lines go on."),
            applies=lambda row: row.is_let_through and row.refused_at is None,
        ),
        Act(
            name="payment-link",
            label=_("Mail the payment link"),
            permission="orders:create",
            run=_ask_payment,
            explanation=_("The customer is mailed the link to the page on which it is paid."),
            applies=lambda row: row.status == OrderStatus.AWAITING_PAYMENT,
        ),
        Act(
            name="provision",
            label=_("Set up before payment"),
            permission="orders:provision_unpaid",
            run=_provision,
            form=ReasonForm,
            explanation=_(
                "Everything is set up now; providers may charge us at once. The invoice is issued "
                "and stays open until it is paid."
            ),
            applies=lambda row: row.status == OrderStatus.AWAITING_PAYMENT,
        ),
        Act(
            name="cancel",
            label=_("Withdraw"),
            permission="orders:cancel",
            run=_cancel,
            form=ReasonForm,
            explanation=_("Money that still comes becomes the customer's credit."),
            tone="danger",
            applies=lambda row: row.status == OrderStatus.AWAITING_PAYMENT,
        ),
    )
    list_display = (
        "order_number",
        "customer",
        "content",
        STATUS,
        GROSS,
        day_column("placed_at", label=_("placed")),
    )
    list_display_links = ("order_number",)
    list_filter = ("status",)
    list_select_related = ("customer",)
    search_fields = ("=order_number", "customer__display_name")
    searched_by: ClassVar[Any] = {"orders": "pk", "customers": "customer_id"}
    ordering = ("-id",)
    inlines = (OrderLineInline, OrderHoldInline, OrderAcceptanceInline)
    readonly_fields = (STATUS, GROSS, TAX, "paid")
    fieldsets = (
        (None, {"fields": ("staff_note",)}),
        (_("Money"), {"fields": (GROSS, "paid", TAX, "payment_method", "proforma")}),
        (
            _("Course"),
            {
                "fields": (
                    "placed_at",
                    "placed_by",
                    "paid_at",
                    "provisioned_at",
                    "provisioned_by",
                    "provision_reason",
                    "completed_at",
                    "expires_on",
                    "cancelled_at",
                    "refused_at",
                )
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).can(self.create_permission)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the page of its own on which an order is put together."""
        answer: HttpResponse = NewOrderPage.as_view()(request)
        return answer

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Return the orders with their lines, which the list names."""
        return super().get_queryset(request).prefetch_related("lines")

    @display(description=_("content"))
    def content(self, row: Order) -> str:
        """Return what was ordered."""
        return Truncator(order_in_short(row)).chars(CONTENT_CHARACTERS)

    @display(description=_("paid"))
    def paid(self, row: Order) -> str:
        """Return how much of the order is paid."""
        if row.proforma_id is None:
            return ""
        return pro_forma_amounts([row.proforma_id])[row.proforma_id].in_words()
