"""Lock order of this app: the account, then its mailboxes."""

from uuid import UUID

from hosting.errors import AccountNotFound, MailboxNotFound
from hosting.models import HostingAccount, Mailbox
from ispplatform.core.actors import Actor
from ispplatform.core.errors import PlatformError


def account_locked(account_id: UUID) -> HostingAccount:
    """Return the account, with server and service, locked until the transaction ends.

    Raises:
        AccountNotFound: there is none.
    """
    rows = HostingAccount.objects.select_for_update(of=("self",))
    rows = rows.select_related("server__connection", "service")
    account = rows.filter(pk=account_id).first()
    if account is None:
        raise AccountNotFound("There is no such hosting account.")
    return account


def mailbox_locked(mailbox_id: UUID) -> Mailbox:
    """Return the mailbox, with its account, locked until the transaction ends.

    Raises:
        MailboxNotFound: there is none.
    """
    rows = Mailbox.objects.select_for_update(of=("self",))
    rows = rows.select_related(
        "service", "mail_domain__account__server__connection", "mail_domain__account__service"
    )
    mailbox = rows.filter(pk=mailbox_id).first()
    if mailbox is None:
        raise MailboxNotFound("There is no such mailbox.")
    return mailbox


def check_own(actor: Actor, customer_id: UUID, otherwise: PlatformError) -> None:
    """Return unless a customer reaches for what another one has; then raise ``otherwise``."""
    if actor.is_customer and actor.customer_id != customer_id:
        raise otherwise
