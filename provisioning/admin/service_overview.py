"""What the page of a service tells: what happens next, its setting up, its operations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from billing.services.subscriptions import is_over
from ispplatform.core.actors import Actor
from ispplatform.core.models.operations import OPEN_STATES, Operation, OperationState
from ispplatform.core.operations.kinds import kinds
from ispplatform.core.operations.selectors import operation_state_words, waiting_for
from ispplatform.core.operations.statuses import OPERATION_STATES
from ispplatform.core.pages.formats import date_text, format_locale
from ispplatform.core.pages.statuses import status_words
from ispplatform.core.pages.ui import badge
from provisioning.choices import ServiceStatus
from provisioning.models import Service, ServiceSchedule
from provisioning.selectors.services import open_reasons

OPERATIONS = 10
PAST = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationLine:
    """An operation as the page shows it."""

    row: Operation
    label: str
    badge: SafeString
    waits_for: str
    is_done: bool


def service_overview(service: Service, actor: Actor) -> Mapping[str, Any]:
    """Return what the page's templates show beside the row's own columns."""
    schedules = list(service.schedules.order_by("-due_on")[:OPERATIONS])
    closed = service.reasons.filter(closed_at__isnull=False).order_by("-opened_at")
    return {
        "service": service,
        "reasons": open_reasons(service),
        "past_reasons": list(closed[:PAST]),
        "steps": list(service.steps.all()),
        "schedules": schedules,
        "operations": _operations(service) if actor.can("operations:read") else [],
    }


def next_lines(service: Service, schedules: list[ServiceSchedule]) -> list[str]:
    """Return sentences that say what happens next and when, the nearest first."""
    lines = [_of_its_state(service)]
    lines += [
        gettext("%(act)s on %(day)s.") % {"act": one.get_act_display(), "day": _day(one.due_on)}
        for one in schedules
        if one.state == "waiting"
    ]
    billed = service.subscription
    if billed is not None and service.status == ServiceStatus.ACTIVE:
        ends_on = billed.ends_on or (None if billed.auto_renew else billed.next_billing_on)
        if ends_on is not None:
            lines.append(gettext("It ends on %(day)s.") % {"day": _day(ends_on)})
        elif billed.next_billing_on is not None and not is_over(billed):
            lines.append(gettext("It renews on %(day)s.") % {"day": _day(billed.next_billing_on)})
    return [line for line in lines if line]


def _of_its_state(service: Service) -> str:
    if service.status == ServiceStatus.TERMINATED:
        return gettext("Nothing; its data is gone.")
    if service.terminate_at is not None:
        return gettext("Its data is deleted on %(day)s, unless it is kept after all.") % {
            "day": _day(service.terminate_at)
        }
    if service.status == ServiceStatus.PENDING:
        if service.held_reason:
            return gettext("Nothing, until a person lets it through or refuses the order.")
        if service.trouble:
            return gettext("Nothing, until a person decides how it goes on.")
        if service.setup_started_at is None:
            return gettext("It is set up when its payment arrives.")
    return str(status_words("provisioning.service", service.status).next)


def _operations(service: Service) -> list[OperationLine]:
    """Return what was asked of providers about the service and what it holds, newest first."""
    about = Q(subject_id=service.pk)
    for relation in Service._meta.related_objects:
        held = relation.related_model
        if held._meta.app_label != Service._meta.app_label:
            rows = held._default_manager.filter(**{relation.field.name: service})
            about |= Q(subject_id__in=rows.order_by().values("pk"))
    rows = Operation.objects.filter(about, customer_id=service.customer_id)
    return [_line(row) for row in rows.select_related("connection").order_by("-id")[:OPERATIONS]]


def _line(row: Operation) -> OperationLine:
    words = status_words(OPERATION_STATES, row.state)
    return OperationLine(
        row=row,
        label=kinds.label_of(row.kind),
        badge=badge(operation_state_words(row), words.tone, words.is_working),
        waits_for=waiting_for(row) if row.state in OPEN_STATES else "",
        is_done=row.state == OperationState.SUCCEEDED,
    )


def _day(day: Any) -> str:
    return date_text(day, format_locale(get_language() or "en"))
