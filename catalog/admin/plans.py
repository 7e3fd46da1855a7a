"""Plans in the back office, with their prices and how the shop will show them."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from catalog.admin.forms import PlanForm, PriceForm, price_initial
from catalog.choices import PlanType
from catalog.models import Plan, Price
from catalog.rules.sentences import price_sentence
from catalog.selectors.plans import plans_with_prices
from catalog.services import PriceData, plan_create, plan_update, price_set
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act
from ispplatform.core.admin.base import TenantAdmin
from ispplatform.core.admin.requests import actor_of
from ispplatform.core.clock import business_today
from ispplatform.core.pages.formats import format_locale
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id

VERSIONS = 30


def sentence_of(price: Price) -> str:
    """Return a price in a sentence, in the reader's language."""
    return price_sentence(
        amount=price.amount,
        renews_at=price.renews_at,
        setup_amount=price.setup_amount,
        currency=price.currency,
        cycle=price.cycle,
        locale=format_locale(get_language() or "en"),
    )


def _set_price(actor: Actor, row: Plan, values: Mapping[str, Any]) -> str:
    given = dict(values)
    day = given.pop("valid_from")
    price = price_set(actor=actor, plan=row, price=PriceData(**given), valid_from=day)
    return gettext("From %(day)s on: %(price)s.") % {
        "day": price.valid_from,
        "price": sentence_of(price),
    }


def _take_out(actor: Actor, row: Plan, values: Mapping[str, Any]) -> str:
    plan_update(actor=actor, plan=row, is_public=False)
    return gettext("The shop does not show it any more; staff can still sell it.")


def _put_in(actor: Actor, row: Plan, values: Mapping[str, Any]) -> str:
    plan_update(actor=actor, plan=row, is_public=True)
    return gettext("The shop shows it.")


@admin.register(Plan)
class PlanAdmin(TenantAdmin):
    """What is for sale."""

    nothing_yet = _(
        "What is sold stands here: endings of domains, web hosting, mailboxes. Make the "
        "first plan, then set its price."
    )
    permission_resource = "plans"
    create_permission = "plans:create"
    update_permission = "plans:update"
    editable_fields = (
        "type",
        "tld",
        "code",
        "name",
        "description",
        "features",
        "customer_type",
        "domain_offers",
        "parameters",
        "is_active",
        "is_public",
        "sort_order",
    )
    fixed_fields = ("type",)
    form = PlanForm
    change_form_template = "catalog/admin/plan.html"
    list_display = ("name", "type", "price_now", "is_public", "is_active")
    list_filter = ("type", "is_public", "is_active", "customer_type")
    search_fields = ("name", "code", "tld")
    ordering = ("sort_order", "name")
    fieldsets = (
        (None, {"fields": ("type", "tld", "code", "name", "description", "features")}),
        (_("Sale"), {"fields": ("customer_type", "is_active", "is_public", "sort_order")}),
        (_("What is set up"), {"fields": ("domain_offers", "parameters")}),
    )
    acts = (
        Act(
            name="price",
            label=_("Set a price"),
            permission="plans:update",
            run=_set_price,
            form=PriceForm,
            initial=price_initial,
            explanation=_("The price in force ends on the day on which the new one begins."),
            tone="main",
        ),
        Act(
            name="hide",
            label=_("Take out of the shop"),
            permission="plans:update",
            run=_take_out,
            applies=lambda row: row.is_public,
        ),
        Act(
            name="show",
            label=_("Put into the shop"),
            permission="plans:update",
            run=_put_in,
            applies=lambda row: not row.is_public,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        today = business_today(tenant_by_id(current_tenant_id()))
        return plans_with_prices(Plan.objects.all(), on=today).order_by(*self.ordering)

    def page_sets(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = super().page_sets(request, obj)
        if obj is None or obj.type == PlanType.DOMAIN:
            return shown
        return [
            (title, {**part, "fields": [name for name in part["fields"] if name != "tld"]})
            for title, part in shown
        ]

    @display(description=_("price today"))
    def price_now(self, row: Any) -> str:
        """Return the first price in force, and how many there are beside it."""
        if not row.current_prices:
            return "—"
        more = len(row.current_prices) - 1
        first = sentence_of(row.current_prices[0])
        return f"{first} (+{more})" if more else first

    def service_create(self, actor: Actor, values: dict[str, Any]) -> models.Model:
        return plan_create(actor=actor, **values)

    def service_update(
        self, actor: Actor, row: models.Model, values: dict[str, Any]
    ) -> models.Model:
        return plan_update(actor=actor, plan=row, **values)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            today = business_today(tenant_by_id(current_tenant_id()))
            versions = row.prices.order_by("-valid_from", "-created_at")[:VERSIONS]
            may_end = actor_of(request).can("plans:update")
            context["versions"] = [_version(price, today, may_end) for price in versions]
            context["offers"] = [sentence_of(price) for price in row.current_prices]
        return super().render_change_form(request, context, *args, **kwargs)


def _version(price: Price, today: Any, may_end: bool) -> dict[str, Any]:
    is_over = price.valid_to is not None and price.valid_to <= today
    is_later = price.valid_from > today
    return {
        "price": price,
        "sentence": sentence_of(price),
        "state": "later" if is_later else "over" if is_over else "now",
        "end_url": (
            ""
            if is_over or not may_end
            else reverse("admin:catalog_price_act", args=[price.pk, "end"])
        ),
    }
