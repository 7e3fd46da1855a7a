"""What staff read on *What happens next*: each step, when, why, and what would stop it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.choices import StepState
from billing.models import DunningHold, DunningStep
from billing.office_dunning import acts_known, pause_url
from billing.preferences import MONTHLY_RENEWAL_LEAD_DAYS, RENEWAL_LEAD_DAYS
from billing.preferences_dunning import (
    CHARGE_DAYS,
    DOMAIN_CHARGE_DAYS,
    DOMAIN_DECIDE_DAY,
    DOMAIN_NOTICE_DAYS,
    HOLIDAY_REGION,
    LAST_NOTICE_DAY,
    NOTICE_HOURS,
    PLAN_SUSPENSIONS,
    REMINDER_DAYS,
    SUSPEND_DAY,
    SUSPEND_FROM_HOUR,
    SUSPEND_NEVER_ON,
    SUSPEND_UNTIL_HOUR,
    TERMINATE_DAY,
)
from billing.rules.dunning import StepKind
from billing.rules.foretelling import Delay, Fate, Foretold
from billing.selectors.foretelling import Course, Ending, calendar_of_customer
from billing.selectors.parties import present_tenant
from billing.slots import Happening
from billing.words_dunning import STEPS, standstill_words
from catalog.choices import BillingCycle
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.pages.formats import date_text, format_locale
from ispplatform.core.tenant_settings import TenantSetting

Entry = dict[str, Any]
SETTINGS: Mapping[StepKind, TenantSetting[Any]] = {
    StepKind.CHARGE: CHARGE_DAYS,
    StepKind.REMINDER: REMINDER_DAYS,
    StepKind.LAST_NOTICE: LAST_NOTICE_DAY,
    StepKind.RENEWAL_NOTICE: DOMAIN_NOTICE_DAYS,
    StepKind.DECIDE: DOMAIN_DECIDE_DAY,
    StepKind.SUSPEND: SUSPEND_DAY,
    StepKind.TERMINATE: TERMINATE_DAY,
}
DELAY_SETTINGS: Mapping[Delay, TenantSetting[Any]] = {
    Delay.NOTICE: NOTICE_HOURS,
    Delay.WEEKDAY: SUSPEND_NEVER_ON,
    Delay.HOLIDAY: HOLIDAY_REGION,
    Delay.HOURS: SUSPEND_UNTIL_HOUR,
}
FATES = {
    Fate.LEFT_OUT: (_("Left out"), "quiet"),
    Fate.PASSED_OVER: (_("Passed over"), "quiet"),
    Fate.HELD: (_("Stands still"), "warn"),
}
PREVENTS = {
    StepKind.CHARGE: _(
        "Not while a payment is on its way, not with a card that was reported lost or stolen, and"
        " not while the gateway refuses many charges."
    ),
    StepKind.DECIDE: _("Not once the name is renewed or its line is credited."),
}


def calendar_page(customer: Customer, actor: Actor) -> dict[str, Any]:
    """Return what the page shows."""
    calendar = calendar_of_customer(customer)
    links = _Links(actor)
    return {
        "customer": customer,
        "holds": calendar.holds,
        "open": [_course(course, actor, links, calendar.holds) for course in calendar.open],
        "coming": [_course(course, actor, links) for course in calendar.coming],
        "endings": sorted(
            [
                *(_ending(ending) for ending in calendar.endings),
                *(_happening(one) for one in calendar.others),
            ],
            key=lambda entry: entry["at"],
        ),
        "has_more": calendar.has_more,
        "pause_url": pause_url(customer) if actor.can("dunning:pause") else "",
        "payment_url": _record_payment_url(customer) if actor.can("payments:record") else "",
        "time_zone": present_tenant().time_zone,
    }


def _record_payment_url(customer: Customer) -> str:
    return reverse("admin:customers_customer_act", args=[customer.pk, "record-payment"])


class _Links:
    """Settings as links, for those who may read them."""

    def __init__(self, actor: Actor) -> None:
        self.address = reverse("admin:settings") if actor.can("company:read") else ""

    def to(self, setting: TenantSetting[Any]) -> dict[str, str]:
        """Return a setting's label and the address of its field."""
        url = f"{self.address}#id_{setting.key}" if self.address else ""
        return {"label": setting.label, "url": url}


def _course(
    course: Course, actor: Actor, links: _Links, holds: tuple[DunningHold, ...] = ()
) -> dict[str, Any]:
    case, has_card = course.case, not course.charge_refusal
    is_held = any(hold.invoice_id in {None, course.invoice_id} for hold in holds)
    acts = acts_known(case, actor, has_card=has_card, is_held=is_held) if case is not None else []
    return {
        "course": course,
        "labels": _once(one.subscription.label for one in course.upcoming),
        "subjects": _once(subject.label for subject in course.subjects),
        "standstill": standstill_words(course.standstill),
        "acts": acts,
        "known": [*_past(course), *_issue(course, links)],
        "entries": _said_once(_coming(course, links)),
    }


def _once(labels: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(labels))


def _said_once(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries; what would stop several of them is said at the first one."""
    said: set[str] = set()
    found = []
    for entry in entries:
        words = entry.get("prevents", "")
        found.append({**entry, "prevents": "" if words in said else words})
        said.add(words)
    return found


def _past(course: Course) -> Iterator[Entry]:
    invoice = course.invoice
    if invoice is not None:
        yield {"tone": "good", "text": _t("The invoice was issued"), "on": invoice.issue_date}
    for step in course.past:
        yield _taken(step)


def _taken(step: DunningStep) -> Entry:
    done = step.state == StepState.DONE
    return {
        "tone": "good" if done else "quiet",
        "text": STEPS[StepKind(step.kind)],
        "at": step.taken_at,
        "badge": "" if done else step.get_state_display(),
        "why": step.reason if step.state != StepState.PASSED_OVER else "",
        "by": step.taken_by,
        "payment": step.payment,
    }


def _issue(course: Course, links: _Links) -> Iterator[Entry]:
    if course.issued_at is None:
        return
    first = course.upcoming[0]
    begins_on = first.period.start
    is_monthly = first.subscription.cycle == BillingCycle.MONTHLY
    setting = MONTHLY_RENEWAL_LEAD_DAYS if is_monthly else RENEWAL_LEAD_DAYS
    days = (begins_on - first.invoice_on).days
    why = (
        _t("The next period begins on %(day)s.")
        if not course.goes_by_expiry
        else _t("The name expires on %(day)s.")
    )
    yield {
        "tone": "quiet",
        "is_waiting": True,
        "text": _t("The invoice is issued and mailed"),
        "at": course.issued_at,
        "why": f"{why % {'day': _day(begins_on)}} {_count(days)}",
        "setting": None if course.goes_by_expiry else links.to(setting),
        "prevents": _t("Not when its renewal is switched off or it is cancelled before."),
    }
    if not course.amount:
        yield {
            "tone": "good",
            "is_waiting": True,
            "text": _t("The customer's credit pays it at once"),
            "at": course.issued_at,
        }


def _coming(course: Course, links: _Links) -> Iterator[Entry]:
    expires_on = course.anchors.expires_on
    for one in course.steps:
        if expires_on is not None and one.at is not None and one.at.date() > expires_on:
            yield _expiry(expires_on)
            expires_on = None
        yield _foretold(one, course, links)
    if expires_on is not None:
        yield _expiry(expires_on)


def _expiry(on: date) -> Entry:
    return {
        "tone": "warn",
        "is_waiting": True,
        "text": _t("The name expires"),
        "on": on,
        "why": _t("So its registrar says. It is renewed when the invoice is paid."),
    }


def _foretold(one: Foretold, course: Course, links: _Links) -> Entry:
    badge, tone = FATES.get(one.fate, ("", "quiet"))
    kind = one.step.kind
    setting = SETTINGS[kind]
    if kind is StepKind.CHARGE and course.goes_by_expiry:
        setting = DOMAIN_CHARGE_DAYS
    return {
        "tone": tone if one.fate is Fate.HELD else _tone(kind),
        "is_waiting": True,
        "text": STEPS[kind],
        "at": one.at,
        "badge": badge,
        "badge_tone": tone,
        "why": _why(one, course),
        "setting": links.to(setting),
        "delays": [_delay(delay, day, links) for delay, day in one.delays],
        "prevents": _prevents(one, course),
    }


def _tone(kind: StepKind) -> str:
    if kind in {StepKind.SUSPEND, StepKind.TERMINATE}:
        return "bad"
    return "warn" if kind in {StepKind.LAST_NOTICE, StepKind.DECIDE} else "quiet"


def _why(one: Foretold, course: Course) -> str:
    kind, day = one.step.kind, one.step.day
    of_name = course.goes_by_expiry or kind is StepKind.DECIDE
    anchor = course.anchors.expires_on if of_name else course.anchors.due_on
    values = {"count": abs(day), "day": _day(anchor) if anchor is not None else ""}
    if of_name and day < 0:
        text = ngettext(
            "%(count)s day before the name expires on %(day)s.",
            "%(count)s days before the name expires on %(day)s.",
            abs(day),
        )
    elif of_name:
        text = ngettext(
            "%(count)s day after the name expired on %(day)s.",
            "%(count)s days after the name expired on %(day)s.",
            abs(day),
        )
    elif day < 0:
        text = ngettext(
            "%(count)s day before it is due on %(day)s.",
            "%(count)s days before it is due on %(day)s.",
            abs(day),
        )
    elif day == 0:
        text = _t("It is due on %(day)s.")
    else:
        text = ngettext(
            "%(count)s day after it was due on %(day)s.",
            "%(count)s days after it was due on %(day)s.",
            abs(day),
        )
    return text % values


def _delay(delay: Delay, day: date | None, links: _Links) -> Entry:
    values = {"day": _day(day) if day is not None else "", "weekday": ""}
    if day is not None:
        values["weekday"] = date_format(day, "l")
    texts = {
        Delay.NOTICE: _t("Later: a mail server has to have taken the last notice before."),
        Delay.WEEKDAY: _t("Not on %(day)s, a %(weekday)s."),
        Delay.HOLIDAY: _t("Not on %(day)s, a holiday."),
        Delay.HOURS: _t("Not on %(day)s any more: the hours for it are over."),
    }
    return {"text": texts[delay] % values, "setting": links.to(DELAY_SETTINGS[delay])}


def _prevents(one: Foretold, course: Course) -> str:
    kind = one.step.kind
    if one.fate is Fate.LEFT_OUT:
        if kind is StepKind.CHARGE:
            return course.charge_refusal
        return _t("Nothing on the invoice can stand still.")
    if one.fate is Fate.PASSED_OVER:
        return _t("A later one of its sort is due as well, and one is enough.")
    if kind is StepKind.SUSPEND:
        tenant = present_tenant()
        return _t(
            "Only from %(begin)s:00 to %(end)s:00 of a working day, and %(hours)s hours after a"
            " mail server took the last notice. More than %(most)s on one day wait for a person."
        ) % {
            "begin": SUSPEND_FROM_HOUR.of(tenant),
            "end": SUSPEND_UNTIL_HOUR.of(tenant),
            "hours": NOTICE_HOURS.of(tenant),
            "most": PLAN_SUSPENSIONS.of(tenant),
        }
    return str(PREVENTS.get(kind, ""))


def ending_why(ending: Ending) -> str:
    """Return why a subscription ends."""
    if ending.is_cancelled:
        return _t("It was cancelled.")
    return _t("Its renewal is switched off: what is paid runs out.")


def _happening(one: Happening) -> Entry:
    return {
        "tone": "bad",
        "is_waiting": True,
        "text": one.sentence,
        "at": one.at,
        "why": one.why,
    }


def _ending(ending: Ending) -> Entry:
    return {
        "tone": "bad",
        "is_waiting": True,
        "text": _t("%(what)s ends") % {"what": ending.subscription.label},
        "subscription": ending.subscription,
        "at": ending.at,
        "why": ending_why(ending),
    }


def _count(days: int) -> str:
    return ngettext(
        "It is invoiced %(count)s day before.", "It is invoiced %(count)s days before.", days
    ) % {"count": days}


def _day(value: date) -> str:
    return date_text(value, format_locale(get_language() or "en"))
