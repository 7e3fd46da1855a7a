"""Subscriptions in the back office."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.choices import SubscriptionStatus
from billing.models import Subscription
from billing.selectors.renewals import default_card, upcoming_invoices
from billing.services.skipped_periods import skipped_periods_accept, skipped_periods_bill
from billing.services.subscriptions import subscription_cancel, subscription_change
from billing.statuses import SUBSCRIPTION
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.admin.base import ReadOnlyTenantAdmin
from ispplatform.core.admin.columns import status_column

PERIODS = 24  # invoiced periods that a page shows
CLOSED = (SubscriptionStatus.CANCELLED, SubscriptionStatus.ENDED)
Values = Mapping[str, Any]


def _cancelled(actor: Actor, row: Subscription, values: Values) -> str:
    changed = subscription_cancel(
        actor=actor, subscription_id=row.pk, despite_commitment=True, **values
    )
    return _t("It ends on %(day)s.") % {"day": changed.ends_on}


def _ended(actor: Actor, row: Subscription, values: Values) -> str:
    subscription_cancel(
        actor=actor,
        subscription_id=row.pk,
        despite_commitment=True,
        immediately=True,
        **values,
    )
    return _t("It has ended.")


def _renewal_turned(actor: Actor, row: Subscription, values: Values) -> str:
    changed = subscription_change(
        actor=actor, subscription_id=row.pk, auto_renew=not row.auto_renew
    )
    return _t("It renews by itself.") if changed.auto_renew else _t("It does not renew by itself.")


def _skipped_billed(actor: Actor, row: Subscription, values: Values) -> str:
    invoice = skipped_periods_bill(actor=actor, subscription_id=row.pk)
    return _t("Billed by %(number)s.") % {"number": invoice.number}


def _skipped_given(actor: Actor, row: Subscription, values: Values) -> str:
    skipped_periods_accept(actor=actor, subscription_id=row.pk, **values)
    return _t("The days are given to the customer.")


def _has_skipped(row: Subscription) -> bool:
    return row.skipped.filter(decided_at=None).exists()


def _is_running(row: Subscription) -> bool:
    return row.status not in CLOSED


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyTenantAdmin):
    """What is billed again and again."""

    nothing_yet = _("What is billed again and again stands here; an order makes it.")
    permission_resource = "subscriptions"
    since_fields: ClassVar[Mapping[str, str]] = {
        SubscriptionStatus.ACTIVE: "started_on",
        SubscriptionStatus.CANCELLED: "cancelled_at",
        SubscriptionStatus.ENDED: "ends_on",
    }
    fields = (
        ("price", "quantity"),
        ("cycle", "anchor_day"),
        ("started_on", "commitment_until"),
        ("current_period_start", "current_period_end"),
        ("next_billing_on", "auto_renew"),
        ("subject_label", "ends_on"),
        "cancel_reason",
    )
    list_display = (
        "label",
        "customer",
        status_column("status", SUBSCRIPTION, label=_("status")),
        "cycle",
        "next_billing_on",
        "auto_renew",
    )
    list_select_related = ("customer",)
    list_filter: ClassVar[Any] = ("status", "cycle", "auto_renew", "next_billing_on")
    search_fields = ("label", "subject_label", "customer__search_text")
    searched_by: ClassVar[Any] = {"services": "subject_id", "customers": "customer_id"}
    ordering = ("-id",)
    acts = (
        Act(
            name="bill-skipped",
            label=_("Bill the days without an invoice"),
            permission="subscriptions:update",
            run=_skipped_billed,
            explanation=_("At the subscription's own price. Paying it renews nothing again."),
            applies=_has_skipped,
            tone="main",
        ),
        Act(
            name="give-skipped",
            label=_("Accept them as goodwill"),
            permission="credits:grant",
            run=_skipped_given,
            form=ReasonForm,
            explanation=_("Nothing is billed for these days, now or later."),
            applies=_has_skipped,
        ),
        Act(
            name="renewal",
            label=_("Switch renewal"),
            permission="subscriptions:update",
            run=_renewal_turned,
            applies=_is_running,
        ),
        Act(
            name="cancel",
            label=_("Cancel to the end of the period"),
            permission="subscriptions:update",
            run=_cancelled,
            form=ReasonForm,
            applies=_is_running,
        ),
        Act(
            name="end",
            label=_("End now"),
            permission="subscriptions:update",
            run=_ended,
            form=ReasonForm,
            applies=_is_running,
            tone="danger",
        ),
    )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            coming = upcoming_invoices(row.customer, subscriptions=[row])
            periods = row.periods.select_related("invoice").order_by("-period_start")
            context.update(
                row_foot="billing/admin/subscription_foot.html",
                subscription=row,
                upcoming=coming[0] if coming else None,
                card=default_card(row.customer_id),
                periods=list(periods[:PERIODS]),
                skipped=list(row.skipped.select_related("invoice").order_by("-period_start")),
            )
        return super().render_change_form(request, context, *args, **kwargs)
