"""Dunning of many customers stands still and goes on; many invoices are mailed again."""

import pytest

from billing.models import DunningHold, Invoice
from billing.services.dunning_holds import dunning_pause
from billing.services.invoices import invoice_draft
from ispplatform.core.bulk.selectors import bulk_money
from ispplatform.core.bulk.services import bulk_confirm
from ispplatform.core.errors import InvalidInput
from ispplatform.core.models import OutboxEvent
from tests.bulk import SYSTEM, done, planned, told, undone
from tests.factories.billing import issued_invoice, line
from tests.factories.customers import CustomerFactory

PAUSE, GO_ON, SEND = "billing.dunning_pause", "billing.dunning_go_on", "billing.invoices_send"


def paused() -> set[object]:
    return set(DunningHold.objects.filter(closed_at=None).values_list("customer_id", flat=True))


def test_dunning_of_many_customers_is_paused_with_what_they_owe_and_goes_on_again(customer):
    issued_invoice(customer, line("10.00"))
    owed = Invoice.objects.get().amount_due
    resting, other = CustomerFactory(), CustomerFactory()
    dunning_pause(actor=SYSTEM, customer=resting, reason="ill")

    run = planned(PAUSE, [customer, resting, other])

    assert told(run) == [("planned", ""), ("skipped", "It stands still already."), ("planned", "")]
    assert [str(one) for one in bulk_money(run)] == [f"{owed} EUR"]
    assert paused() == {resting.pk}
    done(run, "the bank is on strike")
    assert paused() == {customer.pk, resting.pk, other.pk}
    assert DunningHold.objects.get(customer=customer).reason == "the bank is on strike"

    undone(run)
    assert paused() == {resting.pk}, "who stood still before does so still"


def test_pausing_many_needs_a_reason(customer):
    run = planned(PAUSE, [customer])
    with pytest.raises(InvalidInput, match="Say why"):
        bulk_confirm(actor=SYSTEM, run_id=run.pk, reason=" ")
    assert paused() == set()


def test_dunning_goes_on_for_many_and_undoing_pauses_with_the_reason_of_before(customer):
    moving = CustomerFactory()
    dunning_pause(actor=SYSTEM, customer=customer, reason="ill")
    run = done(planned(GO_ON, [customer, moving]))
    assert told(run) == [("done", "It goes on."), ("skipped", "Nobody paused it.")]
    assert paused() == set()
    undone(run)
    assert DunningHold.objects.get(closed_at=None).reason == "ill"


def test_invoices_are_mailed_again_and_drafts_are_left_out(customer):
    invoice = issued_invoice(customer, line("10.00"))
    draft = invoice_draft(actor=SYSTEM, customer=customer, lines=[line("5.00")])
    run = planned(SEND, [invoice, draft])
    assert told(run) == [("planned", ""), ("skipped", "It is a draft: issue it on its page.")]
    done(run)
    assert OutboxEvent.objects.filter(name="billing.invoice_sent").count() == 1
    assert Invoice.objects.get(pk=draft.pk).number == ""
