"""What may be done about an unpaid invoice, and when: the calendar, and which step is next.

Days count from an anchor: the due day of an ordinary invoice, the expiry of the name (E) of an
invoice for domains. Every number is a setting of the tenant; see ``docs/mechanisms/dunning.md``.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from billing.rules.working_days import IsHoliday, instant_of, next_instant_in_hours

# The gateway's words for cards that nobody may charge again (docs.stripe.com/declines/codes).
LOST_CARD_CODES = frozenset({"lost_card", "stolen_card", "pickup_card", "fraudulent"})
# What a bank says about one card and no trouble of a gateway explains.
CARD_CODES = LOST_CARD_CODES | {
    "authentication_failed",
    "authentication_required",
    "card_velocity_exceeded",
    "currency_not_supported",
    "expired_card",
    "incorrect_cvc",
    "incorrect_number",
    "insufficient_funds",
    "invalid_cvc",
    "invalid_expiry_month",
    "invalid_expiry_year",
    "invalid_number",
    "withdrawal_count_limit_exceeded",
}
PROOF_CHARGES = 3  # so many settled charges show that a gateway works again


class StepKind(StrEnum):
    """What a step does."""

    CHARGE = "charge"
    REMINDER = "reminder"
    LAST_NOTICE = "last_notice"
    RENEWAL_NOTICE = "renewal_notice"
    DECIDE = "decide"  # a person decides whether the name is renewed on trust
    SUSPEND = "suspend"
    TERMINATE = "terminate"


MAILS = frozenset({StepKind.REMINDER, StepKind.LAST_NOTICE, StepKind.RENEWAL_NOTICE})
# Among steps that are due together: money first, then word, then what hurts.
_ORDER = {
    StepKind.CHARGE: 0,
    StepKind.REMINDER: 1,
    StepKind.RENEWAL_NOTICE: 1,
    StepKind.LAST_NOTICE: 1,
    StepKind.DECIDE: 2,
    StepKind.SUSPEND: 3,
    StepKind.TERMINATE: 4,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DunningTerms:
    """A tenant's numbers. Days count from the anchor; negative ones lie before it.

    Args:
        hour: o'clock, tenant time, at which charges and mails begin.
        terminate_day: None: nothing is ever ended for money.
        never_on: weekdays without suspensions, 1 (Monday) to 7.
        notice_hours: how long before a suspension the mail server must have accepted the last
            notice.
    """

    hour: int = 9
    charge_days: tuple[int, ...] = (0, 2, 4, 6)
    reminder_days: tuple[int, ...] = (1, 3)
    last_notice_day: int = 6
    suspend_day: int = 7
    suspend_from_hour: int = 9
    suspend_until_hour: int = 15
    never_on: tuple[int, ...] = (5, 6, 7)
    notice_hours: int = 24
    terminate_day: int | None = None
    domain_charge_days: tuple[int, ...] = (-14, -12, -10, -8)
    domain_notice_days: tuple[int, ...] = (-7, 3)
    domain_decide_day: int = -3


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step of a calendar.

    Args:
        key: stable name within the invoice's calendar, ``charge_2``.
        number: counts the steps of its kind, from 1.
        at: the earliest instant, UTC.
        day: which day of the calendar it is, counted from its anchor; negative ones lie before it.
    """

    key: str
    kind: StepKind
    number: int
    at: datetime
    day: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchors:
    """What the days of an invoice count from.

    Args:
        due_on: its due day, where something on it is no domain; else None.
        expires_on: the first expiry (E) of the names on it; None where it bills none.
    """

    due_on: date | None
    expires_on: date | None = None


def dunning_steps(
    anchors: Anchors, *, terms: DunningTerms, zone: ZoneInfo, suspensions: int = 0
) -> list[Step]:
    """Return the whole calendar of an invoice, in order.

    An invoice that bills domains and other things goes by its due day; of the domain calendar only
    the decision about the name is added, because nobody wants two charges of one invoice.

    Args:
        suspensions: how often its services were suspended already; each one has a key of its own.
    """
    steps: list[Step] = []

    def add(kind: StepKind, anchor: date, days: Sequence[int]) -> None:
        for number, day in enumerate(sorted(days), start=1):
            at = instant_of(anchor + timedelta(days=day), terms.hour, zone)
            key = f"{kind.value}_{number}"
            steps.append(Step(key=key, kind=kind, number=number, at=at, day=day))

    if anchors.due_on is not None:
        add(StepKind.CHARGE, anchors.due_on, terms.charge_days)
        add(StepKind.REMINDER, anchors.due_on, terms.reminder_days)
        add(StepKind.LAST_NOTICE, anchors.due_on, [terms.last_notice_day])
        steps.append(_suspension(anchors.due_on, terms, zone, suspensions))
        if terms.terminate_day is not None:
            add(StepKind.TERMINATE, anchors.due_on, [terms.terminate_day])
    if anchors.expires_on is not None:
        if anchors.due_on is None:
            add(StepKind.CHARGE, anchors.expires_on, terms.domain_charge_days)
            add(StepKind.RENEWAL_NOTICE, anchors.expires_on, terms.domain_notice_days)
        add(StepKind.DECIDE, anchors.expires_on, [terms.domain_decide_day])
    return sorted(steps, key=lambda step: (step.at, _ORDER[step.kind], step.number))


def _suspension(due_on: date, terms: DunningTerms, zone: ZoneInfo, suspensions: int) -> Step:
    number = suspensions + 1
    return Step(
        key=f"{StepKind.SUSPEND.value}_{number}",
        kind=StepKind.SUSPEND,
        number=number,
        at=instant_of(due_on + timedelta(days=terms.suspend_day), terms.suspend_from_hour, zone),
        day=terms.suspend_day,
    )


def sensible_steps(steps: Iterable[Step], *, is_suspended: bool) -> list[Step]:
    """Return the steps that make sense: what stands still is not suspended, nothing else ends."""
    senseless = StepKind.SUSPEND if is_suspended else StepKind.TERMINATE
    return [step for step in steps if step.kind is not senseless]


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """What is to be done now.

    Args:
        step: the step to take; None when none is due.
        passed_over: older ones that it makes needless, to be noted as such.
    """

    step: Step | None
    passed_over: tuple[Step, ...] = ()


def move_due(steps: Sequence[Step], *, done: Collection[str], now: datetime) -> Move:
    """Return what is due by ``now``: of several charges, and of several mails, only the latest.

    After days of standstill a customer gets one charge and one mail, never a storm.
    """
    due = [step for step in steps if step.key not in done and step.at <= now]
    if not due:
        return Move(step=None)
    rank = min(_ORDER[step.kind] for step in due)
    alike = [step for step in due if _ORDER[step.kind] == rank]
    return Move(step=alike[-1], passed_over=tuple(alike[:-1]))


def step_after(
    steps: Sequence[Step],
    *,
    done: Collection[str],
    suspend_at: Callable[[Step], datetime | None] = lambda step: step.at,
) -> tuple[Step, datetime | None] | None:
    """Return the step that comes next, due or not, and when it may be taken; None: all are done.

    A suspension that has to wait for a working day lets nothing else wait.

    Args:
        suspend_at: gives when a suspension may be carried out; None: no working day lies ahead.
    """
    left = [
        (step, suspend_at(step) if step.kind is StepKind.SUSPEND else step.at)
        for step in steps
        if step.key not in done
    ]
    return min(left, key=_when, default=None)


def _when(coming: tuple[Step, datetime | None]) -> tuple[bool, float, int]:
    step, at = coming
    return at is None, at.timestamp() if at is not None else 0, _ORDER[step.kind]


def suspension_instant(
    step: Step,
    *,
    now: datetime,
    notice_accepted_at: datetime | None,
    terms: DunningTerms,
    zone: ZoneInfo,
    is_free: IsHoliday,
) -> datetime | None:
    """Return the first instant at which a suspension may be carried out.

    Args:
        notice_accepted_at: when the mail server accepted the last notice. None: it has not, and
            the instant says when to look again.

    Returns:
        The instant, ``now`` or later; None when no working day lies ahead.
    """
    not_before = max(step.at, now)
    if notice_accepted_at is not None:
        not_before = max(not_before, notice_accepted_at + timedelta(hours=terms.notice_hours))
    return next_instant_in_hours(
        not_before,
        from_hour=terms.suspend_from_hour,
        until_hour=terms.suspend_until_hour,
        never_on=terms.never_on,
        is_free=is_free,
        zone=zone,
    )


def needs_plan(
    *, services: int, active: int, most: int, most_percent: int, percent_from: int
) -> bool:
    """Tell whether so many suspensions of one day are first put before a person.

    Args:
        services: to be suspended today, with those that were.
        active: services that worked when the day began.
        most: more than so many are a plan.
        most_percent: more than this share of the active ones is one too,
        percent_from: from so many services on, so that a small company is not asked each time.
    """
    if services > most:
        return True
    return services >= percent_from and services * 100 > active * most_percent


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeFigures:
    """How the charges of one payment account went.

    Args:
        decided: charges that succeeded or failed.
        failed: how many failed, by the gateway's code.
    """

    decided: int
    failed: Mapping[str, int]


def outage_codes(figures: ChargeFigures, *, most_percent: int, at_least: int) -> list[str]:
    """Return the errors that look like trouble of the gateway, in alphabetical order.

    An error is one when at least ``at_least`` charges, and more than ``most_percent`` of a day's,
    failed with it, and it says nothing about the single card.
    """
    return sorted(
        code
        for code, count in figures.failed.items()
        if code not in CARD_CODES
        and count >= at_least
        and count * 100 > figures.decided * most_percent
    )


def outage_is_over(figures: ChargeFigures, code: str, *, most_percent: int) -> bool:
    """Tell whether the charges since an outage was noticed show that charges work again."""
    settled = figures.decided - sum(figures.failed.values())
    share_is_fine = figures.failed.get(code, 0) * 100 <= figures.decided * most_percent
    return settled >= PROOF_CHARGES and share_is_fine
