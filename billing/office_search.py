"""How documents and money are found: by number, bank reference, a gateway's id, a card's end."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from billing.models import Dispute, Document, GatewayCustomer, Payment, PaymentMethod, Refund
from billing.statuses import INVOICE, PAYMENT, PRO_FORMA, REFUND
from ispplatform.core.pages.formats import format_locale, money_text
from ispplatform.core.pages.statuses import StatusWords, status_words
from ispplatform.core.request_ids import reference_of
from ispplatform.core.search import Found, SearchFeed, SearchKind, feed_search, search_kinds
from ispplatform.core.search.terms import exactly, names, numbers, read_out, together


def _money(amount: Any, currency: str) -> str:
    return money_text(amount, currency, format_locale(get_language() or "en"))


def _documents_shown(ids: Collection[UUID]) -> Iterator[Found]:
    rows = Document.objects.filter(pk__in=ids)
    for row in rows.select_related("customer", "invoice", "pro_forma"):
        is_invoice = hasattr(row, "invoice")
        page = "invoice" if is_invoice else "document"
        yield Found(
            id=row.pk,
            title=row.number,
            detail=f"{row.get_kind_display()} · {_money(row.gross_total, row.currency)}",
            owner=row.customer.display_name,
            status=_document_words(row),
            url=reverse(f"admin:billing_{page}_change", args=[row.pk]),
        )


def _document_words(row: Document) -> StatusWords | None:
    if hasattr(row, "invoice"):
        return status_words(INVOICE, row.invoice.status)
    if hasattr(row, "pro_forma"):
        return status_words(PRO_FORMA, row.pro_forma.status)
    return None


def _payments_shown(ids: Collection[UUID]) -> Iterator[Found]:
    for row in Payment.objects.filter(pk__in=ids).select_related("customer"):
        yield Found(
            id=row.pk,
            title=str(row),
            detail=_money(row.amount, row.currency),
            owner=row.customer.display_name,
            status=status_words(PAYMENT, row.state),
            url=reverse("admin:billing_payment_change", args=[row.pk]),
        )


def _refunds_shown(ids: Collection[UUID]) -> Iterator[Found]:
    for row in Refund.objects.filter(pk__in=ids).select_related("customer"):
        yield Found(
            id=row.pk,
            title=_money(row.amount, row.currency),
            detail=row.gateway_reference,
            owner=row.customer.display_name,
            status=status_words(REFUND, row.state),
            url=reverse("admin:billing_refund_change", args=[row.pk]),
        )


def _cards_shown(ids: Collection[UUID]) -> Iterator[Found]:
    for row in PaymentMethod.objects.filter(pk__in=ids).select_related("customer"):
        yield Found(
            id=row.pk,
            title=str(row),
            detail=_("removed") if row.removed_at else row.expires,
            owner=row.customer.display_name,
            url=reverse("admin:billing_paymentmethod_change", args=[row.pk]),
        )


for order, kind in enumerate(
    (
        SearchKind(
            key="documents",
            label=gettext_lazy("Documents"),
            icon="file-text",
            permission="invoices:read",
            show=_documents_shown,
        ),
        SearchKind(
            key="payments",
            label=gettext_lazy("Payments"),
            icon="wallet",
            permission="payments:read",
            show=_payments_shown,
        ),
        SearchKind(
            key="refunds",
            label=gettext_lazy("Refunds"),
            icon="undo-2",
            permission="payments:read",
            show=_refunds_shown,
        ),
        SearchKind(
            key="cards",
            label=gettext_lazy("Payment methods"),
            icon="credit-card",
            permission="payment_methods:read",
            show=_cards_shown,
        ),
    ),
    start=50,
):
    search_kinds.fill(kind, order=order)

for feed in (
    SearchFeed(
        kind="documents",
        model=Document,
        fields=("number",),
        terms=lambda row: numbers(row.number),
    ),
    SearchFeed(
        kind="payments",
        model=Payment,
        fields=("id", "reference", "gateway_reference"),
        terms=lambda row: together(
            numbers(row.gateway_reference),
            names(row.reference),
            exactly(row.reference.replace(" ", "")),
            read_out(reference_of(str(row.pk))),
        ),
        version=2,
    ),
    SearchFeed(
        kind="payments",
        model=Dispute,
        fields=("reference",),
        subject="payment_id",
        terms=lambda row: numbers(row.reference),
    ),
    SearchFeed(
        kind="refunds",
        model=Refund,
        fields=("gateway_reference",),
        terms=lambda row: numbers(row.gateway_reference),
    ),
    SearchFeed(
        kind="cards",
        model=PaymentMethod,
        fields=("last_four", "gateway_reference"),
        terms=lambda row: together(exactly(row.last_four), numbers(row.gateway_reference)),
    ),
    SearchFeed(
        kind="customers",
        model=GatewayCustomer,
        fields=("reference",),
        subject="customer_id",
        terms=lambda row: numbers(row.reference),
    ),
):
    feed_search(feed)
