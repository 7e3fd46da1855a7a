"""What staff see of unpaid invoices on the pages of invoices and customers, and can do there."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.choices import StepState
from billing.models import DunningCase, DunningHold, DunningStep, Invoice
from billing.rules.dunning import StepKind
from billing.selectors.dunning import (
    Forecast,
    card_to_charge,
    day_of,
    dunning_cases_for,
    forecast_of,
    holds_open,
    invoices_undecided,
    standstill_known,
)
from billing.services.dunning_acts import (
    dunning_charge_now,
    dunning_resume_now,
    dunning_skip,
    renewal_trust,
)
from billing.services.dunning_holds import dunning_hold_end, dunning_pause, dunning_promise
from billing.words_dunning import (
    STEPS,
    staff_sentence,
    standstill_sentence,
    standstill_words,
    step_sentence,
)
from customers.models import Customer
from customers.rules.timeline import TimelineFacts
from customers.slots import TimelineSentence
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm, acts_for
from ispplatform.core.clock import business_today
from ispplatform.core.tenancy.lookup import tenant_by_id

Values = Mapping[str, Any]
ROWS = 10
DAY = forms.DateInput(attrs={"type": "date"})
CHARGE = "charge"
USUAL_PROMISE = timedelta(days=7)


class UntilForm(forms.Form):
    """Until when, and why."""

    until = forms.DateField(
        label=_("Do not suspend until"), widget=DAY, help_text=_("On this day it goes on.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea)


def _in_a_week(row: DunningCase) -> dict[str, Any]:
    return {"until": business_today(tenant_by_id(row.tenant_id)) + USUAL_PROMISE}


def _charged(actor: Actor, row: DunningCase, values: Values) -> str:
    payment = dunning_charge_now(actor=actor, case_id=row.pk)
    return _t("%(amount)s %(currency)s are being charged.") % {
        "amount": payment.amount,
        "currency": payment.currency,
    }


def _promised(actor: Actor, row: DunningCase, values: Values) -> str:
    hold = dunning_promise(actor=actor, customer=row.customer, **values)
    return _t("Nothing of this customer is suspended before %(day)s.") % {"day": hold.until}


def _paused(actor: Actor, row: DunningCase, values: Values) -> str:
    dunning_pause(actor=actor, customer=row.customer, invoice=row.invoice, **values)
    return _t("It stands still until somebody lets it go on.")


def _gone_on(actor: Actor, row: DunningCase, values: Values) -> str:
    for hold in list(holds_open(row.customer_id, invoice_id=row.invoice_id)):
        dunning_hold_end(actor=actor, hold_id=hold.pk)
    return _t("It goes on.")


def _skipped(actor: Actor, row: DunningCase, values: Values) -> str:
    dunning_skip(actor=actor, case_id=row.pk, key=row.next_key, **values)
    return _t("Left out.")


def _resumed(actor: Actor, row: DunningCase, values: Values) -> str:
    dunning_resume_now(actor=actor, case_id=row.pk, **values)
    return _t("The services run again in a moment.")


def _trusted(actor: Actor, row: DunningCase, values: Values) -> str:
    renewal_trust(actor=actor, case_id=row.pk, **values)
    return _t("The domain is being renewed; the invoice stays open.")


def _is_open(row: DunningCase) -> bool:
    return row.closed_at is None


def _is_held(row: DunningCase) -> bool:
    return _is_open(row) and holds_open(row.customer_id, invoice_id=row.invoice_id).exists()


def _invoice_page(row: DunningCase) -> str:
    return reverse("admin:billing_invoice_change", args=[row.invoice_id])


ACTS = (
    Act(
        name="resume",
        label=_("Resume now"),
        permission="dunning:manage",
        run=_resumed,
        form=UntilForm,
        initial=_in_a_week,
        explanation=_("The services run again before the money came."),
        applies=lambda row: _is_open(row) and row.suspended_at is not None,
        tone="main",
        leads_to=_invoice_page,
    ),
    Act(
        name="trust",
        label=_("Renew on trust"),
        permission="dunning:trust",
        run=_trusted,
        form=ReasonForm,
        explanation=_("The domain is renewed now, at our expense; the invoice stays open."),
        applies=lambda row: _is_open(row) and row.expires_on is not None,
        tone="main",
        leads_to=_invoice_page,
    ),
    Act(
        name=CHARGE,
        label=_("Charge the card now"),
        permission="payments:create",
        run=_charged,
        explanation=_("The whole amount that is open is charged."),
        applies=lambda row: _is_open(row) and card_to_charge(row.customer_id) is not None,
        leads_to=_invoice_page,
    ),
    Act(
        name="promise",
        label=_("Do not suspend until"),
        permission="dunning:pause",
        run=_promised,
        form=UntilForm,
        initial=_in_a_week,
        explanation=_("For all invoices of the customer: no charge, no mail, no suspension."),
        applies=_is_open,
        leads_to=_invoice_page,
    ),
    Act(
        name="pause",
        label=_("Pause dunning"),
        permission="dunning:pause",
        run=_paused,
        form=ReasonForm,
        explanation=_("For this invoice, until somebody lets it go on."),
        applies=lambda row: _is_open(row) and not _is_held(row),
        leads_to=_invoice_page,
    ),
    Act(
        name="go-on",
        label=_("Let it go on"),
        permission="dunning:pause",
        run=_gone_on,
        explanation=_("Every pause, agreed day and trouble of a gateway that holds it up ends."),
        applies=_is_held,
        leads_to=_invoice_page,
    ),
    Act(
        name="skip",
        label=_("Leave out the next step"),
        permission="dunning:manage",
        run=_skipped,
        form=ReasonForm,
        applies=lambda row: _is_open(row) and bool(row.next_key),
        leads_to=_invoice_page,
    ),
)


def invoice_line(invoice: Invoice, actor: Actor, *, show_invoice: bool = False) -> dict[str, Any]:
    """Return what the pages show of one open invoice; empty for one that is not."""
    forecast = forecast_of(invoice)
    if forecast is None:
        return {}
    case = forecast.case
    return {
        "invoice": invoice,
        "show_invoice": show_invoice,
        "sentence": staff_sentence(forecast),
        "standstill": standstill_sentence(forecast),
        "trouble": case.trouble if case is not None else "",
        "is_suspended": forecast.is_suspended,
        "suspend_on": forecast.suspend_on,
        "subjects": [subject.label for subject in forecast.subjects],
        "acts": _acts(forecast, actor),
        "calendar_url": calendar_url(invoice.customer_id),
    }


def _acts(forecast: Forecast, actor: Actor) -> list[dict[str, Any]]:
    case = forecast.case
    if case is None:
        return []
    return _links(acts_for(ACTS, case, actor), case)


def acts_known(
    case: DunningCase, actor: Actor, *, has_card: bool, is_held: bool
) -> list[dict[str, Any]]:
    """Return what the actor may do to a case, from what was read already. No query."""
    known = {CHARGE: has_card, "pause": not is_held, "go-on": is_held}
    wanted = [
        act
        for act in ACTS
        if actor.can(act.permission)
        and (known[act.name] if act.name in known else act.applies(case))
    ]
    return _links(wanted, case)


def _links(acts: list[Act], case: DunningCase) -> list[dict[str, Any]]:
    return [{"label": act.label, "url": _act_url(case, act)} for act in acts]


def dunning_history(invoice: Invoice) -> list[dict[str, Any]]:
    """Return what was done about an invoice, in its order."""
    rows = DunningStep.objects.filter(case__invoice=invoice).select_related("payment")
    return [
        {
            "row": step,
            "words": STEPS[StepKind(step.kind)],
            # Of a step that was passed over it names the later one by its key, for programs.
            "why": "" if step.state == StepState.PASSED_OVER else step.reason,
        }
        for step in rows
    ]


def customer_panel(customer: Customer, actor: Actor) -> Mapping[str, Any]:
    """Return what happens next to a customer's open invoices, and what holds it up. Five queries.

    A stop switch that holds everything up is not told here: it stands in red on every page.
    """
    cases = dunning_cases_for(actor).filter(customer=customer, closed_at=None)
    shown = list(cases.select_related("plan").order_by("next_at", "pk")[:ROWS])
    holds = list(holds_open(customer.pk))
    undecided = invoices_undecided([case.invoice_id for case in shown])
    has_card = bool(shown) and card_to_charge(customer.pk) is not None
    return {
        "lines": [
            _case_line(case, actor, holds=holds, undecided=undecided, has_card=has_card)
            for case in shown
        ],
        "holds": holds,
        "pause_url": pause_url(customer) if shown and actor.can("dunning:pause") else "",
        "calendar_url": calendar_url(customer.pk),
    }


def _case_line(
    case: DunningCase,
    actor: Actor,
    *,
    holds: list[DunningHold],
    undecided: set[UUID],
    has_card: bool,
) -> dict[str, Any]:
    stopped = standstill_known(case, case.invoice, holds=holds, is_undecided=undecided)
    names = [CHARGE, "skip"] if case.suspended_at is None else ["resume", CHARGE]
    wanted = [
        act
        for act in ACTS
        if act.name in names
        and actor.can(act.permission)
        and (has_card if act.name == CHARGE else act.applies(case))
    ]
    return {
        "invoice": case.invoice,
        "show_invoice": True,
        "sentence": step_sentence(case.next_kind, day_of(case), has_card=has_card),
        "standstill": standstill_words(stopped),
        "trouble": case.trouble,
        "is_suspended": case.suspended_at is not None,
        "acts": _links(wanted, case),
    }


def _act_url(case: DunningCase, act: Act) -> str:
    return reverse("admin:billing_dunningcase_act", args=[case.pk, act.name])


def calendar_url(customer_id: UUID) -> str:
    """Return the address of the page that tells what happens next, with every step and why."""
    return reverse("admin:customer_calendar", args=[customer_id])


def customer_calendar_url(customer: Customer) -> str:
    """Return the same for a customer that is not deleted; empty for one that is."""
    return calendar_url(customer.pk) if customer.deleted_at is None else ""


def pause_url(customer: Customer) -> str:
    """Return the address of the form that lets a customer's dunning stand still."""
    return reverse("admin:customers_customer_act", args=[customer.pk, "pause-dunning"])


def _told(sentence: str | Promise) -> Callable[[TimelineFacts], str]:
    def text(facts: TimelineFacts) -> str:
        return f"{facts.subject_label}: {sentence}"

    return text


SENTENCES = tuple(
    TimelineSentence(act=f"billing.{act}", text=_told(sentence))
    for act, sentence in (
        ("dunning_charge", _("the card was to be charged")),
        ("dunning_reminder", _("a reminder was due")),
        ("dunning_last_notice", _("the last notice was due")),
        ("dunning_renewal_notice", _("a warning about the domain was due")),
        ("dunning_decide", _("somebody was asked about the renewal of the domain")),
        ("dunning_suspend", _("services were to be suspended")),
        ("dunning_terminate", _("services were to end")),
        ("dunning_resume", _("services run again before the money came")),
        ("dunning_promise", _("nothing is suspended until an agreed day")),
        ("dunning_pause", _("dunning stands still")),
        ("dunning_go_on", _("dunning goes on")),
        ("renewal_trust", _("the domain is renewed on trust")),
        ("invoice_reopen", _("open again after a dispute that was lost")),
        ("dispute_open", _("the customer's bank is asked to take it back")),
        ("dispute_close", _("the bank has decided about the dispute")),
        ("subscription_end", _("its subscription ended")),
        ("subscription_reopen", _("its subscription runs again")),
    )
)
