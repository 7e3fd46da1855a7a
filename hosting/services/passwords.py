"""Passwords on their way to the panel: never kept, shown once to whoever asked."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from hosting.choices import LIVE_ACCOUNT_STATUSES
from hosting.errors import AccountNotActive, AccountNotFound
from hosting.events import MailboxPasswordChanged
from hosting.models import HostingAccount, Mailbox, PasswordTicket
from hosting.rules.passwords import check_password, new_password
from hosting.services.locks import account_locked, check_own, mailbox_locked
from hosting.services.mailboxes import mailbox_editable, start
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.events import publish
from ispplatform.core.ids import uuid7
from ispplatform.core.operations import operation_start
from ispplatform.core.subjects import subject_of

SET_MAILBOX = "hosting.mailbox_set_password"
SET_ACCOUNT = "hosting.account_set_password"
TICKET_LIFE = timedelta(hours=1)
PLATFORM = Actor.system("hosting")


def mailbox_set_password(*, actor: Actor, mailbox: Mailbox, password: str = "") -> str:
    """Start giving the mailbox a new password and return it, to be shown once.

    Args:
        password: what the customer chose; empty makes a random one.

    Raises:
        NotPermitted, MailboxNotFound: see ``mailbox_editable``.
        PasswordTooWeak: the chosen one would not keep anybody out.
    """
    if password:
        check_password(password, address=mailbox.address)
    chosen = password or new_password()
    with transaction.atomic():
        row = mailbox_editable(actor, mailbox)
        PasswordTicket.objects.filter(mailbox=row).delete()
        ticket = PasswordTicket.objects.create(mailbox=row, password=chosen)
        audit(
            "hosting.mailbox_set_password",
            actor=actor,
            subject=subject_of(row),
            customer_id=row.mail_domain.customer_id,
        )
        start(SET_MAILBOX, row, actor=actor, params={"ticket_id": ticket.pk})
    return chosen


def account_set_password(*, actor: Actor, account: HostingAccount, password: str = "") -> str:
    """Start giving the hosting account a new password and return it, to be shown once.

    Raises:
        NotPermitted: no ``hosting:update``.
        AccountNotFound, AccountNotActive: it is another customer's, or not there.
        PasswordTooWeak: the chosen one would not keep anybody out.
    """
    actor.require("hosting:update")
    check_own(actor, account.customer_id, AccountNotFound("There is no such hosting account."))
    if password:
        check_password(password, address=f"{account.username}@{account.domain}")
    chosen = password or new_password()
    with transaction.atomic():
        row = account_locked(account.pk)
        if row.status not in LIVE_ACCOUNT_STATUSES:
            raise AccountNotActive(f"{row.unicode_domain} has no hosting account.")
        PasswordTicket.objects.filter(account=row).delete()
        ticket = PasswordTicket.objects.create(account=row, password=chosen)
        subject = subject_of(row)
        audit(
            "hosting.account_set_password",
            actor=actor,
            subject=subject,
            customer_id=row.customer_id,
        )
        operation_start(
            kind=SET_ACCOUNT,
            key=f"{row.pk}:{uuid7()}",
            subject=subject,
            actor=actor,
            params={"ticket_id": ticket.pk},
            connection=row.server.connection,
            customer_id=row.customer_id,
        )
    return chosen


def mailbox_password_arrived(*, mailbox_id: UUID, ticket_id: str) -> None:
    """Forget the password: the panel has it."""
    ticket_drop(ticket_id)
    mailbox = mailbox_locked(mailbox_id)
    mailbox.has_own_password = True
    mailbox.save(update_fields=["has_own_password"])
    customer_id = mailbox.mail_domain.customer_id
    publish(
        MailboxPasswordChanged(
            mailbox_id=mailbox.pk, customer_id=customer_id, address=mailbox.address
        ),
        subject=subject_of(mailbox),
        customer_id=customer_id,
    )


def ticket_drop(ticket_id: str) -> None:
    """Delete a password that is not on its way any more."""
    PasswordTicket.objects.filter(pk=ticket_id).delete()


def tickets_sweep() -> int:
    """Delete every password that is older than an hour; return how many there were."""
    count, _ = PasswordTicket.objects.filter(created_at__lt=system_now() - TICKET_LIFE).delete()
    return count
