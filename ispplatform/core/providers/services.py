"""Setting connections up, testing them, switching them off."""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import (
    DuplicateResource,
    InvalidInput,
    NotFound,
    PlatformError,
    ProviderError,
)
from ispplatform.core.events import publish
from ispplatform.core.http import Deadline
from ispplatform.core.models.connections import ConnectionState, ProviderConnection
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.operations.circuit import circuit_succeeded
from ispplatform.core.providers.base import ProbeReport
from ispplatform.core.providers.building import mode_check, provider_built
from ispplatform.core.providers.errors import ConnectionModeMismatch
from ispplatform.core.providers.events import ConnectionStateChanged
from ispplatform.core.providers.exchanges import recorder_for
from ispplatform.core.providers.fields import cleaned_values
from ispplatform.core.providers.registry import Backend, backends
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import current_tenant_id

logger = logging.getLogger(__name__)

MANAGE = "connections:manage"
TEST_SECONDS = 15.0


def connection_create(
    *,
    actor: Actor,
    kind: str,
    backend: str,
    name: str,
    config: Mapping[str, Any] | None = None,
    credentials: Mapping[str, Any] | None = None,
) -> ProviderConnection:
    """Keep access to a provider, untested; the credentials are encrypted.

    Raises:
        NotPermitted, InvalidInput, ConnectionModeMismatch.
        DuplicateResource: a connection of this kind has the name already.
    """
    actor.require(MANAGE)
    found = backends.get(kind, backend)
    if not name.strip():
        raise InvalidInput("A connection needs a name.", field="name")
    row = ProviderConnection(
        kind=kind,
        backend=backend,
        name=name.strip(),
        is_sandbox=found.sandbox,
        config=cleaned_values(found.config_fields, config or {}, what="setting"),
        credentials=cleaned_values(found.credential_fields, credentials or {}, what="credential"),
    )
    found.check(row.config, row.credentials)
    mode_check(Tenant.objects.get(pk=current_tenant_id()), found, row.credentials)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit("core.connection_create", actor=actor, subject=subject_of(row), after=_told(row))
    except IntegrityError as exc:
        raise DuplicateResource(f"There is a {kind} connection {name} already.") from exc
    return row


def connection_update(
    *,
    actor: Actor,
    connection_id: UUID,
    name: str | None = None,
    config: Mapping[str, Any] | None = None,
    credentials: Mapping[str, Any] | None = None,
    is_active: bool | None = None,
) -> ProviderConnection:
    """Change a connection; what is None stays.

    Args:
        credentials: only those given are replaced; the others stay, so that a form need not show
            secrets to keep them.

    Raises:
        NotPermitted, NotFound, InvalidInput, ConnectionModeMismatch, DuplicateResource.
    """
    actor.require(MANAGE)
    try:
        with transaction.atomic():
            row = _locked(connection_id)
            before = _told(row)
            found = backends.get(row.kind, row.backend)
            if name is not None:
                row.name = name.strip() or row.name
            if is_active is not None:
                row.is_active = is_active
            if config is not None:
                row.config = cleaned_values(found.config_fields, config, what="setting")
            if credentials is not None:
                _replace_credentials(row, found, credentials)
            if config is not None or credentials is not None:
                found.check(row.config, row.credentials)
            mode_check(row.tenant, found, row.credentials)
            if config is not None or credentials is not None:
                row.state, row.state_sentence = ConnectionState.UNTESTED, ""
                row.account_mode = ""
            row.save()
            audit(
                "core.connection_update",
                actor=actor,
                subject=subject_of(row),
                before=before,
                after={**_told(row), "credentials_replaced": sorted(credentials or {})},
            )
    except IntegrityError as exc:
        raise DuplicateResource("Another connection of this kind has this name.") from exc
    return row


def connection_test(*, actor: Actor, connection_id: UUID) -> ProviderConnection:
    """Ask the provider who the account is, and keep what it said. Changes nothing there.

    Takes up to 15 seconds; never call it inside a transaction.

    Returns:
        The connection, ``working`` or ``failing`` with a sentence and the time.

    Raises:
        NotPermitted, NotFound.
    """
    actor.require(MANAGE)
    row = ProviderConnection.objects.filter(pk=connection_id).first()
    if row is None:
        raise NotFound("There is no such connection.")
    report, failure = _probe(row)
    with transaction.atomic():
        kept = _locked(connection_id)
        before = kept.state
        kept.state = ConnectionState.FAILING if failure else ConnectionState.WORKING
        kept.state_sentence = (failure or (report.sentence if report else ""))[:500]
        kept.tested_at = system_now()
        if report is not None and report.is_live is not None:
            kept.account_mode = "live" if report.is_live else "test"
        kept.save()
        audit(
            "core.connection_test",
            actor=actor,
            subject=subject_of(kept),
            before={"state": before},
            after={"state": kept.state, "sentence": kept.state_sentence},
        )
        if kept.state != before:
            publish(
                ConnectionStateChanged(
                    connection_id=kept.pk,
                    kind=kept.kind,
                    connection_name=kept.name,
                    state=kept.state,
                    sentence=kept.state_sentence,
                ),
                subject=subject_of(kept),
            )
        if not failure:
            circuit_succeeded(kept)  # what waits behind it may go on at once
    return kept


def _probe(row: ProviderConnection) -> tuple[ProbeReport | None, str]:
    """Return the provider's report and why the connection cannot be used (empty: it can)."""
    try:
        provider = provider_built(
            row, deadline=Deadline.after(TEST_SECONDS), recorder=recorder_for(row)
        )
        report: ProbeReport = provider.probe()
    except (ProviderError, PlatformError) as exc:
        return None, exc.message
    except Exception as exc:  # the border of a back end: its error is shown, not raised
        logger.exception("The test of connection %s failed unexpectedly.", row.pk)
        return None, f"The back end failed unexpectedly: {type(exc).__name__}."
    mode = {True: "live", False: "test", None: ""}[report.is_live]
    try:
        found = backends.get(row.kind, row.backend)
        mode_check(row.tenant, found, row.credentials, account_mode=mode)
    except ConnectionModeMismatch as exc:
        return report, exc.message
    return report, ""


def _locked(connection_id: UUID) -> ProviderConnection:
    row = ProviderConnection.objects.select_for_update().filter(pk=connection_id).first()
    if row is None:
        raise NotFound("There is no such connection.")
    return row


def _replace_credentials(
    row: ProviderConnection, backend: Backend, replaced: Mapping[str, Any]
) -> None:
    kept = {name: value for name, value in replaced.items() if value not in (None, "")}
    row.credentials = cleaned_values(
        backend.credential_fields, {**row.credentials, **kept}, what="credential"
    )


def _told(row: ProviderConnection) -> dict[str, Any]:
    """Return what the audit trail may hold of a connection."""
    return {
        "kind": row.kind,
        "backend": row.backend,
        "name": row.name,
        "config": dict(row.config),
        "is_active": row.is_active,
        "credentials": sorted(row.credentials),
    }
