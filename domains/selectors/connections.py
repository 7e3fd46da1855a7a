"""Which account a name or a zone goes through."""

from uuid import UUID

from domains.errors import NoDnsServer, NoRegistrar
from domains.providers.dns.base import KIND as DNS
from domains.providers.registrars.base import KIND as REGISTRAR
from domains.rules.names import host_name
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.providers.selectors import connections_of_kind


def registrar_for(tld: str, *, preferred: str = "") -> ProviderConnection:
    """Return the registrar account through which names under ``tld`` are registered.

    Args:
        preferred: name of a connection (a plan's parameter ``registrar``); empty takes the first.

    Raises:
        NoRegistrar: none is set up, or not the preferred one.
    """
    rows = connections_of_kind(REGISTRAR)
    row = (rows.filter(name=preferred) if preferred else rows).first()
    if row is None:
        raise NoRegistrar(f"No registrar is set up for names under .{tld}.", tld=tld)
    return row


def dns_connection() -> ProviderConnection:
    """Return the DNS server that new zones go to.

    Raises:
        NoDnsServer: none is set up.
    """
    row = connections_of_kind(DNS).first()
    if row is None:
        raise NoDnsServer("No DNS server is set up.")
    return row


def name_servers_of(connection: ProviderConnection) -> list[str]:
    """Return the host names of a DNS connection, as zones and registrars are told them.

    Raises:
        NoDnsServer: the connection names fewer than two.
    """
    text = str(connection.config.get("name_servers", ""))
    hosts = [host_name(part) for part in text.split(",") if part.strip()]
    if len(hosts) < 2:
        raise NoDnsServer(f"The DNS connection {connection.name} needs two name servers.")
    return hosts


def registrar_by_id(connection_id: UUID) -> ProviderConnection:
    """Return a registrar account of the tenant, active or not.

    Raises:
        NoRegistrar: there is none with this id.
    """
    row = ProviderConnection.objects.filter(kind=REGISTRAR, pk=connection_id).first()
    if row is None:
        raise NoRegistrar("There is no such registrar.")
    return row
