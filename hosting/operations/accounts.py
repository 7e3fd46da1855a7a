"""Creating, switching, changing and deleting hosting accounts."""

from hosting.choices import AccountStatus
from hosting.models import HostingAccount
from hosting.providers.panels.base import KIND, AccountOrder, PanelAccount
from hosting.rules.passwords import new_password
from hosting.services.accounts import (
    CHANGE_PACKAGE,
    CREATE,
    DELETE,
    PLATFORM,
    READ_BACK,
    RESUME,
    SUSPEND,
    account_created,
    account_gone,
    account_in_trouble,
    account_read,
    account_refused,
    account_restarted,
    account_switched,
    read_back_start,
)
from ispplatform.core.backoff import Backoff
from ispplatform.core.errors import (
    ProviderError,
    ProviderOutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.models.operations import Operation
from ispplatform.core.operations import Guarantee, OperationCall, OperationKind, Receipt
from provisioning.choices import ServiceStatus

SWITCH_SECONDS = 100.0  # a panel goes through every site, mailbox and database of an account
SWITCH_LEASE_SECONDS = 240.0


def account_of(operation: Operation) -> HostingAccount:
    """Return the account that an operation is about."""
    rows = HostingAccount.objects.select_related("service", "customer", "server")
    return rows.get(pk=operation.subject_id)


class CreateAccount(OperationKind):
    """Creates an account once: its user name is unique on the server and can be looked up."""

    name = CREATE
    label = "Create hosting account"
    guarantee = Guarantee.GUARDED
    connection_kind = KIND
    call_deadline_seconds = 240.0  # panels run hooks for minutes (cPanel createacct)
    lease_seconds = 540.0
    visibility_delay_seconds = 300.0  # and go on when nobody listens any more
    in_order = True
    refusal_needs_person = False  # its service then stands before staff, with what to do

    def call(self, call: OperationCall) -> Receipt:
        account = account_of(call.operation)
        made = call.provider.create_account(
            AccountOrder(
                username=account.username,
                domain=account.domain,
                package=account.package,
                contact_email=account.customer.email,
                owner_mark=account.owner_mark,
                password=new_password(),
            )
        )
        return Receipt(reference=made.reference)

    def find(self, call: OperationCall) -> Receipt | None:
        account = account_of(call.operation)
        found = call.provider.find_account(account.username)
        if found is None or not is_ours(account, found):
            return None
        return Receipt(reference=found.reference)

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        account_created(account_id=operation.subject_id, reference=receipt.reference)

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        account_refused(account_id=operation.subject_id, reason=error.message)

    def stuck(self, operation: Operation, error: ProviderError) -> None:
        account_in_trouble(
            account=account_of(operation),
            reason=error.message,
            step="account",
            is_shown_elsewhere=True,
        )

    def cancelled(self, operation: Operation) -> None:
        account_refused(account_id=operation.subject_id, reason="Staff cancelled it.")

    def restarted(self, operation: Operation) -> None:
        account_restarted(account_id=operation.subject_id)

    def is_still_wanted(self, operation: Operation) -> bool:
        return account_of(operation).status == AccountStatus.PENDING


class ReadAccountBack(OperationKind):
    """Asks the panel what it has and what the account uses."""

    name = READ_BACK
    label = "Read hosting account back"
    guarantee = Guarantee.CONVERGENT
    connection_kind = KIND
    backoff = Backoff(first_seconds=5, factor=2, cap_seconds=900)
    max_attempts = 30
    in_order = True

    def call(self, call: OperationCall) -> Receipt:
        account = account_of(call.operation)
        found = call.provider.find_account(account.username)
        if found is None:
            if account.status == AccountStatus.PENDING:
                raise ProviderUnavailable(f"The panel does not show {account.username} yet.")
            return Receipt(data={"seen": None})
        _check_same(account, found)
        usage = call.provider.usage(account.username)
        return Receipt(
            data={
                "seen": {
                    "package": found.package,
                    "is_suspended": found.is_suspended,
                    "disk_used_bytes": usage.disk_used_bytes,
                    "disk_limit_bytes": usage.disk_limit_bytes,
                    "bandwidth_used_bytes": usage.bandwidth_used_bytes,
                    "bandwidth_limit_bytes": usage.bandwidth_limit_bytes,
                }
            }
        )

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        account_read(account_id=operation.subject_id, seen=receipt.data["seen"])

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        _not_read(operation, error)

    def stuck(self, operation: Operation, error: ProviderError) -> None:
        _not_read(operation, error)


def _not_read(operation: Operation, error: ProviderError) -> None:
    """Put the service before a person that waits for a look at the panel."""
    account = account_of(operation)
    if account.status == AccountStatus.PENDING:
        account_in_trouble(
            account=account, reason=error.message, step="read_back", is_shown_elsewhere=True
        )


class SuspendAccount(OperationKind):
    """Switches an account off while its service stands still."""

    name = SUSPEND
    label = "Suspend hosting account"
    guarantee = Guarantee.CONVERGENT
    connection_kind = KIND
    call_deadline_seconds = SWITCH_SECONDS
    lease_seconds = SWITCH_LEASE_SECONDS
    in_order = True

    def call(self, call: OperationCall) -> Receipt:
        username = held_account(call).username
        call.provider.suspend_account(username, call.operation.params["reason"])
        _check_switched(call.provider.find_account(username), is_suspended=True)
        return Receipt()

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        account_switched(account_id=operation.subject_id, is_suspended=True)

    def is_still_wanted(self, operation: Operation) -> bool:
        return account_of(operation).service.status == ServiceStatus.SUSPENDED


class ResumeAccount(OperationKind):
    """Switches an account on again."""

    name = RESUME
    label = "Resume hosting account"
    guarantee = Guarantee.CONVERGENT
    connection_kind = KIND
    call_deadline_seconds = SWITCH_SECONDS
    lease_seconds = SWITCH_LEASE_SECONDS
    backoff = Backoff(first_seconds=5, factor=2, cap_seconds=300)
    max_attempts = 40
    in_order = True

    def call(self, call: OperationCall) -> Receipt:
        username = held_account(call).username
        call.provider.resume_account(username)
        _check_switched(call.provider.find_account(username), is_suspended=False)
        return Receipt()

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        account_switched(account_id=operation.subject_id, is_suspended=False)

    def is_still_wanted(self, operation: Operation) -> bool:
        return account_of(operation).service.status == ServiceStatus.ACTIVE


class ChangePackage(OperationKind):
    """Gives an account the package that our row names."""

    name = CHANGE_PACKAGE
    label = "Change hosting package"
    guarantee = Guarantee.CONVERGENT
    connection_kind = KIND
    call_deadline_seconds = SWITCH_SECONDS
    lease_seconds = SWITCH_LEASE_SECONDS
    in_order = True

    def call(self, call: OperationCall) -> Receipt:
        username = held_account(call).username
        call.provider.change_package(username, call.operation.params["package"])
        return Receipt()

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        read_back_start(account_of(operation), actor=PLATFORM)


class DeleteAccount(OperationKind):
    """Deletes an account with all its data, after a look whether it is the one we made."""

    name = DELETE
    label = "Delete hosting account"
    guarantee = Guarantee.CONVERGENT
    connection_kind = KIND
    call_deadline_seconds = 240.0
    lease_seconds = 540.0
    in_order = True

    def call(self, call: OperationCall) -> Receipt:
        account = account_of(call.operation)
        found = call.provider.find_account(account.username)
        if found is None:
            return Receipt()
        if not is_ours(account, found) or found.reference != account.reference:
            raise ProviderRejected(
                f"{account.username} on the server carries another mark, domain or number than "
                "ours: it was not deleted."
            )
        call.provider.delete_account(account.username)
        if call.provider.find_account(account.username) is not None:
            raise ProviderOutcomeUnknown(f"The panel still shows {account.username}.")
        return Receipt()

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        account_gone(account_id=operation.subject_id)

    def is_still_wanted(self, operation: Operation) -> bool:
        return account_of(operation).service.status == ServiceStatus.TERMINATED


def held_account(call: OperationCall) -> HostingAccount:
    """Return our account after a look whether the panel's of this name is the same one.

    Raises:
        ProviderRejected: the panel has none of this name, or another one.
    """
    account = account_of(call.operation)
    found = call.provider.find_account(account.username)
    if found is None:
        raise ProviderRejected("The panel has no such account any more.")
    _check_same(account, found)
    return account


def is_ours(account: HostingAccount, found: PanelAccount) -> bool:
    """Tell whether what the panel has is what we made: name, domain and, where kept, our mark."""
    if (found.username, found.domain) != (account.username, account.domain):
        return False
    return found.owner_mark in ("", account.owner_mark)


def _check_same(account: HostingAccount, found: PanelAccount) -> None:
    """Return when it is the account of our row, by the panel's own id once that is known."""
    known = account.reference
    if (found.reference != known) if known else not is_ours(account, found):
        raise ProviderRejected(
            f"{account.username} on the server is another account than the one we made: "
            "it was not touched."
        )


def _check_switched(found: PanelAccount | None, *, is_suspended: bool) -> None:
    if found is None:
        raise ProviderRejected("The panel has no such account any more.")
    if found.is_suspended is not is_suspended:
        raise ProviderUnavailable("The panel does not show the change yet.")
