"""Writing events into the outbox, in the transaction in which they happen."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from celery import signature
from django.db import transaction

from ispplatform.core.counters import take_numbers
from ispplatform.core.events.registry import Event, payload_of
from ispplatform.core.models.events import OutboxEvent
from ispplatform.core.request_ids import current_request_id
from ispplatform.core.subjects import Subject
from ispplatform.core.tasks import enqueue_on_commit
from ispplatform.core.tenancy.context import current_tenant_id

# By name: subscribers, and the tasks that call them, publish in their turn.
DISPATCH = "ispplatform.core.events.tasks.dispatch_events"


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """An event with what it is about.

    Args:
        customer_id: the customer on whose timeline it appears; None when it concerns none.
    """

    event: Event
    subject: Subject
    customer_id: UUID | None = None


def publish(event: Event, *, subject: Subject, customer_id: UUID | None = None) -> OutboxEvent:
    """Write one event; call it in the transaction of what happened. Two statements.

    Subscribers hear of it once the transaction has committed. The subject's sequence stays locked
    until then, so publish late in the transaction.

    Raises:
        TransactionManagementError: no transaction is open: the event could be lost or untrue.
    """
    return publish_many([Publication(event=event, subject=subject, customer_id=customer_id)])[0]


def publish_many(publications: Sequence[Publication]) -> list[OutboxEvent]:
    """Write several events, in this order per subject; two statements for each hundred or so.

    Raises:
        TransactionManagementError: no transaction is open.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An event is published outside a transaction.")
    if not publications:
        return []
    rows = _numbered(publications)
    OutboxEvent.objects.bulk_create(rows, batch_size=100)
    enqueue_on_commit(signature(DISPATCH), current_tenant_id())
    return rows


def _numbered(publications: Sequence[Publication]) -> list[OutboxEvent]:
    keys = [(one.subject.type, one.subject.id) for one in publications]
    counts: dict[tuple[str, UUID], int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    last = take_numbers(counts)
    upcoming = {key: last[key] - counts[key] + 1 for key in counts}
    rows = []
    for key, one in zip(keys, publications, strict=True):
        rows.append(_row(one, upcoming[key]))
        upcoming[key] += 1
    return rows


def _row(publication: Publication, sequence: int) -> OutboxEvent:
    return OutboxEvent(
        name=publication.event.name,
        subject_type=publication.subject.type,
        subject_id=publication.subject.id,
        subject_label=publication.subject.label[:200],
        sequence=sequence,
        customer_id=publication.customer_id,
        payload=payload_of(publication.event),
        request_id=current_request_id(),
    )
