"""Telling staff that automation stands still, when no worker is there to send the mail."""

from ispplatform.core.clock import system_now
from ispplatform.core.events.delivery import lane_run
from ispplatform.core.events.dispatch import dispatch_batch
from ispplatform.core.leases import SILENT_AFTER_SECONDS
from ispplatform.core.models import Tenant
from ispplatform.core.models.attention import AttentionItem
from ispplatform.core.models.events import EventDelivery, OutboxEvent
from ispplatform.core.models.operations import Operation
from ispplatform.core.operations.engine import operation_run
from ispplatform.core.operations.selectors import automation_is_silent
from ispplatform.core.operations.watching import silence_show
from ispplatform.core.subjects import subject_of
from ispplatform.core.tasks import without_messages
from ispplatform.core.tenancy.context import tenant_context
from notifications.models import Mail
from notifications.services import SEND


def silence_tell() -> int:
    """When automation is silent, mail every company's alert address, once for each silence.

    Works without worker, beat and broker: it carries out the one matter, its event and its mails
    in this process and nothing else. What was not sent (a mail server that is down, mails that are
    paused) is tried again by the next call.

    Returns:
        How many companies stand still; 0 when automation runs.
    """
    if not automation_is_silent():
        return 0
    old = [row for row in Tenant.objects.order_by("pk") if _is_grown(row)]
    with without_messages():
        for tenant in old:
            with tenant_context(tenant.pk):
                _send(silence_show(tenant))
    return len(old)


def _is_grown(tenant: Tenant) -> bool:
    """Tell whether the company is old enough that something must have run for it."""
    return (system_now() - tenant.created_at).total_seconds() > SILENT_AFTER_SECONDS


def _send(item: AttentionItem) -> None:
    subject = subject_of(item)
    events = OutboxEvent.objects.filter(subject_type=subject.type, subject_id=subject.id)
    while events.filter(dispatched_at=None).exists():
        dispatch_batch()
    for delivery_id in EventDelivery.objects.filter(event__in=events).values_list("pk", flat=True):
        lane_run(delivery_id)
    mails = Mail.objects.filter(event_id__in=events.values("pk"))
    keys = [str(mail_id) for mail_id in mails.values_list("pk", flat=True)]
    for operation in Operation.objects.filter(kind=SEND, key__in=keys):
        operation_run(operation.pk)
