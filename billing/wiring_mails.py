"""What billing tells customers by mail."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse

from billing.choices import RefundMethod
from billing.models import Document, Invoice, Refund
from billing.preferences import BANK_ACCOUNT
from billing.selectors.declines import decline_facts
from billing.selectors.dunning import declined_charge, last_decline
from billing.selectors.parties import present_tenant
from billing.selectors.renewals import calendar_of_invoice, charge_day, default_card
from billing.selectors.unpaid_lines import suspendable_of
from billing.services.files import document_pdf, pdf_name
from billing.statuses import INVOICE
from ispplatform.core.events import DeliveredEvent
from ispplatform.core.pages.references import reference_of
from ispplatform.core.pages.statuses import standing_of
from notifications.declaring import declare_customer_mail
from notifications.slots import AttachedFile, Attachment, AttachmentSource, attachment_sources

DOCUMENTS = "billing.document"
BILLING = "billing"


def _load(document_id: UUID) -> AttachedFile:
    document = Document.objects.get(pk=document_id)
    return AttachedFile(
        name=pdf_name(document), content_type="application/pdf", content=document_pdf(document)
    )


attachment_sources.fill(AttachmentSource(key=DOCUMENTS, load=_load))


def _url(name: str, *args: Any) -> str:
    return present_tenant().base_url + reverse(name, args=args)


def _invoice(event: DeliveredEvent) -> Invoice | None:
    invoice_id = event.payload.get("invoice_id")
    return Invoice.objects.filter(pk=invoice_id).first() if invoice_id else None


def _document(event: DeliveredEvent) -> Document | None:
    document_id = event.payload.get("document_id")
    return Document.objects.filter(pk=document_id).first() if document_id else None


def _invoice_file(event: DeliveredEvent) -> Sequence[Attachment]:
    invoice = _invoice(event)
    return [] if invoice is None else [Attachment(source=DOCUMENTS, id=invoice.document_id)]


def _invoice_values(event: DeliveredEvent) -> dict[str, Any] | None:
    invoice = _invoice(event)
    if invoice is None:
        return None
    return {
        "number": invoice.number,
        "gross": invoice.gross_total,
        "amount_due": invoice.amount_due,
        "currency": invoice.currency,
        "due_date": invoice.due_date,
        "standing": standing_of(INVOICE, invoice),
        "bank": dict(BANK_ACCOUNT.of(present_tenant())),
        "url": _url("billing:invoice", invoice.pk),
        **_charge_values(invoice),
    }


def _charge_values(invoice: Invoice) -> dict[str, Any]:
    """Return which card a renewal is charged to, and when; nothing where none will be."""
    calendar = calendar_of_invoice(invoice)
    card = default_card(invoice.customer_id) if invoice.is_open else None
    if calendar is None or card is None or invoice.due_date is None:
        return {"card": "", "charge_on": None}
    charge_on = charge_day(invoice.due_date, calendar)
    return {"card": str(card) if charge_on else "", "charge_on": charge_on}


def _issued(event: DeliveredEvent) -> dict[str, Any] | None:
    """Say nothing about what is paid already, or was sent by somebody: that has its own mail."""
    values = _invoice_values(event)
    invoice = _invoice(event)
    if values is None or invoice is None or invoice.sent_at is not None:
        return None
    return values if values["amount_due"] else None


def _received(event: DeliveredEvent) -> dict[str, Any]:
    invoice = _invoice(event)
    return {
        "sum": event.payload["amount"],
        "currency": event.payload["currency"],
        "invoice_number": event.payload["invoice_number"],
        "amount_due": invoice.amount_due if invoice else None,
        "url": _url("billing:invoice", invoice.pk) if invoice else _url("billing:home"),
    }


def _pay_url(event: DeliveredEvent) -> str:
    document_id = event.payload.get("document_id")
    return _url("billing:pay", document_id) if document_id else _url("billing:home")


def _failed(event: DeliveredEvent) -> dict[str, Any] | None:
    """Say nothing where a reminder of this moment says it: one decline is one mail."""
    follows = declined_charge(UUID(event.payload["payment_id"]))
    if follows is not None and follows.mail_follows:
        return None
    return {
        **decline_facts(_document(event), present_tenant()),
        "reference": reference_of(event.payload["payment_id"]),
        "next_try_on": follows.next_try_on if follows is not None else None,
        "sum": event.payload["amount"],
        "currency": event.payload["currency"],
        "failure_message": event.payload["failure_message"],
        "url": _pay_url(event),
    }


def _unpaid(event: DeliveredEvent) -> dict[str, Any] | None:
    """Return what reminders and notices show; nothing when the money has come by now."""
    values = _invoice_values(event)
    invoice = _invoice(event)
    if values is None or invoice is None or not invoice.is_open:
        return None
    return {
        **values,
        "number_of_reminder": event.payload.get("number"),
        "suspend_on": event.payload.get("suspend_on"),
        "expires_on": event.payload.get("expires_on"),
        "decline": last_decline(invoice.pk),
        "subjects": [subject.label for subject in suspendable_of(invoice.document)],
        "url": _url("billing:pay", invoice.pk),
    }


def _to_confirm(event: DeliveredEvent) -> dict[str, Any]:
    return {
        "sum": event.payload["amount"],
        "currency": event.payload["currency"],
        "url": _url("billing:payment", event.payload["payment_id"]),
    }


def _refunded(event: DeliveredEvent) -> dict[str, Any]:
    refund = Refund.objects.filter(pk=event.payload["refund_id"])
    return {
        "is_transfer": refund.filter(method=RefundMethod.BANK_TRANSFER).exists(),
        "sum": event.payload["amount"],
        "currency": event.payload["currency"],
        "reason": event.payload["reason"],
        "url": _url("billing:home"),
    }


declare_customer_mail(
    key="billing.invoice_issued",
    event="billing.invoice_issued",
    template="email/invoice.html",
    trigger="An invoice is issued and something of it is open.",
    purpose=BILLING,
    values=_issued,
    attachments=_invoice_file,
)
declare_customer_mail(
    key="billing.invoice_sent",
    event="billing.invoice_sent",
    template="email/invoice.html",
    trigger="Staff or an integrator send an invoice.",
    purpose=BILLING,
    values=_invoice_values,
    attachments=_invoice_file,
)
declare_customer_mail(
    key="billing.payment_received",
    event="billing.payment_received",
    template="email/payment_received.html",
    trigger="Money came; the invoice that it pays is attached.",
    purpose=BILLING,
    values=_received,
    attachments=_invoice_file,
)
declare_customer_mail(
    key="billing.payment_failed",
    event="billing.payment_failed",
    template="email/payment_failed.html",
    trigger="A payment was declined.",
    purpose=BILLING,
    values=_failed,
)
for name, event_name, what in (
    ("reminder", "invoice_reminded", "An invoice is not paid 1 and 3 days after it was due."),
    ("last_notice", "last_notice_given", "An invoice is not paid 6 days after it was due."),
    (
        "renewal_notice",
        "renewal_notice_given",
        "A domain runs out in 7 days, or ran out 3 days ago, and its renewal is not paid.",
    ),
):
    declare_customer_mail(
        key=f"billing.{name}",
        event=f"billing.{event_name}",
        template=f"email/{name}.html",
        trigger=what,
        purpose=BILLING,
        values=_unpaid,
        attachments=_invoice_file,
    )
declare_customer_mail(
    key="billing.payment_confirm",
    event="billing.payment_action_required",
    template="email/payment_confirm.html",
    trigger="The bank wants the customer to confirm a payment.",
    purpose=BILLING,
    values=_to_confirm,
)
declare_customer_mail(
    key="billing.refund",
    event="billing.refund_settled",
    template="email/refund.html",
    trigger="Money went back.",
    purpose=BILLING,
    values=_refunded,
)
