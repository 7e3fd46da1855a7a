"""Bulk acts about money: dunning stands still or goes on, invoices are mailed again."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.choices import HoldKind, InvoiceStatus
from billing.models import DunningHold, Invoice
from billing.models.querysets import OPEN_STATUSES
from billing.services.dunning_holds import dunning_hold_end, dunning_pause
from billing.services.invoices import invoice_send
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.bulk import BULK_ACTS, BulkAct, Done, Terms, Undo
from ispplatform.core.bulk.acts import Reasons, Rows
from ispplatform.core.money import Money, from_minor
from notifications.preferences import BULK_MAILS_A_MINUTE

CUSTOMERS = "customers.customer"
LETS_REST = "dunning:pause"  # as the services ask for each row
Kept = Mapping[str, Any]


def _paused(rows: Rows) -> dict[UUID, DunningHold]:
    """Return the pauses of whole customers, by the customer."""
    holds = DunningHold.objects.filter(
        customer_id__in=[row.pk for row in rows],
        kind=HoldKind.PAUSE,
        invoice=None,
        closed_at=None,
    )
    return {hold.customer_id: hold for hold in holds}


def _owed(rows: Rows) -> dict[UUID, Money]:
    """Return what customers owe."""
    invoices = Invoice.objects.filter(
        customer_id__in=[row.pk for row in rows], status__in=OPEN_STATUSES
    )
    sums = (
        invoices.order_by()
        .values_list("customer_id", "currency")
        .annotate(owed=Sum("amount_due"))
        .order_by("customer_id", "owed")
    )
    return {
        customer_id: Money(from_minor(units, currency), currency)
        for customer_id, currency, units in sums
    }


def _pause_refusals(rows: Rows, terms: Terms) -> Reasons:
    paused = _paused(rows)
    return {
        row.pk: gettext("The customer is deleted.")
        if row.deleted_at is not None
        else gettext("It stands still already.")
        for row in rows
        if row.deleted_at is not None or row.pk in paused
    }


def _go_on_refusals(rows: Rows, terms: Terms) -> Reasons:
    paused = _paused(rows)
    return {row.pk: gettext("Nobody paused it.") for row in rows if row.pk not in paused}


def _pause(actor: Actor, row: Customer, terms: Terms) -> Done:
    hold = dunning_pause(actor=actor, customer=row, reason=terms.reason)
    return Done(memory={"hold": str(hold.pk)})


def _pause_ended(actor: Actor, row: Customer, kept: Kept, terms: Terms) -> str:
    dunning_hold_end(actor=actor, hold_id=UUID(kept["hold"]))
    return gettext("It goes on.")


def _go_on(actor: Actor, row: Customer, terms: Terms) -> Done:
    hold = dunning_hold_end(actor=actor, hold_id=_paused([row])[row.pk].pk)
    return Done(sentence=gettext("It goes on."), memory={"reason": hold.reason})


def _paused_again(actor: Actor, row: Customer, kept: Kept, terms: Terms) -> str:
    dunning_pause(actor=actor, customer=row, reason=kept["reason"])
    return gettext("It stands still again.")


def _send_refusals(rows: Rows, terms: Terms) -> Reasons:
    sentences = {
        InvoiceStatus.DRAFT: gettext("It is a draft: issue it on its page."),
        InvoiceStatus.CANCELLED: gettext("It was cancelled."),
    }
    return {row.pk: sentences[row.status] for row in rows if row.status in sentences}


def _send(actor: Actor, row: Invoice, terms: Terms) -> Done:
    invoice_send(actor=actor, invoice_id=row.pk)
    return Done(sentence=gettext("It is on its way to the billing contacts."))


BULK_ACTS.fill(
    BulkAct(
        name="billing.dunning_pause",
        model=CUSTOMERS,
        label=_("Pause dunning"),
        permission=LETS_REST,
        see="customers:read",
        run=_pause,
        refusals=_pause_refusals,
        stakes=_owed,
        customer_of=lambda row: row.pk,
        needs_reason=True,
        explanation=_("No charge, no mail and no suspension until somebody lets it go on."),
        undo=Undo(run=_pause_ended),
    ),
    order=30,
)
BULK_ACTS.fill(
    BulkAct(
        name="billing.dunning_go_on",
        model=CUSTOMERS,
        label=_("Let dunning go on"),
        permission=LETS_REST,
        see="customers:read",
        run=_go_on,
        refusals=_go_on_refusals,
        stakes=_owed,
        customer_of=lambda row: row.pk,
        explanation=_("Only pauses by staff end; agreed days and other reasons stay."),
        undo=Undo(run=_paused_again),
    ),
    order=30,
)
BULK_ACTS.fill(
    BulkAct(
        name="billing.invoices_send",
        model="billing.invoice",
        label=_("Mail again"),
        permission="invoices:send",
        see="invoices:read",
        run=_send,
        refusals=_send_refusals,
        stakes=lambda rows: {row.pk: Money(row.amount_due, row.currency) for row in rows},
        a_minute=BULK_MAILS_A_MINUTE,
        explanation=_("Each goes to its customer's billing contacts. A mail cannot be taken back."),
    )
)
