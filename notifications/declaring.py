"""How an app says that something is told by mail."""

from collections.abc import Callable, Sequence
from functools import partial

from ispplatform.core.events import DeliveredEvent, subscribe
from notifications.services import mails_write
from notifications.slots import (
    Attachment,
    MailDraft,
    MailKind,
    Values,
    mail_kinds,
    recipients_of_customer,
)


def declare_mail(kind: MailKind) -> None:
    """Have the mail written whenever its event happens; say it in the app's ``wiring.py``."""
    mail_kinds.fill(kind)
    subscribe(kind.event, f"notifications.{kind.key}", partial(_write, kind), in_order=False)


def declare_customer_mail(
    *,
    key: str,
    event: str,
    template: str,
    trigger: str,
    values: Callable[[DeliveredEvent], Values | None],
    purpose: str = "",
    attachments: Callable[[DeliveredEvent], Sequence[Attachment]] = lambda event: (),
) -> None:
    """Declare a mail to the customer that an event is about.

    Args:
        purpose: goes to all contacts of this purpose, else to the customer itself.
        values: what the template shows; None when this event asks for no mail.
    """

    def drafts(event: DeliveredEvent) -> list[MailDraft]:
        if event.customer_id is None:
            return []
        shown = values(event)
        if shown is None:
            return []
        files = tuple(attachments(event))
        return [
            MailDraft(to=recipient, values=shown, attachments=files)
            for recipient in recipients_of_customer(event.customer_id, purpose)
        ]

    audience = f"all {purpose} contacts, else the customer" if purpose else "the customer"
    declare_mail(
        MailKind(
            key=key,
            event=event,
            template=template,
            trigger=trigger,
            audience=audience,
            drafts=drafts,
        )
    )


def _write(kind: MailKind, event: DeliveredEvent) -> None:
    mails_write(kind=kind, event=event)
