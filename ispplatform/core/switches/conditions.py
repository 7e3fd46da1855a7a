"""The conditions under which an operation, or a connection, is left alone."""

from django.db.models import Exists, OuterRef, Q

from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.models.switches import OperationSwitch, SwitchScope


def is_paused() -> Q:
    """Return the condition, for a queryset of operations, that a switch stops them."""
    stopping = Q(scope=SwitchScope.TENANT)
    stopping |= Q(scope=SwitchScope.KIND, kind=OuterRef("kind"))
    stopping |= Q(scope=SwitchScope.CONNECTION, connection_id=OuterRef("connection_id"))
    switches = OperationSwitch.objects.filter(
        stopping, is_paused=True, tenant_id=OuterRef("tenant_id")
    )
    return Q(Exists(switches))


def connection_is_paused(connection: ProviderConnection) -> Exists:
    """Return the condition that a switch holds the connection, or its whole company."""
    stopping = Q(scope=SwitchScope.TENANT)
    stopping |= Q(scope=SwitchScope.CONNECTION, connection_id=connection.pk)
    switches = OperationSwitch.objects.filter(
        stopping, is_paused=True, tenant_id=connection.tenant_id
    )
    return Exists(switches)
