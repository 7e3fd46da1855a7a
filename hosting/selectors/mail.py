"""Mail domains and mailboxes as somebody may see them."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from hosting.errors import MailboxNotFound, MailDomainNotFound
from hosting.models import Mailbox, MailDomain
from ispplatform.core.actors import Actor


def mail_domains_for(actor: Actor) -> QuerySet[MailDomain]:
    """Return the mail domains that ``actor`` may see, by name; a customer sees its own.

    Raises:
        NotPermitted: it may see none.
    """
    actor.require("mailboxes:read")
    rows = MailDomain.objects.order_by("name", "id")
    return rows.filter(customer_id=actor.customer_id) if actor.is_customer else rows


def mail_domain_by_id(mail_domain_id: UUID, *, actor: Actor) -> MailDomain:
    """Return one mail domain with its account.

    Raises:
        MailDomainNotFound: there is none that ``actor`` may see.
    """
    try:
        return mail_domains_for(actor).select_related("account").get(pk=mail_domain_id)
    except (MailDomain.DoesNotExist, ValidationError):
        raise MailDomainNotFound("There is no such mail domain.") from None


def mailboxes_for(actor: Actor) -> QuerySet[Mailbox]:
    """Return the mailboxes that ``actor`` may see, newest first; a customer sees its own.

    Raises:
        NotPermitted: it may see none.
    """
    actor.require("mailboxes:read")
    rows = Mailbox.objects.order_by("-id")
    return rows.of_customer(actor.customer_id) if actor.is_customer else rows


def mailbox_by_id(mailbox_id: UUID, *, actor: Actor) -> Mailbox:
    """Return one mailbox with its mail domain and account.

    Raises:
        MailboxNotFound: there is none that ``actor`` may see.
    """
    rows = mailboxes_for(actor).select_related("mail_domain__account__server")
    try:
        return rows.get(pk=mailbox_id)
    except (Mailbox.DoesNotExist, ValidationError):
        raise MailboxNotFound("There is no such mailbox.") from None


def mailbox_of_service(service_id: UUID) -> Mailbox | None:
    """Return the mailbox that a service keeps, the live one before those that failed."""
    rows = Mailbox.objects.filter(service_id=service_id).select_related("mail_domain")
    return rows.live().first() or rows.order_by("-id").first()
