"""Customers' invoices: the list, one invoice, its PDF."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from billing.errors import InvoiceNotFound
from billing.models import Document
from billing.selectors.dunning import forecast_of
from billing.selectors.invoices import (
    document_by_id,
    invoice_by_id,
    invoices_for,
    outstanding_of_customer,
)
from billing.selectors.payments import credit_of, payments_for, pro_formas_to_pay
from billing.selectors.pro_formas import AskedFor, asked_of_customer
from billing.selectors.renewals import default_card, upcoming_invoices
from billing.services.files import document_pdf, pdf_name
from billing.words_dunning import customer_sentence
from customers.models import Customer
from customers.selectors import customer_by_id
from ispplatform.core.actors import Actor
from ispplatform.core.pages.access import customer_page

READ = "own_invoices:read"
PER_PAGE = 20
COMING = 5  # next invoices that the page shows


def actor_of(request: HttpRequest) -> Actor:
    """Return who looks at the page."""
    actor: Actor = request.actor
    return actor


def customer_of(request: HttpRequest) -> Customer:
    """Return the customer whose page it is."""
    actor = actor_of(request)
    if actor.customer_id is None:
        raise Http404
    return customer_by_id(actor.customer_id, actor=actor)


@require_safe
@customer_page(READ)
def home(request: HttpRequest) -> HttpResponse:
    """List the invoices, newest first, with what is owed and what credit there is."""
    actor = actor_of(request)
    customer = customer_of(request)
    tenant = request.tenant
    currency = customer.currency or tenant.currency
    rows = invoices_for(actor).order_by("-issue_date", "-pk")
    wants_open = request.GET.get("show") == "open"
    shown = rows.open() if wants_open else rows
    due, due_on = outstanding_of_customer(customer.pk, currency)
    tabs = [
        {"text": _("All"), "url": reverse("billing:home"), "is_current": not wants_open},
        {
            "text": _("Open"),
            "url": f"{reverse('billing:home')}?show=open",
            "is_current": wants_open,
        },
    ]
    context = {
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "tabs": tabs,
        "wants_open": wants_open,
        "due": due,
        "due_on": due_on,
        "credit": credit_of(customer, currency),
        "currency": currency,
        "asked": _asked(customer),
        **_coming(customer),
    }
    return render(request, "billing/home.html", context)


def _asked(customer: Customer) -> list[tuple[Document, AskedFor]]:
    rows = asked_of_customer(customer.pk)
    waiting = pro_formas_to_pay(document.pk for document, _asked_for in rows) if rows else set()
    return [row for row in rows if row[0].pk in waiting]


def _coming(customer: Customer) -> dict[str, Any]:
    """Return the next invoices, and the card that they are charged to."""
    coming = upcoming_invoices(customer)
    return {
        "coming": coming[:COMING],
        "more_coming": max(len(coming) - COMING, 0),
        "card": default_card(customer.pk) if coming else None,
    }


@require_safe
@customer_page(READ)
def invoice(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Show one invoice: lines, taxes, payments, credit notes."""
    actor = actor_of(request)
    try:
        row = invoice_by_id(invoice_id, actor=actor)
    except InvoiceNotFound as error:
        raise Http404 from error
    document = row.document
    forecast = forecast_of(row)
    context = {
        "invoice": row,
        "next_sentence": customer_sentence(forecast) if forecast is not None else "",
        "document": document,
        "lines": document.lines.all(),
        "taxes": document.taxes.all(),
        "payments": payments_for(actor).filter(allocations__invoice=row).distinct(),
        "corrections": Document.objects.filter(corrects=document).order_by("pk"),
    }
    return render(request, "billing/invoice.html", context)


@require_safe
@customer_page(READ)
def pdf(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Give a document as PDF."""
    try:
        document = document_by_id(document_id, actor=actor_of(request))
    except InvoiceNotFound as error:
        raise Http404 from error
    if document.issued_at is None:
        raise Http404
    answer = HttpResponse(document_pdf(document), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{pdf_name(document)}"'
    return answer
