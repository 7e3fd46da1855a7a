"""Keeping what was said to providers and what they answered."""

import logging
from functools import partial
from uuid import UUID

from django.db import DatabaseError

from ispplatform.core.http import Exchange, ExchangeRecorder
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.models.operations import OperationExchange
from ispplatform.core.providers.building import secret_values

logger = logging.getLogger(__name__)


def recorder_for(
    connection: ProviderConnection | None, *, operation_id: UUID | None = None, attempt: int = 0
) -> ExchangeRecorder:
    """Return a recorder that writes each exchange at once, redacted.

    An exchange that cannot be written is logged: the record must not change the outcome.
    """
    keep = partial(_keep, connection.pk if connection else None, operation_id, attempt)
    return ExchangeRecorder(
        keep, secrets=secret_values(connection.credentials) if connection else []
    )


def _keep(
    connection_id: UUID | None, operation_id: UUID | None, attempt: int, exchange: Exchange
) -> None:
    try:
        OperationExchange.objects.create(
            connection_id=connection_id,
            operation_id=operation_id,
            attempt=attempt,
            method=exchange.method[:80],
            url=exchange.url[:2000],
            started_at=exchange.started_at,
            duration_ms=exchange.duration_ms,
            request_headers=exchange.request_headers,
            request_body=exchange.request_body,
            status=exchange.status,
            response_headers=exchange.response_headers,
            response_body=exchange.response_body,
            error=exchange.error[:2000],
        )
    except DatabaseError:
        logger.exception("An exchange of connection %s could not be kept.", connection_id)
