"""Creating, changing and deleting mailboxes, and handing passwords over."""

from hosting.choices import MailboxStatus
from hosting.models import Mailbox, PasswordTicket
from hosting.operations.accounts import held_account
from hosting.providers.panels.base import KIND, MailboxOrder
from hosting.rules.passwords import new_password
from hosting.services.mailboxes import (
    CREATE,
    DELETE,
    SET_QUOTA,
    SWITCH,
    mailbox_created,
    mailbox_gone,
    mailbox_in_trouble,
    mailbox_is_awaited,
    mailbox_not_requested,
    mailbox_refused,
    mailbox_requested,
    mailbox_restarted,
    mailbox_switched,
)
from hosting.services.passwords import (
    SET_ACCOUNT,
    SET_MAILBOX,
    mailbox_password_arrived,
    ticket_drop,
)
from ispplatform.core.errors import (
    ProviderError,
    ProviderOutcomeUnknown,
    ProviderRefusedLater,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.models.operations import Operation
from ispplatform.core.operations import Guarantee, OperationCall, OperationKind, Receipt

MEGABYTE = 1024 * 1024  # what every panel shows as one MB


def mailbox_of(operation: Operation) -> Mailbox:
    """Return the mailbox that an operation is about."""
    rows = Mailbox.objects.select_related("mail_domain__account")
    return rows.get(pk=operation.subject_id)


class CreateMailbox(OperationKind):
    """Creates a mailbox once: its address is unique on the server and can be looked up.

    Panels keep no mark of ours with a mailbox. One that is found is ours when the panel had none
    right before a request of ours that may have arrived (``Mailbox.requested_at``).
    """

    name = CREATE
    label = "Create mailbox"
    guarantee = Guarantee.GUARDED
    connection_kind = KIND
    call_deadline_seconds = 60.0
    lease_seconds = 150.0
    in_order = True

    def call(self, call: OperationCall) -> Receipt:
        if not call.is_repeat:  # else the engine has just looked
            earlier = self.find(call)
            if earlier is not None:
                return earlier
        self._request(call)
        try:
            made = self.find(call)
        except ProviderError as exc:  # it is made: no answer to the look-up takes that back
            raise ProviderOutcomeUnknown(exc.message) from exc
        if made is None:
            raise ProviderOutcomeUnknown("The panel does not show the mailbox yet.")
        return made

    def _request(self, call: OperationCall) -> None:
        mailbox = mailbox_of(call.operation)
        order = MailboxOrder(
            username=mailbox.mail_domain.account.username,
            address=mailbox.address,
            quota_bytes=_bytes(mailbox.quota_mb),
            password=new_password(),
        )
        mailbox_requested(mailbox_id=mailbox.pk)
        try:
            call.provider.create_mailbox(order)
        except (ProviderRejected, ProviderUnavailable):
            if not call.is_repeat:  # to a repetition, "exists already" may speak of our first
                mailbox_not_requested(mailbox_id=mailbox.pk)
            raise

    def find(self, call: OperationCall) -> Receipt | None:
        mailbox = mailbox_of(call.operation)
        username = mailbox.mail_domain.account.username
        found = call.provider.find_mailbox(username, mailbox.address)
        if found is None:
            return None
        if mailbox.requested_at is None:
            raise ProviderRefusedLater(
                f"The mailbox {mailbox.address} exists already, and we did not make it: "
                "it was not touched."
            )
        return Receipt(reference=found.address)

    def refusal_is_shown(self, operation: Operation) -> bool:
        return not mailbox_is_awaited(mailbox_of(operation))

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        mailbox_created(mailbox_id=operation.subject_id)

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        mailbox_refused(mailbox_id=operation.subject_id, reason=error.message)

    def stuck(self, operation: Operation, error: ProviderError) -> None:
        mailbox_in_trouble(
            mailbox=mailbox_of(operation), reason=error.message, is_shown_elsewhere=True
        )

    def cancelled(self, operation: Operation) -> None:
        mailbox_refused(mailbox_id=operation.subject_id, reason="Staff cancelled it.")

    def restarted(self, operation: Operation) -> None:
        mailbox_restarted(mailbox_id=operation.subject_id)

    def is_still_wanted(self, operation: Operation) -> bool:
        return mailbox_of(operation).status == MailboxStatus.PENDING


class SetMailboxQuota(OperationKind):
    """Gives a mailbox the size that our row names."""

    name = SET_QUOTA
    label = "Set mailbox size"
    guarantee = Guarantee.CONVERGENT
    connection_kind = KIND
    in_order = True

    def call(self, call: OperationCall) -> Receipt:
        mailbox = mailbox_of(call.operation)
        call.provider.set_mailbox_quota(
            mailbox.mail_domain.account.username, mailbox.address, _bytes(mailbox.quota_mb)
        )
        return Receipt()

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        """Keep the row: it already says what the panel has now."""


class SwitchMailbox(OperationKind):
    """Switches a mailbox off or on."""

    name = SWITCH
    label = "Switch mailbox off or on"
    guarantee = Guarantee.CONVERGENT
    connection_kind = KIND
    in_order = True

    def call(self, call: OperationCall) -> Receipt:
        mailbox = mailbox_of(call.operation)
        call.provider.set_mailbox_suspended(
            mailbox.mail_domain.account.username,
            mailbox.address,
            suspended=call.operation.params["suspended"],
        )
        return Receipt()

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        mailbox_switched(mailbox_id=operation.subject_id, suspended=operation.params["suspended"])


class DeleteMailbox(OperationKind):
    """Deletes a mailbox with its mail."""

    name = DELETE
    label = "Delete mailbox"
    guarantee = Guarantee.CONVERGENT
    connection_kind = KIND
    in_order = True

    def call(self, call: OperationCall) -> Receipt:
        mailbox = mailbox_of(call.operation)
        call.provider.delete_mailbox(mailbox.mail_domain.account.username, mailbox.address)
        return Receipt()

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        mailbox_gone(mailbox_id=operation.subject_id)


class SetPassword(OperationKind):
    """Hands a password over; it is forgotten as soon as it has arrived or cannot."""

    guarantee = Guarantee.CONVERGENT
    connection_kind = KIND
    in_order = True

    def password(self, call: OperationCall) -> str:
        """Return the password of the ticket.

        Raises:
            ProviderRejected: it is gone; it has to be set anew.
        """
        ticket = PasswordTicket.objects.filter(pk=call.operation.params["ticket_id"]).first()
        if ticket is None:
            raise ProviderRejected("The password is no longer waiting: set it once more.")
        return str(ticket.password)

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        ticket_drop(operation.params["ticket_id"])

    def cancelled(self, operation: Operation) -> None:
        ticket_drop(operation.params["ticket_id"])


class SetMailboxPassword(SetPassword):
    """A mailbox's password."""

    name = SET_MAILBOX
    label = "Set mailbox password"

    def call(self, call: OperationCall) -> Receipt:
        mailbox = mailbox_of(call.operation)
        call.provider.set_mailbox_password(
            mailbox.mail_domain.account.username, mailbox.address, self.password(call)
        )
        return Receipt()

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        mailbox_password_arrived(
            mailbox_id=operation.subject_id, ticket_id=operation.params["ticket_id"]
        )

    def is_still_wanted(self, operation: Operation) -> bool:
        return mailbox_of(operation).status != MailboxStatus.DELETED


class SetAccountPassword(SetPassword):
    """A hosting account's password."""

    name = SET_ACCOUNT
    label = "Set hosting password"

    def call(self, call: OperationCall) -> Receipt:
        password = self.password(call)
        call.provider.set_account_password(held_account(call).username, password)
        return Receipt()

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        ticket_drop(operation.params["ticket_id"])


def _bytes(megabytes: int | None) -> int | None:
    return None if megabytes is None else megabytes * MEGABYTE
