"""All issued documents, pro-formas and credit notes too, and the series of numbers."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.admin.forms import NextNumberForm, SeriesAddForm
from billing.admin.invoices import pdf_link
from billing.choices import DocumentKind, ProFormaStatus
from billing.models import Document, DocumentLine, NumberSeries
from billing.selectors.pro_formas import pro_forma_amounts
from billing.services.numbers import series_continue
from billing.services.pro_formas import proforma_cancel
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.admin.base import ReadOnlyInline, ReadOnlyTenantAdmin, TenantAdmin
from ispplatform.core.admin.columns import money_column
from ispplatform.core.clock import business_today
from ispplatform.core.pages.formats import format_locale, number_text
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id

UNIT_PRICE = money_column("unit_price", label=_("price"))


class LineInline(ReadOnlyInline):
    """The lines of a document."""

    model = DocumentLine
    fk_name = "document"
    verbose_name_plural = _("Lines")
    fields = ("position", "label", "quantity", UNIT_PRICE, "rate", "net", "gross")
    readonly_fields = fields
    per_page = 50

    @display(description=_("tax rate"))
    def rate(self, row: DocumentLine) -> str:
        """Return the rate of tax in percent."""
        return f"{number_text(row.tax_percent, format_locale(get_language() or 'en'))} %"


def _cancelled(actor: Actor, row: Document, values: Mapping[str, Any]) -> str:
    proforma_cancel(actor=actor, document_id=row.pk, **values)
    return _t("The pro-forma is cancelled; money that still comes becomes credit.")


def _part_paid(row: Document) -> list[str]:
    asked = pro_forma_amounts([row.pk]).get(row.pk)
    if asked is None or not asked.is_paid_in_part:
        return []
    return [asked.in_words()]


def _is_open_pro_forma(row: Document) -> bool:
    state = getattr(row, "pro_forma", None)
    return state is not None and state.status == ProFormaStatus.OPEN


@admin.register(Document)
class DocumentAdmin(ReadOnlyTenantAdmin):
    """Documents as they were issued; the database refuses to change them."""

    nothing_yet = _("Every pro-forma, invoice and credit note stands here as it was issued.")
    permission_resource = "invoices"
    inlines = (LineInline,)
    list_display = (
        "__str__",
        "kind",
        "customer",
        "issue_date",
        money_column("gross_total", label=_("total")),
        "pdf",
    )
    list_select_related = ("customer",)
    list_filter: ClassVar[Any] = ("kind", "issue_date", "currency")
    search_fields = ("number", "subject_label", "customer__search_text")
    searched_by: ClassVar[Any] = {"documents": "pk", "customers": "customer_id"}
    ordering = ("-id",)
    acts = (
        Act(
            name="cancel",
            label=_("Cancel pro-forma"),
            permission="invoices:void",
            run=_cancelled,
            form=ReasonForm,
            applies=_is_open_pro_forma,
            tone="danger",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        return super().get_queryset(request).select_related("customer", "pro_forma", "invoice")

    def title_of(self, row: Document) -> str:
        return f"{row.get_kind_display()} {row}"

    @display(description="PDF")
    def pdf(self, row: Document) -> SafeString | None:
        """Return a link to the PDF."""
        return pdf_link(row)

    @display(description=_("state"))
    def state(self, row: Document) -> str:
        """Return where a pro-forma or an invoice stands."""
        for name in ("pro_forma", "invoice"):
            holder = getattr(row, name, None)
            if holder is not None:
                return " · ".join([str(holder.get_status_display()), *_part_paid(row)])
        return ""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (
            ("kind", "state"),
            "pdf",
            ("issue_date", "due_date"),
            ("tax_point", "tax_country"),
            ("net_total", "tax_total"),
            "gross_total",
            ("corrects", "made_from"),
            "subject_label",
            "reason",
            "notes",
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), "pdf", "state")


def _continued(actor: Actor, row: NumberSeries, values: Mapping[str, Any]) -> str:
    series_continue(actor=actor, kind=row.kind, year=row.year, next_number=values["next_number"])
    return _t("The next document bears number %(number)s.") % {"number": values["next_number"]}


@admin.register(NumberSeries)
class NumberSeriesAdmin(TenantAdmin):
    """The last number of each series."""

    nothing_yet = _("The last number of each kind of document and year stands here.")

    def page_sets(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = ("last", "last_issue_date") if obj is not None else self.editable_fields
        return ((None, {"fields": shown}),)

    def get_changeform_initial_data(self, request: HttpRequest) -> Any:
        tenant = tenant_by_id(current_tenant_id())
        return {"sort": DocumentKind.INVOICE, "in_year": business_today(tenant).year}

    def service_create(self, actor: Actor, values: dict[str, Any]) -> NumberSeries:
        return series_continue(
            actor=actor,
            kind=values["sort"],
            year=values["in_year"],
            next_number=values["next_number"],
        )

    def title_of(self, row: NumberSeries) -> str:
        return f"{row.get_kind_display()} {row.year}"

    permission_resource = "invoices"
    create_permission = "invoices:number"
    form = SeriesAddForm
    editable_fields = tuple(SeriesAddForm.base_fields)
    list_display = ("kind", "year", "last", "last_issue_date")
    ordering = ("-year", "kind")
    acts = (
        Act(
            name="continue",
            label=_("Set the next number"),
            permission="invoices:number",
            run=_continued,
            form=NextNumberForm,
            initial=lambda row: {"next_number": row.last + 1},
            explanation=_(
                "For a company that comes from another system. No number is given twice."
            ),
        ),
    )
