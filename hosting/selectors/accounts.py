"""Hosting accounts and servers as somebody may see them."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count, F, Q, QuerySet

from hosting.choices import LIVE_ACCOUNT_STATUSES
from hosting.errors import AccountNotFound, NoServerFree, ServerNotFound
from hosting.models import HostingAccount, HostingServer, Mailbox
from hosting.rules.dns_records import ServerAddresses
from ispplatform.core.actors import Actor
from ispplatform.core.money import Money
from ispplatform.core.providers import backends
from provisioning.selectors.services import stake_of_service


def accounts_for(actor: Actor) -> QuerySet[HostingAccount]:
    """Return the accounts that ``actor`` may see, newest first; a customer sees its own.

    Raises:
        NotPermitted: it may see none.
    """
    actor.require("hosting:read")
    rows = HostingAccount.objects.order_by("-id")
    return rows.of_customer(actor.customer_id) if actor.is_customer else rows


def account_by_id(account_id: UUID, *, actor: Actor) -> HostingAccount:
    """Return one account with its customer, server and service.

    Raises:
        AccountNotFound: there is none that ``actor`` may see.
    """
    rows = accounts_for(actor).select_related("customer", "server__connection", "service")
    try:
        return rows.get(pk=account_id)
    except (HostingAccount.DoesNotExist, ValidationError):
        raise AccountNotFound("There is no such hosting account.") from None


def account_of_domain(name: str, *, customer_id: UUID) -> HostingAccount | None:
    """Return the customer's account whose main domain is ``name`` (A-labels), or None."""
    rows = HostingAccount.objects.live().of_customer(customer_id)
    return rows.filter(domain=name).select_related("server__connection", "service").first()


def account_of_service(service_id: UUID) -> HostingAccount | None:
    """Return the account that a service keeps, the live one before those that failed."""
    rows = HostingAccount.objects.filter(service_id=service_id)
    return rows.live().first() or rows.order_by("-id").first()


def servers_with_counts() -> QuerySet[Any]:
    """Return every server with ``accounts_count`` (live ones), by name."""
    live = Q(accounts__status__in=LIVE_ACCOUNT_STATUSES)
    rows = HostingServer.objects.select_related("connection")
    return rows.annotate(accounts_count=Count("accounts", filter=live)).order_by("name")


def server_by_id(server_id: UUID) -> HostingServer:
    """Return one server with ``accounts_count``.

    Raises:
        ServerNotFound: there is none with this id.
    """
    try:
        return servers_with_counts().get(pk=server_id)
    except (HostingServer.DoesNotExist, ValidationError):
        raise ServerNotFound("There is no such hosting server.") from None


def has_login(account: HostingAccount) -> bool:
    """Tell whether the account's server has a control panel that can be opened from here.

    Args:
        account: with its server and connection.
    """
    connection = account.server.connection
    return bool(backends.get(connection.kind, connection.backend).cls.has_logins)  # type: ignore[attr-defined] # the Protocol has it


def server_for_new_account(*, preferred: str = "") -> HostingServer:
    """Return the open server with the fewest accounts.

    Args:
        preferred: name of a server (a plan's parameter ``server``); empty takes any.

    Raises:
        NoServerFree: every server is closed or full.
    """
    rows = servers_with_counts().filter(is_open=True, connection__is_active=True)
    rows = rows.filter(accounts_count__lt=F("max_accounts"))
    if preferred:
        rows = rows.filter(name=preferred)
    server = rows.order_by("accounts_count", "name").first()
    if server is None:
        raise NoServerFree("No hosting server takes new accounts at present.")
    return server


def addresses_of(server: HostingServer) -> ServerAddresses:
    """Return what zones are told of a server."""
    return ServerAddresses(
        ipv4=str(server.ipv4),
        ipv6=str(server.ipv6 or ""),
        mail_hostname=server.mail_hostname,
        spf_include=server.spf_include,
    )


def stake_of_account(account_id: UUID) -> Money | None:
    """Return what was last billed for a hosting account; None where nobody knows. Two queries."""
    rows = HostingAccount.objects.filter(pk=account_id).values_list("service_id", flat=True)
    return stake_of_service(rows.first())


def stake_of_mailbox(mailbox_id: UUID) -> Money | None:
    """Return what was last billed for a mailbox that was ordered by itself. Two queries."""
    rows = Mailbox.objects.filter(pk=mailbox_id).values_list("service_id", flat=True)
    return stake_of_service(rows.first())
