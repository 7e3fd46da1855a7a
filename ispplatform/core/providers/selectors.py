"""Reading connections."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from ispplatform.core.errors import NotFound
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.models.operations import OPEN_STATES


def connections_of_kind(kind: str) -> QuerySet[ProviderConnection]:
    """Return the active connections of a kind, by name."""
    return ProviderConnection.objects.filter(kind=kind, is_active=True).order_by("name")


def connection_by_id(connection_id: UUID) -> ProviderConnection:
    """Return a connection of the tenant, active or not.

    Raises:
        NotFound: it has none with this id.
    """
    row = ProviderConnection.objects.filter(pk=connection_id).first()
    if row is None:
        raise NotFound("There is no such connection.")
    return row


def connections_overview() -> QuerySet[ProviderConnection]:
    """Return the tenant's connections with ``operations_waiting``, by kind and name."""
    waiting = Count("operations", filter=Q(operations__state__in=OPEN_STATES))
    return ProviderConnection.objects.annotate(operations_waiting=waiting).order_by("kind", "name")
