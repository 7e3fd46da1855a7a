"""The list of customers, and the page on which staff see everything about one."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import SimpleListFilter, display
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from customers.admin.acts import HEAD_ACTS, PANEL_ACTS
from customers.admin.forms import AddForm, address_data, person_values
from customers.models import Customer
from customers.selectors.figures import customers_with_figures
from customers.services import customer_create
from customers.slots import customer_acts, customer_facts, customer_panels
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import acts_for
from ispplatform.core.admin.base import TenantAdmin
from ispplatform.core.admin.columns import age_column, status_column
from ispplatform.core.admin.requests import actor_of
from ispplatform.core.money import from_minor
from ispplatform.core.pages.formats import format_locale, money_text

Content = dict[str, Any]
FOUND_AT_ONCE = 1_000


class DeletedFilter(SimpleListFilter):
    """Leaves deleted customers out unless they are asked for."""

    title = _("deleted")
    parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Deleted ones"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(deleted_at__isnull=self.value() != "yes")


@admin.register(Customer)
class CustomerAdmin(TenantAdmin):
    """Customers; the page of one is put together from panels that every app adds."""

    nothing_yet = _(
        "Whoever orders in the shop becomes a customer here; you can also make one yourself."
    )
    permission_resource = "customers"
    create_permission = "customers:create"
    acts = (*HEAD_ACTS, *PANEL_ACTS)
    editable_fields = tuple(AddForm.base_fields)
    form = AddForm
    change_form_template = "customers/admin/customer.html"
    has_head = False
    list_display = (
        "customer_number",
        "display_name",
        status_column("status", "customers.customer", label=_("status")),
        "email",
        "owed",
        "services",
        age_column("created_at", label=_("since")),
    )
    list_display_links = ("customer_number", "display_name")
    list_filter: ClassVar[Any] = ("status", "customer_type", DeletedFilter, "tags")
    search_fields = ("search_text",)
    search_help_text = _("Name, company, number, e-mail, telephone or portal id")
    ordering = ("-created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        rows = Customer.objects.select_related("assigned_to")
        return customers_with_figures(rows).order_by(*self.ordering)

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        found = queryset.order_by().matching(search_term)
        ids = list(found.values_list("pk", flat=True)[: FOUND_AT_ONCE + 1])
        if len(ids) > FOUND_AT_ONCE:
            return queryset.matching(search_term), False
        return self.narrowed(queryset, ids), False  # the texts are looked through once

    @display(description=_("owed"))
    def owed(self, row: Any) -> SafeString:
        """Return what the customer owes."""
        return format_html('<span class="money">{}</span>', owed_text(row))

    @display(description=_("services"), ordering="services_count")
    def services(self, row: Any) -> int:
        """Return how many services the customer has."""
        return int(row.services_count or 0)

    # ------------------------------------------------------------------------------- adding

    def page_sets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return ((None, {"fields": ("customer_number",)}),)
        person = ["customer_type", "company_name", "first_name", "last_name", "email", "phone"]
        address = ["name", "street", "street2", "postal_code", "city", "state", "country"]
        more = ["language", "time_zone", "vat_number", "industry", "size"]
        return (
            (_("Who"), {"fields": person}),
            (_("Address"), {"fields": address}),
            (_("More"), {"fields": [*more, "looked_after_by", "tags", "pin"]}),
        )

    def service_create(self, actor: Actor, values: Content) -> models.Model:
        return customer_create(
            actor=actor,
            address=address_data(values),
            note=values["pin"],
            **person_values(values),
        )

    # ----------------------------------------------------------------------------- the page

    def render_change_form(
        self, request: HttpRequest, context: Content, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        response = super().render_change_form(request, context, *args, **kwargs)
        row = kwargs.get("obj")
        shown = getattr(response, "context_data", None)
        if row is not None and shown is not None:
            shown.update(self._page(request, row))
        return response

    def _page(self, request: HttpRequest, row: Any) -> Content:
        actor = actor_of(request)
        urls = {
            act.name: reverse("admin:customers_customer_act", args=[row.pk, act.name])
            for act in acts_for(self.every_act(), row, actor)
        }
        frame = {"request": request, "customer": row, "actor": actor, "act_urls": urls}
        panels = [panel for panel in customer_panels.items() if actor.can(panel.permission)]
        read = {panel.key: panel.context(row, actor) for panel in panels}
        # The head says what two of the panels have read, which tell the pinned note first.
        accounts = read["log-ins"]["accounts"]
        notes = read["notes"]["notes"] if "notes" in read else []
        return {
            "acts": [
                {"act": act, "url": urls[act.name]}
                for act in sorted(self.every_act(), key=lambda act: act.tone == "danger")
                if act.name in urls and act not in PANEL_ACTS
            ],
            "links": [
                {"label": act.label, "url": url}
                for act in customer_acts.items()
                if actor.can(act.permission) and (url := act.url(row))
            ],
            "facts": [
                {"label": fact.label, "value": value}
                for fact in customer_facts.items()
                if actor.can(fact.permission) and (value := fact.value(row))
            ],
            "panels": [
                {
                    "key": panel.key,
                    "title": panel.title,
                    "html": render_to_string(panel.template, {**frame, **read[panel.key]}),
                }
                for panel in panels
            ],
            "owed": owed_text(row),
            "portal_ids": [account.portal_id for account in accounts[:5]],
            "pinned": next((note for note in notes if note.is_pinned), None),
            "tags": list(row.tags.all()),
        }


def owed_text(row: Any) -> str:
    """Return what a customer that ``customers_with_figures`` has read owes; credit is beside it."""
    amount = from_minor(row.amount_owed or 0, row.figures_currency)
    return money_text(amount, row.figures_currency, format_locale(get_language() or "en"))
