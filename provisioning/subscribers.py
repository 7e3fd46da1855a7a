"""What this app does when money came or did not: it alone acts on billing's events."""

from collections.abc import Iterable
from uuid import UUID

from billing.choices import SubscriptionStatus
from billing.models import DocumentLine
from billing.selectors.dunning import held_unpaid
from ispplatform.core.actors import Actor
from ispplatform.core.errors import PlatformError
from ispplatform.core.events import DeliveredEvent
from provisioning.choices import ServiceStatus
from provisioning.models import Service
from provisioning.provisioners import RenewalTerm
from provisioning.services.activation import service_activate
from provisioning.services.changes import service_renew
from provisioning.services.termination import service_terminate
from provisioning.services.trouble import service_fail_to_person
from provisioning.services.unpaid import (
    NEVER_SUSPENDED,
    SERVICE,
    service_unpaid_settle,
    services_named,
)

# What others build on comes first: a zone before its records, an account before its mailbox.
SET_UP_FIRST = ("domain", "hosting", "email")
ENDED_BECAUSE = {
    "cancelled": "The contract was cancelled.",
    "not_renewed": "It was not to be renewed.",
    "nothing_left": "What was billed is gone.",
}


def on_invoice_paid(event: DeliveredEvent) -> None:
    """Set up what was paid for the first time, renew the rest, end its reason *unpaid*.

    A rule that refuses one service leaves it to a person; the others go on. What a lost dispute
    had opened again, and is paid now, was had already: nothing is renewed a second time. Neither
    is what was set up before the payment of its order, which is no renewal.
    """
    is_had = event.payload.get("was_paid_before") or event.payload.get("proforma_id")
    line_ids: dict[UUID, list[UUID]] = {}
    for line in event.payload["lines"]:
        if line["subject_type"] == SERVICE and line["subject_id"]:
            line_ids.setdefault(UUID(line["subject_id"]), []).append(UUID(line["line_id"]))
    actor = Actor.system("provisioning.on_invoice_paid")
    for service in _in_setting_up_order(line_ids):
        try:
            bought = [] if is_had else line_ids[service.pk]
            _paid(service, bought, actor=actor)
        except PlatformError as refusal:
            service_fail_to_person(
                actor=actor,
                service_id=service.pk,
                trouble=f"Paid by {event.payload['number']}, but: {refusal.message}",
            )


def on_subscription_ended(event: DeliveredEvent) -> None:
    """Let a service end whose subscription is over: it stands still, and its hold begins.

    One that was reopened meanwhile keeps its service.
    """
    actor = Actor.system("provisioning.on_subscription_ended")
    over = Service.objects.filter(
        subscription_id=event.payload["subscription_id"],
        subscription__status=SubscriptionStatus.ENDED,
    )
    for service in over:
        if service.status == ServiceStatus.TERMINATED or service.terminate_at is not None:
            continue
        cause = event.payload["reason"]
        service_terminate(actor=actor, service=service, reason=ENDED_BECAUSE[cause], cause=cause)


def _paid(service: Service, line_ids: list[UUID], *, actor: Actor) -> None:
    if service.status == ServiceStatus.PENDING:
        service_activate(actor=actor, service=service)
        return
    if service.status == ServiceStatus.TERMINATED:
        service_fail_to_person(
            actor=actor,
            service_id=service.pk,
            trouble=f"{service.label} was paid after it had ended.",
        )
        return
    for term in _renewal_terms(line_ids):
        service_renew(actor=actor, service=service, term=term)
    service_unpaid_settle(actor=actor, service_id=service.pk, text="Paid.")


def on_suspension_decided(event: DeliveredEvent) -> None:
    """Let stand still what the invoice bills, unless it was paid by now."""
    text = f"{event.payload['invoice_number']} is not paid."
    _settle_unpaid(services_named(event.payload["subjects"]), event, text=text)


def on_suspension_lifted(event: DeliveredEvent) -> None:
    """Let run again what stood still for the invoice, unless another one holds it."""
    _settle_unpaid(services_named(event.payload["subjects"]), event, text=event.payload["reason"])


def on_invoice_reduced(event: DeliveredEvent) -> None:
    """Let run again what an invoice held that was cancelled or partly taken back."""
    lines = DocumentLine.objects.filter(
        document_id=event.payload["invoice_id"], subject_type=SERVICE, subject_id__isnull=False
    )
    ids = sorted(set(lines.values_list("subject_id", flat=True)))
    _settle_unpaid(ids, event, text="The invoice was taken back.")


def _settle_unpaid(service_ids: list[UUID], event: DeliveredEvent, *, text: str) -> None:
    actor = Actor.system(f"provisioning.{event.name}")
    for service_id in service_ids:
        try:
            service_unpaid_settle(actor=actor, service_id=service_id, text=text)
        except PlatformError as refusal:
            service_fail_to_person(actor=actor, service_id=service_id, trouble=refusal.message)


def on_termination_decided(event: DeliveredEvent) -> None:
    """End what was suspended for the invoice and not paid for long; the hold still runs."""
    actor = Actor.system("provisioning.on_termination_decided")
    held = held_unpaid(SERVICE, services_named(event.payload["subjects"]))
    for service in Service.objects.filter(pk__in=held, terminate_at=None).order_by("id"):
        reason = f"{event.payload['invoice_number']} was not paid."
        service_terminate(actor=actor, service=service, reason=reason, cause="unpaid")


def on_renewal_trusted(event: DeliveredEvent) -> None:
    """Renew what staff trust a customer to pay; the payment renews nothing a second time."""
    actor = Actor.system("provisioning.on_renewal_trusted")
    for line in event.payload["lines"]:
        if line["subject_type"] != SERVICE or not line["subject_id"]:
            continue
        service = Service.objects.filter(pk=line["subject_id"], type__in=NEVER_SUSPENDED).first()
        if service is None:
            continue
        try:
            for term in _renewal_terms([UUID(line["line_id"])]):
                service_renew(actor=actor, service=service, term=term)
        except PlatformError as refusal:
            service_fail_to_person(actor=actor, service_id=service.pk, trouble=refusal.message)


def _renewal_terms(line_ids: Iterable[UUID]) -> list[RenewalTerm]:
    lines = DocumentLine.objects.filter(
        pk__in=list(line_ids), period_start__isnull=False, period_end__isnull=False
    )
    return [
        RenewalTerm(key=str(line.pk), start=line.period_start, end=line.period_end)
        for line in lines.order_by("position")
    ]


def _in_setting_up_order(service_ids: Iterable[UUID]) -> list[Service]:
    rows = Service.objects.filter(pk__in=list(service_ids)).order_by("id")

    def place(service: Service) -> int:
        known = service.type in SET_UP_FIRST
        return SET_UP_FIRST.index(service.type) if known else len(SET_UP_FIRST)

    return sorted(rows, key=place)
