"""Customers' credit in the back office."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.admin.forms import CreditAddForm
from billing.choices import CreditKind
from billing.models import CreditEntry
from billing.services.credit import credit_grant, credit_take_back
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.admin.base import TenantAdmin
from ispplatform.core.admin.columns import age_column, money_column
from ispplatform.core.pages.formats import format_locale, money_text


def _taken_back(actor: Actor, row: CreditEntry, values: Mapping[str, Any]) -> str:
    entry = credit_take_back(actor=actor, credit_id=row.pk, reason=values["reason"])
    locale = format_locale(get_language() or "en")
    amount = money_text(entry.taken_back, entry.currency, locale)
    return _t("%(amount)s is taken back.") % {"amount": amount}


@admin.register(CreditEntry)
class CreditEntryAdmin(TenantAdmin):
    """Money of customers that we hold, and where it came from."""

    acts = (
        Act(
            name="take-back",
            label=_("Take back"),
            permission="credits:grant",
            run=_taken_back,
            form=ReasonForm,
            explanation=_(
                "For credit that was given by mistake. What is left of it is gone; what it has "
                "paid stays paid."
            ),
            applies=lambda row: row.kind == CreditKind.GOODWILL and row.remaining > 0,
            tone="danger",
        ),
    )
    nothing_yet = _(
        "Money of customers that no invoice has used yet stands here, by where it came from."
    )
    permission_resource = "credits"
    create_permission = "credits:grant"
    form = CreditAddForm
    editable_fields = tuple(CreditAddForm.base_fields)
    list_display = (
        "customer",
        "kind",
        money_column("amount", label=_("amount")),
        money_column("remaining", label=_("left")),
        "reason",
        age_column("created_at", label=_("since")),
    )
    list_select_related = ("customer",)
    list_filter: ClassVar[Any] = ("kind", "currency")
    search_fields = ("reason", "customer__search_text")
    ordering = ("-id",)

    def page_sets(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = ("customer", "kind", "amount", "remaining", "currency", "reason", "payment")
        if obj is not None and obj.taken_back:
            shown = (*shown, "taken_back")
        return ((None, {"fields": self.editable_fields if obj is None else (*shown, "document")}),)

    def title_of(self, row: CreditEntry) -> str:
        locale = format_locale(get_language() or "en")
        return _t("Credit of %(amount)s") % {"amount": money_text(row.amount, row.currency, locale)}

    def service_create(self, actor: Actor, values: dict[str, Any]) -> models.Model:
        return credit_grant(
            actor=actor,
            customer=values["customer_number"],
            amount=values["given"],
            reason=values["why"],
        )
