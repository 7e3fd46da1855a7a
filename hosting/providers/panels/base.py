"""What the platform needs of a hosting panel, in our own words and types.

Shaped by cPanel & WHM, Plesk and Mailcow: user names are unique on a server, calls may take
minutes, and a call whose answer was lost is settled by looking the account up. Their megabyte is
the mebibyte, so sizes of mailboxes are asked for in whole ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from ispplatform.core.providers import Provider

KIND = "panel"


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountOrder:
    """A hosting account to create.

    Args:
        username: unique on the server; see ``hosting.rules.usernames``.
        domain: its main domain in A-labels; unique on the server.
        package: name of a package of the panel.
        owner_mark: our id of the account; the panel keeps it where it can.
        password: used once and kept nowhere; the customer sets an own one.
    """

    username: str
    domain: str
    package: str
    contact_email: str
    owner_mark: str
    password: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PanelAccount:
    """An account as the panel has it.

    Args:
        reference: the panel's own id. An account that was deleted and made again has another one.
        owner_mark: as given at its creation; empty where the panel keeps none.
        disk_limit_bytes: None when there is no limit.
    """

    reference: str
    username: str
    domain: str
    package: str
    owner_mark: str
    is_suspended: bool
    disk_limit_bytes: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountUsage:
    """What an account uses now and moved this month, in bytes; a limit of None is no limit.

    Args:
        mailboxes_count: None where the panel does not tell, as of a suspended account.
    """

    disk_used_bytes: int
    disk_limit_bytes: int | None
    bandwidth_used_bytes: int
    bandwidth_limit_bytes: int | None
    mailboxes_count: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MailboxOrder:
    """A mailbox to create.

    Args:
        username: the account that holds it.
        address: ``local@domain`` in A-labels, lower case.
        quota_bytes: whole mebibytes; a panel rounds up what is not. None for no limit.
        password: used once and kept nowhere.
    """

    username: str
    address: str
    quota_bytes: int | None
    password: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PanelMailbox:
    """A mailbox as the panel has it."""

    address: str
    quota_bytes: int | None
    used_bytes: int
    is_suspended: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PanelLogin:
    """A way into an account's control panel without its password.

    Args:
        url: whoever has it is logged in, so it is a secret: never log or keep it.
        expires_at: None where the panel does not tell.
    """

    url: str
    expires_at: datetime | None


@runtime_checkable
class Panel(Provider, Protocol):
    """Access to a panel server. Nothing is kept between calls.

    Every method may raise ``ProviderUnavailable``, ``ProviderRejected`` and, when it changes
    something, ``ProviderOutcomeUnknown``. What the panel does not have is ``ProviderRejected``,
    except where a method says otherwise.
    """

    has_logins: bool
    """Whether ``login`` can be asked for: the panel has pages that customers use."""

    def packages(self) -> Sequence[str]:
        """Return the names of the packages that accounts can have."""
        ...

    def create_account(self, order: AccountOrder) -> PanelAccount:
        """Create the account.

        Raises:
            ProviderRejected: the user name or the domain is taken, or there is no such package.
        """
        ...

    def find_account(self, username: str) -> PanelAccount | None:
        """Return the account; None when the server has none of this name."""
        ...

    def suspend_account(self, username: str, reason: str) -> None:
        """Switch web, mail and log-ins of the account off; nothing is deleted."""
        ...

    def resume_account(self, username: str) -> None:
        """Switch a suspended account on again."""
        ...

    def change_package(self, username: str, package: str) -> None:
        """Give the account the limits of another package."""
        ...

    def delete_account(self, username: str) -> None:
        """Delete the account with all its data; one that does not exist is gone already."""
        ...

    def usage(self, username: str) -> AccountUsage:
        """Return what the account uses."""
        ...

    def set_account_password(self, username: str, password: str) -> None:
        """Replace the account's password."""
        ...

    def login(self, username: str) -> PanelLogin:
        """Open a session in the account's control panel and return the way into it.

        Raises:
            ProviderRejected: the panel opens none, for example for a suspended account.
        """
        ...

    def create_mailbox(self, order: MailboxOrder) -> PanelMailbox:
        """Create the mailbox.

        Raises:
            ProviderRejected: the address exists, its domain is not there, the limit is reached.
        """
        ...

    def find_mailbox(self, username: str, address: str) -> PanelMailbox | None:
        """Return the mailbox; None when the account has none of this address."""
        ...

    def set_mailbox_password(self, username: str, address: str, password: str) -> None:
        """Replace the mailbox's password."""
        ...

    def set_mailbox_suspended(self, username: str, address: str, *, suspended: bool) -> None:
        """Switch log-in and delivery of the mailbox off or on; nothing is deleted."""
        ...

    def set_mailbox_quota(self, username: str, address: str, quota_bytes: int | None) -> None:
        """Replace the mailbox's limit, see ``MailboxOrder``; None for no limit."""
        ...

    def delete_mailbox(self, username: str, address: str) -> None:
        """Delete the mailbox with its mail; one that does not exist is gone already."""
        ...
