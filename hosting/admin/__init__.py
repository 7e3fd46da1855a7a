"""Hosting and mail in the back office."""

from hosting.admin.accounts import HostingAccountAdmin, HostingServerAdmin
from hosting.admin.mail import MailboxAdmin, MailDomainAdmin
from hosting.admin.sandbox import SandboxPanelAccountAdmin, SandboxPanelMailboxAdmin

__all__ = [
    "HostingAccountAdmin",
    "HostingServerAdmin",
    "MailDomainAdmin",
    "MailboxAdmin",
    "SandboxPanelAccountAdmin",
    "SandboxPanelMailboxAdmin",
]
