"""What happens to hosting accounts and mailboxes."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ispplatform.core.events import Event


@dataclass(frozen=True, kw_only=True)
class AccountCreated(Event):
    """A hosting account works: the panel was read back. About ``hosting.hostingaccount``."""

    name: ClassVar[str] = "hosting.account_created"
    account_id: UUID
    customer_id: UUID
    domain: str
    username: str


@dataclass(frozen=True, kw_only=True)
class AccountSuspended(Event):
    """The panel switched an account off. About ``hosting.hostingaccount``."""

    name: ClassVar[str] = "hosting.account_suspended"
    account_id: UUID
    customer_id: UUID
    domain: str


@dataclass(frozen=True, kw_only=True)
class AccountResumed(Event):
    """The panel switched an account on again. About ``hosting.hostingaccount``."""

    name: ClassVar[str] = "hosting.account_resumed"
    account_id: UUID
    customer_id: UUID
    domain: str


@dataclass(frozen=True, kw_only=True)
class AccountDeleted(Event):
    """An account is gone from its server. About ``hosting.hostingaccount``."""

    name: ClassVar[str] = "hosting.account_deleted"
    account_id: UUID
    customer_id: UUID
    domain: str


@dataclass(frozen=True, kw_only=True)
class MailboxCreated(Event):
    """A mailbox works: the panel was read back. About ``hosting.mailbox``."""

    name: ClassVar[str] = "hosting.mailbox_created"
    mailbox_id: UUID
    customer_id: UUID
    address: str


@dataclass(frozen=True, kw_only=True)
class MailboxPasswordChanged(Event):
    """A mailbox has another password. About ``hosting.mailbox``."""

    name: ClassVar[str] = "hosting.mailbox_password_changed"
    mailbox_id: UUID
    customer_id: UUID
    address: str


@dataclass(frozen=True, kw_only=True)
class MailboxDeleted(Event):
    """A mailbox is gone from its server. About ``hosting.mailbox``."""

    name: ClassVar[str] = "hosting.mailbox_deleted"
    mailbox_id: UUID
    customer_id: UUID
    address: str
