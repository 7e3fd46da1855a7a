"""Invoicing a pro-forma before its money came: what it asked for is owed from now on."""

from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing.choices import ProFormaStatus
from billing.errors import ProFormaNotOpen
from billing.models import Invoice
from billing.selectors.parties import present_tenant
from billing.selectors.pro_formas import money_held_for
from billing.services.attention import unmatched_money_settled
from billing.services.credit import credit_pay, credit_take
from billing.services.invoice_state import publish_issued, publish_paid, reduce_due
from billing.services.invoices import invoice_issue_from_proforma
from billing.services.locks import locked_pro_forma
from ispplatform.core.actors import Actor
from ispplatform.core.clock import business_now
from ispplatform.core.money import from_minor


def proforma_bill(*, actor: Actor, document_id: UUID) -> Invoice:
    """Issue a pro-forma's invoice now; it is open, due as every invoice, and followed up.

    Parts that came for the pro-forma pay their share of it at once. The caller has checked that
    ``actor`` may deliver before payment.

    Raises:
        InvoiceNotFound: there is no such pro-forma.
        ProFormaNotOpen: it was paid or cancelled before.
    """
    tenant = present_tenant()
    with transaction.atomic():
        proforma = locked_pro_forma(document_id)
        if proforma.status != ProFormaStatus.OPEN:
            raise ProFormaNotOpen(f"{proforma} is {proforma.get_status_display()}.")
        entries = list(money_held_for([document_id]).select_for_update(of=("self",)))
        nothing = from_minor(0, proforma.document.currency)
        held: Decimal = sum((entry.remaining for entry in entries), nothing)
        parts = credit_take(entries, min(held, proforma.document.gross_total))
        invoice = invoice_issue_from_proforma(actor=actor, proforma=proforma, paid_on=None)
        used = sum((part.amount for part in parts), nothing)
        is_paid = reduce_due(invoice, tenant=tenant, paid=used)
        invoice.save()
        proforma.status, proforma.invoice = ProFormaStatus.SETTLED, invoice
        proforma.settled_at = business_now(tenant)
        proforma.save(update_fields=["status", "invoice", "settled_at"])
        credit_pay(parts, invoice=invoice)
        unmatched_money_settled(part.entry.payment for part in parts if not part.entry.remaining)
        publish_issued(invoice)
        if is_paid:
            publish_paid(invoice)
    return invoice
