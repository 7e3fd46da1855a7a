"""What of a pro-forma is paid before there is an invoice."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import F, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.choices import CreditKind, ProFormaStatus
from billing.models import CreditEntry, Document, ProForma
from ispplatform.core.money import from_minor
from ispplatform.core.pages.formats import format_locale, money_text


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedFor:
    """What a pro-forma asks for: ``paid`` and ``due`` come to ``total`` while it is open."""

    total: Decimal
    paid: Decimal
    due: Decimal
    currency: str

    @property
    def is_paid_in_part(self) -> bool:
        """Tell whether some of it came and some is missing."""
        return bool(self.paid and self.due)

    def in_words(self) -> str:
        """Return how much of it is paid, as people read it."""
        locale = format_locale(get_language() or "en")
        return _("%(paid)s of %(total)s paid") % {
            "paid": money_text(self.paid, self.currency, locale),
            "total": money_text(self.total, self.currency, locale),
        }


def money_held_for(document_ids: Iterable[UUID]) -> QuerySet[CreditEntry]:
    """Return what is left of the parts that came for these pro-formas, oldest first."""
    return _held().filter(document__in=list(document_ids)).order_by("pk")


def held_for(document: Document) -> Decimal:
    """Return how much came for a pro-forma in parts and waits for the rest; else zero."""
    units = money_held_for([document.pk]).order_by().aggregate(n=Sum("remaining"))["n"]
    return from_minor(units or 0, document.currency)


def pro_forma_amounts(document_ids: Iterable[UUID]) -> dict[UUID, AskedFor]:
    """Return what each of these pro-formas asks for and what of it came; one query.

    One that was cancelled asks for nothing; one that was paid says what its invoice says.
    """
    parts = _held().filter(document=OuterRef("pk")).order_by().values("document")
    sums = Subquery(parts.annotate(n=Sum("remaining")).values("n"), output_field=IntegerField())
    rows = ProForma.objects.filter(pk__in=list(document_ids)).annotate(held_units=sums)
    return {
        row.pk: _asked_for(row, row.held_units or 0)
        for row in rows.select_related("document", "invoice")
    }


def asked_of_customer(customer_id: UUID) -> list[tuple[Document, AskedFor]]:
    """Return the customer's open pro-formas and what each asks for, oldest first; at most two
    queries.
    """
    rows = ProForma.objects.filter(customer_id=customer_id, status=ProFormaStatus.OPEN)
    documents = {row.pk: row.document for row in rows.select_related("document").order_by("pk")}
    asked = pro_forma_amounts(documents) if documents else {}
    return [(document, asked[pk]) for pk, document in documents.items()]


def _held() -> QuerySet[CreditEntry]:
    rows = CreditEntry.objects.filter(kind=CreditKind.PREPAID, remaining__gt=0)
    return rows.filter(currency=F("document__currency"))


def _asked_for(row: ProForma, units: int) -> AskedFor:
    document = row.document
    paid, due = from_minor(units, document.currency), from_minor(0, document.currency)
    if row.invoice is not None:
        paid, due = row.invoice.amount_paid, row.invoice.amount_due
    elif row.status == ProFormaStatus.OPEN:
        due = max(due, document.gross_total - paid)
    else:
        paid = due
    return AskedFor(total=document.gross_total, paid=paid, due=due, currency=document.currency)
