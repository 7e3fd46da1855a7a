"""Invoices."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.filters import INVOICE_FILTERS, INVOICE_SORTS
from billing.api.lookups import customer_named, lines_of
from billing.api.serializers.dunning import DunningAnswer, dunning_shown
from billing.api.serializers.invoices import (
    CreditInput,
    InvoiceDetail,
    InvoiceInput,
    InvoiceRow,
    VoidInput,
)
from billing.models import Document, InvoiceQuerySet
from billing.selectors.invoices import invoices_for
from billing.services.credit_notes import invoice_credit, invoice_void
from billing.services.files import document_pdf, pdf_name
from billing.services.invoices import invoice_draft, invoice_issue, invoice_send
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.viewsets import (
    CreateAction,
    ListAction,
    RetrieveAction,
    StaffViewSet,
)
from ispplatform.core.external_refs.api import ExternalRefsAction, ExternalRefsInput
from ispplatform.core.external_refs.services import external_refs_set
from ispplatform.core.subjects import subject_of

PDF = "application/pdf"


class InvoiceViewSet(ExternalRefsAction, ListAction, RetrieveAction, CreateAction, StaffViewSet):
    """Invoices: what was billed, what is owed on it, and its corrections."""

    resource_name = "invoice"
    row_serializer = InvoiceRow
    detail_serializer = InvoiceDetail
    input_serializers = {
        "create": InvoiceInput,
        "void": VoidInput,
        "credit": CreditInput,
        "external_refs": ExternalRefsInput,
    }
    permissions_required = {
        "list": "invoices:read",
        "retrieve": "invoices:read",
        "create": "invoices:create",
        "send": "invoices:send",
        "void": "invoices:void",
        "credit": "credit_notes:create",
        "pdf": "invoices:read",
        "dunning": "invoices:read",
        "external_refs": "invoices:create",
    }
    file_media_types = (PDF,)
    filter_fields = INVOICE_FILTERS
    sort_fields = INVOICE_SORTS
    searchable = True

    def get_queryset(self) -> InvoiceQuerySet:
        return invoices_for(self.actor)

    def search(self, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        return queryset.filter(
            Q(number__iexact=text) | Q(customer__search_text__contains=text.casefold())
        )

    def perform_create(self, values: dict[str, Any]) -> UUID:
        make = invoice_issue if values["issue"] else invoice_draft
        invoice = make(
            actor=self.actor,
            customer=customer_named(values["customer_id"]),
            lines=lines_of(values),
            currency=values.get("currency", ""),
            due_on=values.get("due_date"),
            notes=values.get("notes", ""),
        )
        if refs := values.get("external_refs"):
            external_refs_set(subject=subject_of(invoice), refs=refs)
        return invoice.pk

    @action(detail=True, methods=["post"])
    def send(self, request: Request, id: UUID) -> Response:
        """Mail the invoice to the customer's billing contacts; a draft is issued first."""
        invoice_send(actor=self.actor, invoice_id=self.row().pk)
        return self.show(id, message="Invoice sent.")

    @action(detail=True, methods=["post"])
    def void(self, request: Request, id: UUID) -> Response:
        """Make an unpaid invoice void; an issued one is fully credited."""
        invoice_void(actor=self.actor, invoice_id=self.row().pk, **self.valid())
        return self.show(id, message="Invoice made void.")

    @action(detail=True, methods=["post"])
    def credit(self, request: Request, id: UUID) -> Response:
        """Issue a credit note over part or all of the invoice."""
        invoice_credit(actor=self.actor, invoice_id=self.row().pk, **self.valid())
        return self.show(id, status=201, message="Credit note issued.")

    @extend_schema(responses=DunningAnswer)
    @action(detail=True, methods=["get"])
    def dunning(self, request: Request, id: UUID) -> Response:
        """Return what happens next to an unpaid invoice, what holds it up, and what was done."""
        return ApiResponse(DunningAnswer(dunning_shown(self.row())).data)

    @extend_schema(responses={(200, PDF): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def pdf(self, request: Request, id: UUID) -> HttpResponse:
        """Return the invoice as PDF/A."""
        return pdf_answer(self.row().document)


def pdf_answer(document: Document) -> HttpResponse:
    """Return a document's PDF as a file to be saved.

    Raises:
        DocumentNotIssued: it is a draft.
    """
    answer = HttpResponse(document_pdf(document), content_type=PDF)
    answer["Content-Disposition"] = f'attachment; filename="{pdf_name(document)}"'
    return answer
