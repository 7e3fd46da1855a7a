"""Every version of every price; their plan's page leads here."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from catalog.admin.forms import EndForm
from catalog.models import Price
from catalog.services import price_end
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act
from ispplatform.core.admin.base import ReadOnlyTenantAdmin
from ispplatform.core.admin.columns import money_column
from ispplatform.core.pages.formats import date_text, format_locale


def _end(actor: Actor, row: Price, values: Mapping[str, Any]) -> str:
    ended = price_end(actor=actor, price=row, valid_to=values["valid_to"])
    return gettext("The price ends on %(day)s.") % {"day": ended.valid_to}


def _plan_page(row: Price) -> str:
    return reverse("admin:catalog_plan_change", args=[row.plan_id])


@display(description=_("sold"), ordering="valid_from")
def sold(row: Price) -> SafeString:
    """Return from when and until when the price is offered."""
    locale = format_locale(get_language() or "en")
    first = gettext("from %(day)s") % {"day": date_text(row.valid_from, locale)}
    if row.valid_to is None:
        return format_html('<span class="one-line">{}</span>', first)
    last = gettext("until %(day)s") % {"day": date_text(row.valid_to, locale)}
    return format_html('<span class="one-line">{}</span> <span>{}</span>', first, last)


@admin.register(Price)
class PriceAdmin(ReadOnlyTenantAdmin):
    """Versions of prices."""

    nothing_yet = _(
        "Prices of plans, past and present, stand here. A price is set on the page of its plan."
    )
    permission_resource = "plans"
    list_display = (
        "plan",
        "cycle",
        "customer_type",
        money_column("amount", label=_("first period")),
        money_column("renewal_amount", label=_("later")),
        money_column("setup_amount", label=_("set-up")),
        sold,
    )
    list_filter = ("currency", "cycle", "customer_type", "tax_included")
    list_select_related = ("plan",)
    search_fields = ("plan__name", "plan__code")
    ordering = ("plan__sort_order", "plan__name", "-valid_from")
    acts = (
        Act(
            name="end",
            label=_("Let it end"),
            permission="plans:update",
            run=_end,
            form=EndForm,
            explanation=_(
                "From that day on the plan is not sold at this price. Subscriptions keep it."
            ),
            leads_to=_plan_page,
        ),
    )
