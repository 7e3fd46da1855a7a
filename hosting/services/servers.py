"""Setting hosting servers up."""

from typing import Any

from django.db import IntegrityError, transaction

from domains.rules.names import host_name
from hosting.errors import ServerNotFound
from hosting.models import HostingServer
from hosting.providers.panels.base import KIND
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.errors import DuplicateResource, InvalidInput
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.subjects import subject_of

MANAGE = "hosting_servers:manage"
HOSTS = ("hostname", "mail_hostname", "spf_include")
FIELDS = ("name", *HOSTS, "ipv4", "ipv6", "max_accounts", "is_open")


def server_create(*, actor: Actor, connection: ProviderConnection, **values: Any) -> HostingServer:
    """Put a panel connection to use as a hosting server.

    Args:
        values: ``name``, ``hostname``, ``ipv4``, ``mail_hostname`` and what else
            ``HostingServer`` has.

    Raises:
        NotPermitted: no ``hosting_servers:manage``.
        InvalidInput: the connection is no panel, or a host name cannot be used.
        DuplicateResource: the connection or the name is used by another server.
    """
    actor.require(MANAGE)
    if connection.kind != KIND:
        raise InvalidInput("This connection is no hosting panel.", field="connection_id")
    server = HostingServer(connection=connection, **_checked(values))
    try:
        with transaction.atomic():
            server.save(force_insert=True)
            audit(
                "hosting.server_create",
                actor=actor,
                subject=subject_of(server),
                after=_told(server),
            )
    except IntegrityError:
        raise DuplicateResource("Another server has this name or connection.") from None
    return server


def server_update(*, actor: Actor, server: HostingServer, **changes: Any) -> HostingServer:
    """Change what the world is told of a server; zones follow when they are next laid.

    Raises:
        NotPermitted, InvalidInput, DuplicateResource: see ``server_create``.
        ServerNotFound: it is gone.
    """
    actor.require(MANAGE)
    try:
        with transaction.atomic():
            row = HostingServer.objects.select_for_update().filter(pk=server.pk).first()
            if row is None:
                raise ServerNotFound("There is no such hosting server.")
            before = _told(row)
            for field, value in _checked(changes).items():
                setattr(row, field, value)
            row.save()
            audit(
                "hosting.server_update",
                actor=actor,
                subject=subject_of(row),
                before=before,
                after=_told(row),
            )
    except IntegrityError:
        raise DuplicateResource("Another server has this name.") from None
    return row


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(values) - set(FIELDS))
    if unknown:
        raise TypeError(f"A server has no {', '.join(unknown)}.")
    return {
        field: host_name(value, field=field) if field in HOSTS and value else value
        for field, value in values.items()
    }


def _told(server: HostingServer) -> dict[str, Any]:
    return {field: getattr(server, field) for field in FIELDS}
