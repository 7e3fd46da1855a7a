"""When a service cannot go on by itself: a person sees it, and sees when it is over."""

from uuid import UUID

from django.db import transaction

from ispplatform.core.actors import Actor
from ispplatform.core.attention import attention_open, attention_settled
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of
from provisioning.choices import StepState
from provisioning.events import ServiceNeedsPerson
from provisioning.models import Service
from provisioning.services.locks import service_locked

TROUBLE = "provisioning.trouble"
HELD = "provisioning.held"


def service_fail_to_person(
    *,
    actor: Actor,
    service_id: UUID,
    trouble: str,
    step: str = "",
    is_shown_elsewhere: bool = False,
) -> Service:
    """Note that the service cannot go on by itself, and tell those who can decide.

    Args:
        trouble: one sentence for staff: what was refused, by whom, and what it said.
        step: key of the step of the setting up that failed. Its trouble lasts until that step is
            through, whatever else goes on meanwhile; without one, until anything goes on.
        is_shown_elsewhere: an operation already stands before staff for the same cause.
    """
    with transaction.atomic():
        row = service_locked(service_id)
        row.trouble, row.trouble_at = trouble[:500], system_now()
        row.save(update_fields=["trouble", "trouble_at"])
        row.steps.filter(key=step, state=StepState.WAITING).update(
            trouble=row.trouble, accepted_at=None, accepted_words=""
        )
        subject = subject_of(row)
        audit(
            "provisioning.service_fail_to_person",
            actor=actor,
            subject=subject,
            reason=trouble,
            customer_id=row.customer_id,
        )
        if not is_shown_elsewhere:
            attention_open(
                kind=TROUBLE, subject=subject, sentence=row.trouble, customer_id=row.customer_id
            )
        publish(
            ServiceNeedsPerson(
                service_id=row.pk,
                customer_id=row.customer_id,
                service_type=row.type,
                label=row.label,
                trouble=row.trouble,
                source_type=row.source_type,
                source_id=row.source_id,
            ),
            subject=subject,
            customer_id=row.customer_id,
        )
    return row


def trouble_end(row: Service, *, resolution: str) -> None:
    """Take the trouble of a locked service away, in the caller's transaction."""
    if row.trouble_at is None:
        return
    row.trouble, row.trouble_at = "", None
    row.save(update_fields=["trouble", "trouble_at"])
    row.steps.exclude(trouble="").update(trouble="")
    attention_settled(kind=TROUBLE, subject=subject_of(row), resolution=resolution)


def trouble_remains(row: Service, *, trouble: str) -> None:
    """Let another step's trouble stand for a locked service, in the caller's transaction."""
    if row.trouble == trouble:
        return
    row.trouble = trouble
    row.save(update_fields=["trouble"])
    attention_open(
        kind=TROUBLE, subject=subject_of(row), sentence=trouble, customer_id=row.customer_id
    )


def hold_end(row: Service, *, resolution: str) -> None:
    """Let a locked service through, in the caller's transaction."""
    if not row.is_held:
        return
    row.held_reason = ""
    row.save(update_fields=["held_reason"])
    attention_settled(kind=HELD, subject=subject_of(row), resolution=resolution)
