"""Reading connections."""

from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from ispplatform.core.errors import NotFound
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.models.operations import OPEN_STATES, Operation


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
    # Those that wait have an index of their own; a join would read every operation there ever was.
    open_ones = Operation.objects.filter(connection=OuterRef("pk"), state__in=OPEN_STATES)
    counted = open_ones.order_by().values("connection").annotate(count=Count("pk")).values("count")
    waiting = Coalesce(Subquery(counted), 0)
    return ProviderConnection.objects.annotate(operations_waiting=waiting).order_by("kind", "name")
