"""From a connection's row to a working object."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from ispplatform.core.clock import business_now
from ispplatform.core.http import Deadline, ExchangeRecorder, OutgoingHttp
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.providers.base import ProviderContext
from ispplatform.core.providers.errors import (
    ConnectionInactive,
    ConnectionModeMismatch,
    ConnectionPaused,
)
from ispplatform.core.providers.fields import cleaned_values
from ispplatform.core.providers.registry import Backend, backends
from ispplatform.core.switches.conditions import connection_is_paused
from ispplatform.core.switches.installation import installation_is_confirmed_and

READ_SECONDS = 20.0


def provider_for(
    connection: ProviderConnection,
    *,
    deadline: Deadline | None = None,
    recorder: ExchangeRecorder | None = None,
) -> Any:
    """Return the back end of a connection, ready for one call (or a few within one deadline).

    For whoever asks a provider at once, outside an operation: the availability of a name, a way
    into a panel. Nobody is asked while the stop switch holds the company or the connection, nor
    by a copy of the database that was not confirmed. Never call it inside a transaction.

    Args:
        deadline: when its calls must be over; 20 seconds from now when not given.
        recorder: keeps its exchanges; none are kept when not given.

    Returns:
        An object that meets the Protocol of the connection's kind.

    Raises:
        ConnectionPaused: nothing may go out now.
        ConnectionInactive, ConnectionModeMismatch, InvalidInput: as ``provider_built``.
    """
    is_confirmed, is_paused = installation_is_confirmed_and(connection_is_paused(connection))
    if is_paused or not is_confirmed:
        raise ConnectionPaused("This is paused at the moment.")
    return provider_built(connection, deadline=deadline, recorder=recorder)


def provider_built(
    connection: ProviderConnection,
    *,
    deadline: Deadline | None = None,
    recorder: ExchangeRecorder | None = None,
) -> Any:
    """Return the back end of a connection, whatever the stop switch says.

    For the engine, whose claim asked the switch; for the test of a connection, which a person
    starts and which only reads; and for what a back end tells without asking anybody.

    Args:
        deadline: when its calls must be over; 20 seconds from now when not given.
        recorder: keeps its exchanges; none are kept when not given.

    Returns:
        An object that meets the Protocol of the connection's kind.

    Raises:
        ConnectionInactive: the connection is switched off.
        ConnectionModeMismatch: test access in a live company, or the other way about.
        InvalidInput: this release lacks its back end, a setting is missing, or they do not fit.
    """
    if not connection.is_active:
        raise ConnectionInactive(f"The connection {connection.name} is switched off.")
    backend = backends.get(connection.kind, connection.backend)
    tenant = Tenant.objects.get(pk=connection.tenant_id)  # not cached: its clock may have moved
    mode_check(tenant, backend, connection.credentials, account_mode=connection.account_mode)
    limit = deadline or Deadline.after(READ_SECONDS)
    config = cleaned_values(backend.config_fields, connection.config, what="setting")
    backend.check(config, connection.credentials)
    exchanges = recorder or ExchangeRecorder(secrets=secret_values(connection.credentials))
    return backend.cls(
        ProviderContext(
            connection_id=connection.pk,
            tenant_id=connection.tenant_id,
            config=config,
            credentials=connection.credentials,
            http=OutgoingHttp(
                deadline=limit, recorder=exchanges, ca_file=str(config.get("ca_file", ""))
            ),
            recorder=exchanges,
            deadline=limit,
            business_now=partial(business_now, tenant),
        )
    )


def mode_check(
    tenant: Tenant, backend: Backend, credentials: Mapping[str, Any], *, account_mode: str = ""
) -> None:
    """Return when the access fits the company: live to live, test or sandbox to sandbox.

    Args:
        account_mode: what the provider said when last tested: ``live``, ``test`` or nothing.

    Raises:
        ConnectionModeMismatch: it does not fit.
    """
    if backend.sandbox:
        is_live = False
    elif account_mode:
        is_live = account_mode == "live"
    else:
        is_live = backend.is_live_account(credentials) is not False
    if is_live and tenant.is_sandbox:
        raise ConnectionModeMismatch(
            f"{backend.label} would act for real, and {tenant.name} is a sandbox."
        )
    if not is_live and not tenant.is_sandbox:
        raise ConnectionModeMismatch(
            f"{tenant.name} is a live company, and this is test access to {backend.label}."
        )


def secret_values(credentials: Mapping[str, Any]) -> list[str]:
    """Return the texts that must not appear in any record."""
    return [value for value in credentials.values() if isinstance(value, str) and value]
