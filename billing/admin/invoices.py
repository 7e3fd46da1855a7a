"""Invoices in the back office."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import display
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.admin.forms import (
    LINES,
    CreditNoteForm,
    InvoiceAddForm,
    RecordForm,
    lines_typed,
)
from billing.choices import InvoiceStatus
from billing.models import Document, Invoice, PaymentAllocation
from billing.office_dunning import dunning_history, invoice_line
from billing.selectors.invoices import document_by_id
from billing.selectors.payments import credit_of
from billing.services.credit import credit_apply
from billing.services.credit_notes import invoice_credit, invoice_void
from billing.services.files import document_pdf, pdf_name
from billing.services.invoices import (
    invoice_draft,
    invoice_issue,
    invoice_issue_draft,
    invoice_send,
)
from billing.services.payments import payment_record
from billing.statuses import INVOICE
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.admin.base import TenantAdmin
from ispplatform.core.admin.columns import money_column, status_column
from ispplatform.core.admin.requests import actor_of
from ispplatform.core.errors import NotFound

Values = Mapping[str, Any]
STATUS = status_column("status", INVOICE, label=_("status"))
TOTAL = money_column("gross_total", label=_("total"))
DUE = money_column("amount_due", label=_("open"))
PAID = money_column("amount_paid", label=_("paid"))
CREDITED = money_column("amount_credited", label=_("credited"))
REFUNDED = money_column("amount_refunded", label=_("refunded"))
CHARGED_BACK = money_column("amount_charged_back", label=_("charged back"))
AMOUNTS = (STATUS, TOTAL, DUE, PAID, CREDITED, REFUNDED, CHARGED_BACK)
STATE_FIELDS = (
    ("customer", STATUS),
    ("issue_date", "due_date"),
    (TOTAL, DUE),
    (PAID, CREDITED),
    (REFUNDED, "sent_at"),
    (CHARGED_BACK, "disputed"),
    ("paid_at", "voided_at"),
    "void_reason",
)


def _issued(actor: Actor, row: Invoice, values: Values) -> str:
    invoice = invoice_issue_draft(actor=actor, invoice_id=row.pk)
    return _t("Issued as %(number)s.") % {"number": invoice.number}


def _sent(actor: Actor, row: Invoice, values: Values) -> str:
    invoice_send(actor=actor, invoice_id=row.pk)
    return _t("The invoice is on its way to the billing contacts.")


def _recorded(actor: Actor, row: Invoice, values: Values) -> str:
    payment = payment_record(actor=actor, customer=row.customer, document=row.document, **values)
    return _t("%(amount)s %(currency)s recorded.") % {
        "amount": payment.amount_settled,
        "currency": payment.currency,
    }


def _credited(actor: Actor, row: Invoice, values: Values) -> str:
    note = invoice_credit(actor=actor, invoice_id=row.pk, **values)
    return _t("Credit note %(number)s issued.") % {"number": note.number}


def _voided(actor: Actor, row: Invoice, values: Values) -> str:
    invoice_void(actor=actor, invoice_id=row.pk, **values)
    return _t("The invoice is void.")


def _credit_used(actor: Actor, row: Invoice, values: Values) -> str:
    invoice = credit_apply(actor=actor, invoice_id=row.pk)
    return _t("Paid with credit; %(due)s %(currency)s are open.") % {
        "due": invoice.amount_due,
        "currency": invoice.currency,
    }


def _is_draft(row: Invoice) -> bool:
    return bool(row.status == InvoiceStatus.DRAFT)


def _may_be_credited(row: Invoice) -> bool:
    closed = row.status in {InvoiceStatus.DRAFT, InvoiceStatus.CANCELLED}
    return not closed and row.amount_credited < row.gross_total


@admin.register(Invoice)
class InvoiceAdmin(TenantAdmin):
    """Invoices: what is owed, what was paid, and what staff do about it."""

    nothing_yet = _("Invoices stand here as soon as an order is paid or a renewal is due.")
    permission_resource = "invoices"
    since_fields: ClassVar[Mapping[str, str]] = {
        InvoiceStatus.SENT: "issue_date",
        InvoiceStatus.OVERDUE: "due_date",
        InvoiceStatus.PAID: "paid_at",
        InvoiceStatus.CANCELLED: "voided_at",
    }
    create_permission = "invoices:create"
    form = InvoiceAddForm
    editable_fields = tuple(InvoiceAddForm.base_fields)
    list_display = (
        "name",
        "customer",
        STATUS,
        "issue_date",
        "due_date",
        TOTAL,
        DUE,
    )
    list_select_related = ("customer",)
    list_filter: ClassVar[Any] = ("status", "disputed", "issue_date", "currency")
    search_fields = ("number", "customer__search_text")
    searched_by: ClassVar[Any] = {"documents": "pk", "customers": "customer_id"}
    ordering = ("-id",)
    acts = (
        Act(
            name="issue",
            label=_("Issue"),
            permission="invoices:create",
            run=_issued,
            applies=_is_draft,
            tone="main",
        ),
        Act(
            name="record",
            label=_("Record payment"),
            permission="payments:record",
            run=_recorded,
            form=RecordForm,
            applies=lambda row: row.is_open,
            initial=lambda row: {"amount": row.amount_due, "reference": row.number},
            tone="main",
        ),
        Act(
            name="use-credit",
            label=_("Pay with credit"),
            permission="credits:apply",
            run=_credit_used,
            applies=lambda row: row.is_open and credit_of(row.customer, row.currency) > 0,
        ),
        Act(
            name="send",
            label=_("Mail to customer"),
            permission="invoices:send",
            run=_sent,
            applies=lambda row: row.status != InvoiceStatus.CANCELLED,
        ),
        Act(
            name="credit",
            label=_("Credit note"),
            permission="credit_notes:create",
            run=_credited,
            form=CreditNoteForm,
            applies=_may_be_credited,
        ),
        Act(
            name="void",
            label=_("Make void"),
            permission="invoices:void",
            run=_voided,
            form=ReasonForm,
            explanation=_("An issued invoice is fully credited; its number stays given."),
            applies=lambda row: row.is_open or _is_draft(row),
            tone="danger",
        ),
    )

    @display(description=_("number"), ordering="number")
    def name(self, row: Invoice) -> str:
        """Return the number, or that it has none yet."""
        return row.number or _t("Draft")

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "documents/<uuid:document_id>/pdf/",
                self.admin_site.admin_view(self.pdf_view),
                name="billing_document_pdf",
            ),
            *super().get_urls(),
        ]

    def pdf_view(self, request: HttpRequest, document_id: str) -> HttpResponse:
        """Give a document as PDF."""
        try:
            document = document_by_id(document_id, actor=actor_of(request))
        except NotFound as error:
            raise Http404 from error
        if document.issued_at is None:
            raise Http404
        answer = HttpResponse(document_pdf(document), content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{pdf_name(document)}"'
        return answer

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invoice]:
        return super().get_queryset(request).select_related("customer", "document")

    def page_sets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return ((None, {"fields": STATE_FIELDS}),)
        lines: list[Any] = []
        for number in range(1, LINES + 1):
            lines += [f"label_{number}", (f"quantity_{number}", f"price_{number}")]
        return (
            (None, {"fields": ("customer_number", "issue_now", "due_on", "text")}),
            (_("Lines"), {"fields": lines}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), *AMOUNTS)

    def service_create(self, actor: Actor, values: dict[str, Any]) -> models.Model:
        make = invoice_issue if values["issue_now"] else invoice_draft
        return make(
            actor=actor,
            customer=values["customer_number"],
            lines=lines_typed(values),
            due_on=values["due_on"],
            notes=values["text"],
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            context.update(invoice_page(row, actor_of(request)))
        return super().render_change_form(request, context, *args, **kwargs)


def invoice_page(row: Invoice, actor: Actor) -> dict[str, Any]:
    """Return what the page of an invoice shows."""
    document = row.document
    allocations = PaymentAllocation.objects.filter(invoice=row).select_related("payment")
    return {
        "row_foot": "billing/admin/invoice_foot.html",
        "dunning": invoice_line(row, actor),
        "dunning_steps": dunning_history(row),
        "invoice": row,
        "document": document,
        "lines": list(document.lines.all()),
        "taxes": list(document.taxes.all()),
        "allocations": list(allocations.order_by("pk")),
        "credit_uses": list(row.credit_uses.order_by("pk")),
        "corrections": list(Document.objects.filter(corrects=document).order_by("pk")),
        "pdf_url": pdf_url(document) if document.issued_at else "",
    }


def pdf_url(document: Document) -> str:
    """Return the address of a document's PDF in the back office."""
    return reverse("admin:billing_document_pdf", args=[document.pk])


def pdf_link(document: Document) -> SafeString | None:
    """Return a link to a document's PDF; nothing for a draft."""
    if document.issued_at is None:
        return None
    return format_html('<a href="{}">PDF</a>', pdf_url(document))
