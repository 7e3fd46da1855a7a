"""Customers' credit in the back office."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from billing.admin.forms import CreditAddForm
from billing.models import CreditEntry
from billing.services.credit import credit_grant
from ispplatform.core.actors import Actor
from ispplatform.core.admin.base import TenantAdmin
from ispplatform.core.admin.columns import age_column, money_column


@admin.register(CreditEntry)
class CreditEntryAdmin(TenantAdmin):
    """Money of customers that we hold, and where it came from."""

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

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = ("customer", "kind", "amount", "remaining", "currency", "reason", "payment")
        return ((None, {"fields": self.editable_fields if obj is None else (*shown, "document")}),)

    def service_create(self, actor: Actor, values: dict[str, Any]) -> models.Model:
        return credit_grant(
            actor=actor,
            customer=values["customer_number"],
            amount=values["given"],
            reason=values["why"],
        )
