"""Tables of this app."""

from hosting.models.accounts import HostingAccount, HostingUsageDay
from hosting.models.mail import Mailbox, MailDomain, PasswordTicket
from hosting.models.querysets import HostingAccountQuerySet, MailboxQuerySet
from hosting.models.sandbox import SandboxPanelAccount, SandboxPanelMailbox
from hosting.models.servers import HostingServer

__all__ = [
    "HostingAccount",
    "HostingAccountQuerySet",
    "HostingServer",
    "HostingUsageDay",
    "MailDomain",
    "Mailbox",
    "MailboxQuerySet",
    "PasswordTicket",
    "SandboxPanelAccount",
    "SandboxPanelMailbox",
]
