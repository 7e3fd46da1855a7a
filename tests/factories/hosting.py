"""Servers, accounts, mailboxes, and what the sandbox panel has of them."""

import hashlib

import factory

from hosting.choices import AccountStatus, MailboxStatus
from hosting.models import (
    HostingAccount,
    HostingServer,
    Mailbox,
    MailDomain,
    PasswordTicket,
    SandboxPanelAccount,
    SandboxPanelMailbox,
)
from ispplatform.core.models import ProviderConnection
from tests.factories.base import ModelFactory
from tests.factories.provisioning import ServiceFactory


class PanelConnectionFactory(ModelFactory):
    """The sandbox panel of a company."""

    class Meta:
        model = ProviderConnection

    kind = "panel"
    backend = "sandbox"
    name = factory.Sequence(lambda n: f"Sandbox panel {n}")
    is_sandbox = True


class HostingServerFactory(ModelFactory):
    """An open server on the sandbox panel."""

    class Meta:
        model = HostingServer

    connection = factory.SubFactory(PanelConnectionFactory)
    name = factory.Sequence(lambda n: f"web{n}")
    hostname = factory.LazyAttribute(lambda server: f"{server.name}.northwind.example")
    ipv4 = "192.0.2.80"
    ipv6 = "2001:db8::80"
    mail_hostname = "mail.northwind.example"
    spf_include = "_spf.northwind.example"


class HostingAccountFactory(ModelFactory):
    """An account that works; our own row only, see ``hosted_account``."""

    class Meta:
        model = HostingAccount

    service = factory.SubFactory(ServiceFactory, active=True)
    customer = factory.SelfAttribute("service.customer")
    server = factory.SubFactory(HostingServerFactory)
    username = factory.Sequence(lambda n: f"shop{n:04d}")
    domain = factory.LazyAttribute(lambda account: account.service.configuration["domain"])
    unicode_domain = factory.LazyAttribute(lambda account: account.domain)
    package = "starter"
    status = AccountStatus.ACTIVE
    owner_mark = factory.LazyAttribute(lambda account: f"mark-{account.username}")
    max_mailboxes = 10


class MailDomainFactory(ModelFactory):
    """The mail domain of an account."""

    class Meta:
        model = MailDomain

    account = factory.SubFactory(HostingAccountFactory)
    customer = factory.SelfAttribute("account.customer")
    name = factory.SelfAttribute("account.domain")
    unicode_name = factory.SelfAttribute("account.domain")


class MailboxFactory(ModelFactory):
    """A mailbox that works; our own row only, see ``hosted_mailbox``."""

    class Meta:
        model = Mailbox

    mail_domain = factory.SubFactory(MailDomainFactory)
    local_part = factory.Sequence(lambda n: f"info{n}")
    address = factory.LazyAttribute(lambda box: f"{box.local_part}@{box.mail_domain.name}")
    status = MailboxStatus.ACTIVE


class PasswordTicketFactory(ModelFactory):
    """A password on its way to a mailbox."""

    class Meta:
        model = PasswordTicket

    mailbox = factory.SubFactory(MailboxFactory)
    password = "Correct-horse-battery-7"


class SandboxPanelAccountFactory(ModelFactory):
    """An account on the sandbox panel that somebody else made."""

    class Meta:
        model = SandboxPanelAccount

    connection = factory.SubFactory(PanelConnectionFactory)
    username = factory.Sequence(lambda n: f"them{n:04d}")
    domain = factory.Sequence(lambda n: f"theirs-{n}.example")
    package = "starter"
    owner_mark = "somebody-else"
    password_digest = hashlib.sha256(b"first").hexdigest()


class SandboxPanelMailboxFactory(ModelFactory):
    """A mailbox on the sandbox panel."""

    class Meta:
        model = SandboxPanelMailbox

    account = factory.SubFactory(SandboxPanelAccountFactory)
    address = factory.LazyAttribute(lambda box: f"info@{box.account.domain}")
    password_digest = hashlib.sha256(b"first").hexdigest()


def hosted_account(**values: object) -> HostingAccount:
    """An account that the sandbox panel has as our row says, with its mail domain."""
    account = HostingAccountFactory(**values)
    remote = SandboxPanelAccountFactory(
        connection=account.server.connection,
        username=account.username,
        domain=account.domain,
        package=account.package,
        owner_mark=account.owner_mark,
    )
    account.reference = str(remote.pk)
    account.save(update_fields=["reference"])
    MailDomainFactory(account=account)
    return account


def hosted_mailbox(account: HostingAccount, local_part: str = "info") -> Mailbox:
    """A mailbox that the sandbox panel has as our row says."""
    mailbox = MailboxFactory(mail_domain=account.mail_domains.get(), local_part=local_part)
    SandboxPanelMailboxFactory(
        account=SandboxPanelAccount.objects.get(username=account.username),
        address=mailbox.address,
    )
    return mailbox
