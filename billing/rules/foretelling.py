"""What the run of unpaid invoices will do, step by step, if nobody pays.

Nothing here is a rule of its own: the steps are played through by the functions that the run asks
(``billing.rules.dunning``), so that what is foretold is what happens.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from billing.rules.dunning import (
    Anchors,
    DunningTerms,
    Step,
    StepKind,
    dunning_steps,
    move_due,
    sensible_steps,
    step_after,
    suspension_instant,
)
from billing.rules.working_days import ONE_DAY, IsHoliday, closed_because, instant_of


class Fate(StrEnum):
    """What will become of a step."""

    TAKEN = "taken"
    LEFT_OUT = "left_out"  # there is nothing to charge, or nothing to suspend
    PASSED_OVER = "passed_over"  # a later one of its sort is due as well
    HELD = "held"  # not before what holds it up is over; its time is the first possible one


class Delay(StrEnum):
    """Why a suspension comes later than its day."""

    NOTICE = "notice"
    WEEKDAY = "weekday"
    HOLIDAY = "holiday"
    HOURS = "hours"


@dataclass(frozen=True, kw_only=True, slots=True)
class Foretold:
    """One step that is to come.

    Args:
        at: when; None where no working day lies ahead.
        delays: why a suspension comes later than its day, each with the day that is passed by.
    """

    step: Step
    at: datetime | None
    fate: Fate
    delays: tuple[tuple[Delay, date | None], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """A tenant's numbers, time zone and holidays."""

    terms: DunningTerms
    zone: ZoneInfo
    is_free: IsHoliday


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How an invoice stands.

    Args:
        wakes_at: nothing is done before: now, or when an agreed day ends.
        free_from: since when nothing but the calendar itself puts steps off; None: ``wakes_at``.
        done: keys of the steps that were taken or left out.
        notice_accepted_at: when the mail server accepted the last notice.
        notice_is_out: it was given, accepted or not.
        is_held: something holds everything up, and nobody knows until when.
        charges_are_held: what takes the cards' charges is paused.
        can_charge: there is a card that may be charged.
        can_suspend: something on the invoice can stand still.
    """

    wakes_at: datetime
    free_from: datetime | None = None
    done: Collection[str] = field(default_factory=frozenset)
    suspensions: int = 0
    is_suspended: bool = False
    notice_accepted_at: datetime | None = None
    notice_is_out: bool = False
    is_held: bool = False
    charges_are_held: bool = False
    can_charge: bool = True
    can_suspend: bool = True


def foretold(anchors: Anchors, standing: Standing, *, house: House) -> list[Foretold]:
    """Return what will be done about an invoice that nobody pays, in its order.

    Cards are declined and mail servers accept at once; everything else stays as it is now.
    """
    play = _Play(anchors, standing, house)
    while play.go_on():
        pass
    return play.told


class _Play:
    """The calendar, played through: the same moves as those of the run, without their effects."""

    def __init__(self, anchors: Anchors, standing: Standing, house: House) -> None:
        self.anchors, self.standing, self.house = anchors, standing, house
        self.clock = standing.wakes_at
        self.since = standing.free_from or standing.wakes_at
        self.done = set(standing.done)
        self.suspensions = standing.suspensions
        self.is_suspended = standing.is_suspended
        self.accepted_at = standing.notice_accepted_at
        self.is_held = standing.is_held
        self.notice_is_missing = standing.notice_is_out and standing.notice_accepted_at is None
        if self.notice_is_missing:  # were it accepted now: the first possible day
            self.accepted_at = self.clock
        self.told: list[Foretold] = []

    def go_on(self) -> bool:
        """Take what is next; tell whether anything was."""
        steps = sensible_steps(
            dunning_steps(
                self.anchors,
                terms=self.house.terms,
                zone=self.house.zone,
                suspensions=self.suspensions,
            ),
            is_suspended=self.is_suspended,
        )
        found = step_after(steps, done=self.done, suspend_at=self._suspended_at)
        if found is None:
            return False
        coming, at = found
        if coming.kind is StepKind.CHARGE and self.standing.charges_are_held:
            self.is_held = True
        if at is None:
            self.is_held = True
            self._tell(coming, None)
            return True
        self.clock = self._by_day(max(self.clock, at))
        move = move_due(steps, done=self.done, now=self.clock)
        for older in move.passed_over:
            self._tell(older, self.clock, passed_over=True)
        if move.step is not None:
            self._take(move.step)
        self.since = self.clock
        return True

    def _by_day(self, at: datetime) -> datetime:
        """Return the instant, or the hour at which the run begins its day where that is later."""
        day = at.astimezone(self.house.zone).date()
        return max(at, instant_of(day, self.house.terms.hour, self.house.zone))

    def _suspended_at(self, step: Step) -> datetime | None:
        return suspension_instant(
            step,
            now=self.clock,
            notice_accepted_at=self.accepted_at,
            terms=self.house.terms,
            zone=self.house.zone,
            is_free=self.house.is_free,
        )

    def _take(self, step: Step) -> None:
        at: datetime | None = self.clock
        if step.kind is StepKind.SUSPEND and (at := self._suspended_at(step)) is not None:
            self.clock = at
        if step.kind is StepKind.LAST_NOTICE:
            self.accepted_at, self.notice_is_missing = at, False
        fate = self._tell(step, at)
        if step.kind is StepKind.SUSPEND and fate is Fate.TAKEN:
            self.is_suspended, self.suspensions = True, self.suspensions + 1

    def _fate(self, step: Step, *, passed_over: bool) -> Fate:
        suspends = step.kind is StepKind.SUSPEND
        if self.is_held or (suspends and self.notice_is_missing):
            return Fate.HELD
        if passed_over:
            return Fate.PASSED_OVER
        if step.kind is StepKind.CHARGE and not self.standing.can_charge:
            return Fate.LEFT_OUT
        if (suspends or step.kind is StepKind.TERMINATE) and not self.standing.can_suspend:
            return Fate.LEFT_OUT
        return Fate.TAKEN

    def _tell(self, step: Step, at: datetime | None, *, passed_over: bool = False) -> Fate:
        fate = self._fate(step, passed_over=passed_over)
        delays = self._delays(step, at) if step.kind is StepKind.SUSPEND else ()
        self.told.append(Foretold(step=step, at=at, fate=fate, delays=delays))
        self.done.add(step.key)
        return fate

    def _delays(self, step: Step, at: datetime | None) -> tuple[tuple[Delay, date | None], ...]:
        """Return why a suspension comes later than its day: what the walk over days met."""
        if at is None or at <= step.at:
            return ()
        terms, zone = self.house.terms, self.house.zone
        found: list[tuple[Delay, date | None]] = []
        begins = max(step.at, self.since)
        if self.accepted_at is not None:
            ripe = self.accepted_at + timedelta(hours=terms.notice_hours)
            if ripe > begins:
                begins = ripe
                found.append((Delay.NOTICE, None))
        day, last = begins.astimezone(zone).date(), at.astimezone(zone).date()
        while day < last:
            closed = closed_because(day, never_on=terms.never_on, is_free=self.house.is_free)
            if closed is not None:
                found.append((Delay(closed.value), day))
            elif begins >= instant_of(day, terms.suspend_until_hour, zone):
                found.append((Delay.HOURS, day))
            day += ONE_DAY
        return tuple(found)
