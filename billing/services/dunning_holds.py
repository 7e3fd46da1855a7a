"""Letting dunning stand still, and letting it go on."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.choices import HoldKind
from billing.errors import HoldNotOpen, PromiseTooLong
from billing.models import DunningHold, Invoice
from billing.preferences_dunning import PROMISE_DAYS
from billing.selectors.parties import present_tenant
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now, business_today
from ispplatform.core.errors import InvalidInput
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.subjects import subject_of

MANAGE = "dunning:manage"
PAUSE = "dunning:pause"
CALENDAR = Actor.system("dunning")


def dunning_promise(*, actor: Actor, customer: Customer, until: date, reason: str) -> DunningHold:
    """Suspend nothing of a customer before ``until``; meanwhile its whole dunning stands still.

    A promise that is open already is moved and keeps its first day, so that no chain of promises
    gets longer than the tenant allows.

    Args:
        until: the day on which it goes on; a day of the tenant's calendar.

    Raises:
        NotPermitted.
        InvalidInput: no reason, or a day that is not ahead.
        PromiseTooLong: further ahead than the tenant allows, 60 days by default.
    """
    actor.require(PAUSE)
    tenant = present_tenant()
    today = business_today(tenant)
    if until <= today:
        raise InvalidInput("Choose a day that lies ahead.", field="until")
    with transaction.atomic():
        known = _open(customer, HoldKind.PROMISE).first()
        since = known.since if known is not None else today
        last = since + timedelta(days=PROMISE_DAYS.of(tenant))
        if until > last:
            raise PromiseTooLong(f"Use a day up to {last}.", field="until")
        hold = known or _new(actor, customer, HoldKind.PROMISE, since=since)
        before = {"until": hold.until}
        hold.until, hold.reason = until, _reason(reason)
        hold.save()
        _audited("billing.dunning_promise", actor, hold, before=before)
    return hold


def dunning_pause(
    *, actor: Actor, customer: Customer, reason: str, invoice: Invoice | None = None
) -> DunningHold:
    """Let the dunning of a customer, or of one invoice, stand still until somebody ends it.

    Raises:
        NotPermitted.
        InvalidInput: no reason.
    """
    actor.require(PAUSE)
    with transaction.atomic():
        known = _open(customer, HoldKind.PAUSE, invoice=invoice).first()
        today = business_today(present_tenant())
        hold = known or _new(actor, customer, HoldKind.PAUSE, since=today, invoice=invoice)
        hold.reason = _reason(reason)
        hold.save()
        _audited("billing.dunning_pause", actor, hold)
    return hold


def gateway_hold(
    *, customer_id: UUID, connection: ProviderConnection, code: str, reason: str
) -> DunningHold | None:
    """Let a customer's dunning stand still because of a gateway's trouble; None when it does."""
    with transaction.atomic():
        customer = Customer.objects.select_for_update().get(pk=customer_id)
        if _open(customer, HoldKind.GATEWAY).exists():
            return None
        today = business_today(present_tenant())
        hold = _new(CALENDAR, customer, HoldKind.GATEWAY, since=today)
        hold.connection, hold.code, hold.reason = connection, code[:60], reason[:500]
        hold.save()
        _audited("billing.dunning_pause", CALENDAR, hold)
    return hold


def dunning_hold_end(*, actor: Actor, hold_id: UUID) -> DunningHold:
    """Let dunning go on.

    Raises:
        NotPermitted.
        HoldNotOpen: it goes on already.
    """
    actor.require(PAUSE)
    with transaction.atomic():
        rows = DunningHold.objects.select_for_update(of=("self",)).select_related("customer")
        hold = rows.filter(pk=hold_id, closed_at=None).first()
        if hold is None:
            raise HoldNotOpen("Dunning goes on already.")
        hold.closed_at = business_now(present_tenant())
        hold.closed_by = actor.label[:200]
        hold.save(update_fields=["closed_at", "closed_by"])
        _audited("billing.dunning_go_on", actor, hold)
    return hold


def _open(customer: Customer, kind: HoldKind, *, invoice: Invoice | None = None) -> Any:
    rows = DunningHold.objects.select_for_update().filter(customer=customer, kind=kind)
    return rows.filter(invoice=invoice, closed_at=None)


def _new(
    actor: Actor, customer: Customer, kind: HoldKind, *, since: date, invoice: Invoice | None = None
) -> DunningHold:
    return DunningHold(
        customer=customer,
        invoice=invoice,
        kind=kind,
        since=since,
        opened_at=business_now(present_tenant()),
        opened_by=actor.label[:200],
    )


def _reason(reason: str) -> str:
    if not reason.strip():
        raise InvalidInput("Say why: colleagues will ask.", field="reason")
    return reason.strip()[:500]


def _audited(
    act: str, actor: Actor, hold: DunningHold, *, before: dict[str, Any] | None = None
) -> None:
    subject = hold.invoice if hold.invoice is not None else hold.customer
    audit(
        act,
        actor=actor,
        subject=subject_of(subject),
        reason=hold.reason,
        before=before or {},
        after={"kind": hold.kind, "until": hold.until},
        customer_id=hold.customer_id,
    )
