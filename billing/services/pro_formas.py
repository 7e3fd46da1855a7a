"""Pro-formas: what asks for money before there is an invoice. Never a tax invoice."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction

from billing.choices import DocumentKind, ProFormaStatus
from billing.errors import ProFormaNotOpen
from billing.events import ProFormaCancelled, ProFormaCreated
from billing.models import Document, ProForma
from billing.selectors.parties import buyer_of, present_tenant
from billing.services.documents import currency_for, document_issue, document_new
from billing.services.lines import LineInput, lines_prepare
from billing.services.locks import locked_pro_forma
from billing.services.refused_charges import refused_charges_settled
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now, business_today
from ispplatform.core.events import publish
from ispplatform.core.subjects import Subject, subject_of


def proforma_create(
    *,
    actor: Actor,
    customer: Customer,
    lines: Sequence[LineInput],
    subject: Subject,
    due_on: date,
    currency: str = "",
    notes: str = "",
) -> Document:
    """Issue a pro-forma; paying it issues the invoice in the same transaction.

    The caller has checked that ``actor`` may order for this customer.

    Args:
        subject: what it is made for, for example an order.
        currency: empty: the customer's, else the tenant's.

    Raises:
        DocumentEmpty, DocumentNegative, InvalidInput: about the lines.
        CustomerCurrencyFixed: the customer's documents are in another currency.
    """
    tenant = present_tenant()
    today = business_today(tenant)
    currency = currency_for(customer, tenant, currency)
    buyer = buyer_of(customer, on=today)
    prepared = lines_prepare(lines, decision=buyer.tax, currency=currency)
    with transaction.atomic():
        document = document_new(
            kind=DocumentKind.PRO_FORMA,
            customer=customer,
            tenant=tenant,
            currency=currency,
            decision=buyer.tax,
            buyer=buyer.snapshot,
            subject=subject,
            due_on=due_on,
            notes=notes,
        )
        document_issue(document, prepared, actor=actor, tenant=tenant, wanted_on=today)
        ProForma.objects.create(id=document.pk, document=document, customer=customer)
        audit(
            "billing.proforma_create",
            actor=actor,
            subject=subject_of(document),
            after={"gross": document.gross_total, "currency": currency},
            customer_id=customer.pk,
        )
        publish(
            ProFormaCreated(
                document_id=document.pk,
                number=document.number,
                customer_id=customer.pk,
                gross=document.gross_total,
                currency=currency,
                due_date=document.due_on,
                subject_type=subject.type,
                subject_id=subject.id,
            ),
            subject=subject_of(document),
            customer_id=customer.pk,
        )
    return document


def proforma_cancel(*, actor: Actor, document_id: UUID, reason: str) -> ProForma:
    """Stop asking for the money; money that still comes becomes credit.

    The caller has checked that ``actor`` may cancel what it was made for.

    Raises:
        InvoiceNotFound: there is no such pro-forma.
        ProFormaNotOpen: it was paid or cancelled before.
    """
    with transaction.atomic():
        state = locked_pro_forma(document_id)
        if state.status != ProFormaStatus.OPEN:
            raise ProFormaNotOpen(f"{state} is {state.get_status_display()}.")
        state.status = ProFormaStatus.CANCELLED
        state.cancelled_at = business_now(present_tenant())
        state.cancel_reason = reason[:500]
        state.save(update_fields=["status", "cancelled_at", "cancel_reason"])
        document = state.document
        refused_charges_settled(document, resolution=f"The pro-forma was cancelled: {reason}"[:500])
        audit(
            "billing.proforma_cancel",
            actor=actor,
            subject=subject_of(document),
            reason=reason,
            before={"status": ProFormaStatus.OPEN},
            after={"status": state.status},
            customer_id=state.customer_id,
        )
        publish(
            ProFormaCancelled(
                document_id=document.pk,
                number=document.number,
                customer_id=state.customer_id,
                reason=reason,
                subject_type=document.subject_type,
                subject_id=document.subject_id,
            ),
            subject=subject_of(document),
            customer_id=state.customer_id,
        )
    return state
