"""The ledger in the back office: to be read, never to be written."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import display
from django.utils.translation import gettext_lazy as _

from billing.models import JournalEntry, JournalLine, LedgerAccount
from ispplatform.core.admin.base import ReadOnlyInline, ReadOnlyTenantAdmin
from ispplatform.core.admin.words import code_words


class LineInline(ReadOnlyInline):
    """The lines of an entry; debits are positive."""

    model = JournalLine
    fields = ("account", "amount", "currency", "document")
    readonly_fields = fields
    ordering = ("pk",)


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyTenantAdmin):
    """Every money event, booked once."""

    nothing_yet = _("Every movement of money is booked here, twice, by itself.")
    permission_resource = "ledger"
    inlines = (LineInline,)
    list_display = ("booked_on", "words", "subject_label", "customer")
    fields = ("booked_on", "subject_label", "created_at")
    list_select_related = ("customer",)
    list_filter: ClassVar[Any] = ("kind", "booked_on", "currency")
    search_fields = ("subject_label", "customer__search_text")
    searched_by: ClassVar[Any] = {
        "documents": "subject_id",
        "payments": "subject_id",
        "customers": "customer_id",
    }
    ordering = ("-booked_on", "-id")

    @display(description=_("what"), ordering="kind")
    def words(self, row: JournalEntry) -> str:
        """Return what was booked, in words."""
        return code_words(row.kind)

    def title_of(self, row: JournalEntry) -> str:
        return f"{code_words(row.kind)}: {row.subject_label}"


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadOnlyTenantAdmin):
    """The chart of accounts."""

    nothing_yet = _("The accounts of the ledger are made with the first booking.")
    permission_resource = "ledger"
    list_display = ("code", "name", "kind", "role")
    ordering = ("code",)
