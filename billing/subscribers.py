"""What billing does when something happened."""

from uuid import UUID

from billing.services.dunning import dunning_close_if_over, notice_accepted
from billing.tasks import make_document_file
from ispplatform.core.events import DeliveredEvent
from ispplatform.core.tasks import enqueue_on_commit

LAST_NOTICE_MAIL = "billing.last_notice"


def on_document_issued(event: DeliveredEvent) -> None:
    """Have the PDF rendered by a worker, so that nobody waits for it later."""
    document_id = event.payload.get("document_id") or event.payload["invoice_id"]
    enqueue_on_commit(make_document_file, event.tenant_id, UUID(document_id))


def on_invoice_over(event: DeliveredEvent) -> None:
    """End the dunning of an invoice that is paid or cancelled."""
    dunning_close_if_over(invoice_id=UUID(event.payload["invoice_id"]))


def on_mail_sent(event: DeliveredEvent) -> None:
    """Note that a mail server took a last notice: from then on a suspension may follow."""
    if event.payload["kind"] == LAST_NOTICE_MAIL and event.payload["event_id"]:
        notice_accepted(event_id=UUID(event.payload["event_id"]))
