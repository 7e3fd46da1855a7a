"""The circuit breaker of a connection: one dead panel must not hold up the rest.

Kept in the connection's row, so every process sees it. After five failures in a row nothing is
sent for a while; then one call goes first and decides. A circuit that stays open is put before a
person (``watching.py``).
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import DateTimeField, F, Q, Value
from django.db.models.functions import Coalesce

from ispplatform.core.backoff import Backoff
from ispplatform.core.clock import system_now
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.operations.watching import connection_answers

FAILURES_UNTIL_OPEN = 5
OPEN_FOR = Backoff(first_seconds=30, factor=2, cap_seconds=600, spread=0.1)
PROBE_FOR = timedelta(seconds=300)  # above the longest that one call can last


def circuit_admit(connection: ProviderConnection | None) -> bool:
    """Tell whether a call may go out; the first after a pause reserves the probe for itself."""
    if connection is None or connection.circuit_open_until is None:
        return True
    now = system_now()
    if connection.circuit_open_until > now:
        return False
    free = Q(circuit_probe_until=None) | Q(circuit_probe_until__lte=now)
    reserved = ProviderConnection.objects.filter(
        free, pk=connection.pk, circuit_open_until__lte=now
    ).update(circuit_probe_until=now + PROBE_FOR)
    return reserved == 1


def circuit_give_back(connection: ProviderConnection | None) -> None:
    """Give the probe back that ``circuit_admit`` reserved, when no call was made after all."""
    if connection is not None and connection.circuit_open_until is not None:
        ProviderConnection.objects.filter(pk=connection.pk).update(circuit_probe_until=None)


def circuit_succeeded(connection: ProviderConnection | None) -> None:
    """Note that the provider answered; closes the circuit. No statement when it was closed."""
    if connection is None:
        return
    if connection.circuit_failures or connection.circuit_open_until:
        with transaction.atomic():
            ProviderConnection.objects.filter(pk=connection.pk).update(
                circuit_failures=0,
                circuit_opened_at=None,
                circuit_open_until=None,
                circuit_probe_until=None,
            )
            connection_answers(connection)


def circuit_failed(connection: ProviderConnection | None) -> None:
    """Note a call without an answer; opens the circuit after five in a row."""
    if connection is None:
        return
    rows = ProviderConnection.objects.filter(pk=connection.pk)
    rows.update(circuit_failures=F("circuit_failures") + 1, circuit_probe_until=None)
    failures = rows.values_list("circuit_failures", flat=True).get()
    if failures >= FAILURES_UNTIL_OPEN:
        wait = OPEN_FOR.after(failures - FAILURES_UNTIL_OPEN + 1, key=connection.pk)
        now = system_now()
        first = Value(now, output_field=DateTimeField())
        rows.update(
            circuit_open_until=now + wait,
            circuit_opened_at=Coalesce(F("circuit_opened_at"), first),
        )
