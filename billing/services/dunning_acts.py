"""What people do to the dunning of one invoice."""

from datetime import date
from uuid import UUID

from django.db import transaction

from billing.choices import StepState
from billing.errors import (
    DunningOver,
    NothingSuspended,
    PaymentInProgress,
    PaymentMethodNotFound,
)
from billing.events import RenewalTrusted, SuspensionLifted
from billing.models import DunningCase, Invoice, Payment
from billing.rules.dunning import Step, StepKind
from billing.selectors.invoices import lines_payload
from billing.selectors.parties import present_tenant
from billing.selectors.payments import payments_underway
from billing.selectors.unpaid_lines import suspendable_of
from billing.services.attention import domain_decided
from billing.services.dunning import dunning_schedule, step_note
from billing.services.dunning_holds import MANAGE, dunning_promise
from billing.services.dunning_steps import Taken, charge_take, step_pending, subjects_payload
from billing.services.locks import locked_dunning
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now
from ispplatform.core.errors import InvalidInput
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of

TRUST = "dunning:trust"


def dunning_charge_now(*, actor: Actor, case_id: UUID) -> Payment:
    """Charge the customer's card for the invoice now, whatever the calendar says.

    Raises:
        NotPermitted, DunningCaseNotFound.
        DunningOver: nothing is owed any more.
        PaymentInProgress: an earlier charge is still on its way.
        PaymentMethodNotFound: there is no card that may be charged.
    """
    actor.require(MANAGE)
    actor.require("payments:create")
    with transaction.atomic():
        case, invoice = _open(case_id)
        if payments_underway(invoice.document).exists():
            raise PaymentInProgress("An earlier payment is still on its way.")
        count = case.steps.filter(key__startswith="charge_by_hand").count()
        step = Step(
            key=f"charge_by_hand_{count + 1}",
            kind=StepKind.CHARGE,
            number=count + 1,
            at=business_now(present_tenant()),
        )
        taken = charge_take(case, invoice, step, actor)
        if taken.payment is None:
            raise PaymentMethodNotFound(taken.reason)
        step_note(case, step, taken, actor=actor)
    return taken.payment


def dunning_skip(*, actor: Actor, case_id: UUID, key: str, reason: str) -> DunningCase:
    """Leave out the step that comes next; the one after it is next then.

    Args:
        key: of the step that was looked at.

    Raises:
        NotPermitted, DunningCaseNotFound.
        DunningOver: the step was taken by now, or nothing is owed any more.
        InvalidInput: no reason.
    """
    actor.require(MANAGE)
    _require_reason(reason)
    with transaction.atomic():
        case, invoice = _open(case_id)
        if not key or case.next_key != key:
            raise DunningOver("Another step is next by now.")
        step = step_pending(case, key=key)
        step_note(case, step, Taken(StepState.SKIPPED, reason), actor=actor)
        case.plan = None
        dunning_schedule(case, invoice, tenant=present_tenant())
    return case


def dunning_resume_now(*, actor: Actor, case_id: UUID, until: date, reason: str) -> DunningCase:
    """Let services run again that stand still for the invoice, before the money came.

    Until ``until`` nothing is suspended; when the invoice is still unpaid then, they are again.

    Raises:
        NotPermitted, DunningCaseNotFound, DunningOver.
        NothingSuspended: no service stands still for it.
        InvalidInput, PromiseTooLong: as ``dunning_promise``.
    """
    actor.require(MANAGE)
    with transaction.atomic():
        case, invoice = _open(case_id)
        if case.suspended_at is None:
            raise NothingSuspended("No service stands still for this invoice.")
        dunning_promise(actor=actor, customer=invoice.customer, until=until, reason=reason)
        case.suspended_at = None
        dunning_schedule(case, invoice, tenant=present_tenant())
        audit(
            "billing.dunning_resume",
            actor=actor,
            subject=subject_of(invoice),
            reason=reason,
            after={"until": until},
            customer_id=invoice.customer_id,
        )
        publish(
            SuspensionLifted(
                invoice_id=invoice.pk,
                invoice_number=invoice.number,
                customer_id=invoice.customer_id,
                reason=reason,
                subjects=subjects_payload(suspendable_of(invoice.document)),
            ),
            subject=subject_of(invoice),
            customer_id=invoice.customer_id,
        )
    return case


def renewal_trust(*, actor: Actor, case_id: UUID, reason: str) -> DunningCase:
    """Have the invoice's names renewed before the money came; it stays open and is asked for.

    Raises:
        NotPermitted, DunningCaseNotFound, DunningOver.
        InvalidInput: no reason.
    """
    actor.require(TRUST)
    _require_reason(reason)
    with transaction.atomic():
        case, invoice = _open(case_id)
        if case.expires_on is None:
            raise DunningOver("No domain on this invoice waits for its renewal.")
        domain_decided(invoice, resolution=f"{actor.label} renews it on trust.")
        audit(
            "billing.renewal_trust",
            actor=actor,
            subject=subject_of(invoice),
            reason=reason,
            customer_id=invoice.customer_id,
        )
        publish(
            RenewalTrusted(
                invoice_id=invoice.pk,
                invoice_number=invoice.number,
                customer_id=invoice.customer_id,
                reason=reason,
                lines=lines_payload(invoice.document),
            ),
            subject=subject_of(invoice),
            customer_id=invoice.customer_id,
        )
    return case


def _open(case_id: UUID) -> tuple[DunningCase, Invoice]:
    case, invoice = locked_dunning(case_id)
    if case.closed_at is not None or not invoice.is_open:
        raise DunningOver("Nothing is owed on this invoice any more.")
    return case, invoice


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput("Say why: colleagues will ask.", field="reason")
