"""The audit trail and the permits that open frozen rows: to be read, never to be changed."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import display
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter, TextFilter

from ispplatform.core.admin.base import ReadOnlyTenantAdmin
from ispplatform.core.admin.columns import actor_column, age_column, code_column, text_column
from ispplatform.core.admin.history import entry_changes
from ispplatform.core.admin.words import code_words
from ispplatform.core.models import AuditEntry, PurgePermit


class ActFilter(TextFilter):
    """Finds an act by its full name, for example ``billing.invoice_void``."""

    title = _("act")
    parameter_name = "act"

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        wanted = self.value()
        return queryset.filter(act=wanted) if wanted else queryset


class ActorFilter(TextFilter):
    """Finds what one person or key did, by the label that the trail keeps."""

    title = _("who")
    parameter_name = "who"

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        wanted = self.value()
        return queryset.filter(values__actor_label=wanted) if wanted else queryset


BY = actor_column("values__actor_label", label=_("by"))


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyTenantAdmin):
    """Who did what to what, when and why."""

    nothing_yet = _("Who did what, when and why stands here and cannot be changed.")
    permission_resource = "audit"
    list_display = (
        age_column("created_at", label=_("when")),
        code_column("act", label=_("act")),
        text_column("values__subject_label", label=_("about")),
        BY,
        text_column("values__reason", label=_("reason")),
    )
    list_select_related = ("values",)
    list_display_links = ("created_at", "act")
    list_filter = (
        ActFilter,
        ActorFilter,
        "actor_type",
        ("created_at", RangeDateTimeFilter),
    )
    search_fields = ("=reference", "=request_id", "=values__subject_label")
    searched_by: ClassVar[Any] = {"customers": "customer_id"}
    searched_exactly = ("reference", "request_id", "values__subject_label")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("subject", "reason")}),
        (_("Who"), {"fields": (BY, "on_behalf_of", "created_at")}),
        (_("Request"), {"fields": ("reference", "whole_request")}),
    )
    readonly_fields = ("subject", "reason", BY, "on_behalf_of", "reference")

    @display(description=_("subject"))
    def subject(self, row: AuditEntry) -> str:
        """Return what the act was done to."""
        return f"{code_words(row.subject_type)} {row.subject_label}".strip()

    @display(description=_("request"))
    def whole_request(self, row: AuditEntry) -> str:
        """Return the whole id of the request, as logs have it."""
        return row.request_id

    def title_of(self, row: AuditEntry) -> str:
        return f"{code_words(row.act)}: {row.subject_label or code_words(row.subject_type)}"

    @display(description=_("reason"))
    def reason(self, row: AuditEntry) -> str:
        """Return why, in the actor's words."""
        return row.reason

    @display(description=_("on behalf of"))
    def on_behalf_of(self, row: AuditEntry) -> str:
        """Return as which customer it was done."""
        return row.on_behalf_of

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["row_foot"] = "admin/house/entry_values.html"
        context["changes"] = entry_changes(context["original"])
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(PurgePermit)
class PurgePermitAdmin(ReadOnlyTenantAdmin):
    """The permits to change or delete frozen rows, each with its reason."""

    nothing_yet = _("Permits to change what is otherwise frozen stand here, each with its reason.")
    permission_resource = "audit"
    list_display = ("reason", "actor_label", "created_at", "expires_at")
    ordering = ("-id",)
