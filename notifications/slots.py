"""Mails and their recipients, as the apps declare them.

A mail is declared in the ``wiring.py`` of the app that knows what it says, by ``declare_mail``. See
``docs/mechanisms/notifications.md``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ispplatform.core.events import DeliveredEvent
from ispplatform.core.slots import Slot
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id

Values = Mapping[str, Any]
EVERYBODY = "everybody"  # a purpose: the customer, all its contacts and all its log-ins


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """Whom a mail goes to, and how that person reads.

    Args:
        language: empty: the company's.
        time_zone: empty: the company's.
    """

    email: str
    name: str = ""
    language: str = ""
    time_zone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file of a mail.

    Args:
        source: key of the ``AttachmentSource`` that has it.
        id: which one.
    """

    source: str
    id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachedFile:
    """The content of an attachment."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachmentSource:
    """Where attachments come from; ``load`` must give the same bytes each time."""

    key: str
    load: Callable[[UUID], AttachedFile]


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerRecipients:
    """Finds out whom to write to about a customer: all contacts of a purpose, else itself."""

    key: str
    find: Callable[[UUID, str], Sequence[Recipient]]


@dataclass(frozen=True, kw_only=True, slots=True)
class MailDraft:
    """A mail that is to be written.

    Args:
        values: what the template shows besides ``name``, the recipient's. Plain values only when
            the kind has secrets.
    """

    to: Recipient
    values: Values
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MailKind:
    """One mail of the table in ``docs/mails.md``.

    Args:
        key: stable name; rows and dunning know it.
        event: the event that asks for it.
        template: below ``templates/``, made of mail blocks.
        trigger: when it is sent, for the table.
        audience: to whom, for the table.
        drafts: what to write for an event; empty when it asks for no mail after all. Runs in the
            event's transaction and tenant.
        secrets: for mails with a code or link that nothing may store: gives the covered values
            anew at the moment of sending, from the draft's values; None when it is too late.
        is_internal: it is written to the company itself; the customer whom its event is about
            must never read it in the portal.
    """

    key: str
    event: str
    template: str
    trigger: str
    audience: str
    drafts: Callable[[DeliveredEvent], Sequence[MailDraft]]
    secrets: Callable[[Values], Values | None] | None = None
    is_internal: bool = False


mail_kinds: Slot[MailKind] = Slot("notifications.mails", key=lambda kind: kind.key)
attachment_sources: Slot[AttachmentSource] = Slot(
    "notifications.attachments", key=lambda source: source.key
)
customer_recipients: Slot[CustomerRecipients] = Slot(
    "notifications.recipients", key=lambda source: source.key
)


def recipients_of_customer(customer_id: UUID, purpose: str = "") -> list[Recipient]:
    """Return whom to write to about a customer.

    Args:
        purpose: ``billing``, ``technical``, ``abuse``, ``EVERYBODY``; empty: the customer itself.
    """
    found = [
        recipient
        for source in customer_recipients.items()
        for recipient in source.find(customer_id, purpose)
    ]
    return list({recipient.email.casefold(): recipient for recipient in found}.values())


def covered_link() -> str:
    """Return what stands in a stored mail in the place of a link that nothing may store."""
    return f"{tenant_by_id(current_tenant_id()).base_url}/hidden"
