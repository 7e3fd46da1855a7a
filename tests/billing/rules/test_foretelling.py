"""What is foretold of an unpaid invoice is what a run does that looks again and again."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from billing.rules.dunning import (
    Anchors,
    DunningTerms,
    StepKind,
    dunning_steps,
    move_due,
    sensible_steps,
    suspension_instant,
)
from billing.rules.foretelling import Delay, Fate, House, Standing, foretold
from billing.rules.working_days import is_holiday

BERLIN = ZoneInfo("Europe/Berlin")
DUE = date(2026, 3, 2)  # a Monday
HOUR = timedelta(hours=1)
DAYS = st.lists(st.integers(-20, 20), max_size=4, unique=True).map(tuple)


def german(day: date) -> bool:
    return is_holiday(day, country="DE")


def house(terms: DunningTerms) -> House:
    return House(terms=terms, zone=BERLIN, is_free=german)


def at(day: int, hour: int = 9) -> datetime:
    local = datetime(DUE.year, DUE.month, DUE.day, hour, tzinfo=BERLIN)
    return (local + timedelta(days=day)).astimezone(UTC)


def run_hourly(
    anchors: Anchors, terms: DunningTerms, begin: datetime
) -> list[tuple[str, datetime]]:
    """Do what the run does, hour after hour, with a mail server that accepts at once."""
    done: dict[str, datetime] = {}
    accepted_at = None
    suspended = 0
    now = begin
    while now < at(70):
        if now.astimezone(BERLIN).hour < terms.hour:
            now += HOUR
            continue
        steps = dunning_steps(anchors, terms=terms, zone=BERLIN, suspensions=suspended)
        steps = sensible_steps(steps, is_suspended=bool(suspended))
        if all(step.key in done for step in steps):
            break
        move = move_due(steps, done=done, now=now)
        step = move.step
        if step is not None and step.kind is StepKind.SUSPEND:
            first = suspension_instant(
                step,
                now=now,
                notice_accepted_at=accepted_at,
                terms=terms,
                zone=BERLIN,
                is_free=german,
            )
            step = step if first == now else None
        if step is None:
            now += HOUR
            continue
        done.update({older.key: now for older in move.passed_over})
        done[step.key] = now
        accepted_at = now if step.kind is StepKind.LAST_NOTICE else accepted_at
        suspended += step.kind is StepKind.SUSPEND
    return sorted(done.items())


@given(
    charges=DAYS,
    reminders=DAYS,
    notice=st.integers(0, 15),
    suspend=st.integers(0, 20),
    terminate=st.one_of(st.none(), st.integers(1, 40)),
    notice_hours=st.integers(1, 72),
    expires=st.one_of(st.none(), st.integers(0, 40)),
    is_named=st.booleans(),
    begins=st.integers(-240, 480),
)
@settings(max_examples=40, deadline=None)
def test_the_calendar_played_through_is_what_an_hourly_run_does(
    charges, reminders, notice, suspend, terminate, notice_hours, expires, is_named, begins
):
    terms = DunningTerms(
        charge_days=charges,
        reminder_days=reminders,
        last_notice_day=notice,
        suspend_day=suspend,
        terminate_day=terminate,
        notice_hours=notice_hours,
    )
    ends = DUE + timedelta(days=expires) if expires is not None else None
    anchors = Anchors(due_on=None if is_named and ends else DUE, expires_on=ends)
    begin = at(0) + begins * HOUR

    told = foretold(anchors, Standing(wakes_at=begin), house=house(terms))

    assert sorted((one.step.key, one.at) for one in told) == run_hourly(anchors, terms, begin)


def test_it_is_said_why_a_suspension_comes_later_than_its_day():
    late = DunningTerms(last_notice_day=10, suspend_day=10)  # Thursday, 12 March, nine o'clock
    told = foretold(Anchors(due_on=DUE), Standing(wakes_at=at(-1)), house=house(late))
    (suspension,) = [one for one in told if one.step.kind is StepKind.SUSPEND]
    assert suspension.at == at(14)
    assert suspension.delays == (
        (Delay.NOTICE, None),
        (Delay.WEEKDAY, date(2026, 3, 13)),
        (Delay.WEEKDAY, date(2026, 3, 14)),
        (Delay.WEEKDAY, date(2026, 3, 15)),
    )


def test_what_holds_an_invoice_up_is_told_with_the_first_possible_day():
    standing = Standing(wakes_at=at(-1), is_held=True)
    told = foretold(Anchors(due_on=DUE), standing, house=house(DunningTerms()))
    assert {one.fate for one in told} == {Fate.HELD}
    assert told[0].at == at(0)


def test_a_notice_that_no_server_took_holds_up_the_suspension_alone():
    standing = Standing(
        wakes_at=at(7),
        done={"charge_1", "charge_2", "charge_3", "charge_4", "reminder_1", "reminder_2"}
        | {"last_notice_1"},
        notice_is_out=True,
    )
    anchors = Anchors(due_on=DUE, expires_on=DUE + timedelta(days=20))
    told = foretold(anchors, standing, house=house(DunningTerms()))
    assert [(one.step.key, one.fate, one.at) for one in told] == [
        ("suspend_1", Fate.HELD, at(8)),
        ("decide_1", Fate.TAKEN, at(17)),
    ]


def test_charges_without_a_card_and_suspensions_of_nothing_are_left_out():
    standing = Standing(wakes_at=at(-1), can_charge=False, can_suspend=False)
    told = foretold(Anchors(due_on=DUE), standing, house=house(DunningTerms(terminate_day=30)))
    left_out = [one.step.key for one in told if one.fate is Fate.LEFT_OUT]
    assert left_out == ["charge_1", "charge_2", "charge_3", "charge_4", "suspend_1"]


def test_from_a_paused_connection_on_everything_waits():
    standing = Standing(wakes_at=at(1), done={"charge_1"}, charges_are_held=True)
    told = foretold(Anchors(due_on=DUE), standing, house=house(DunningTerms()))
    assert [one.step.key for one in told if one.fate is Fate.TAKEN] == ["reminder_1"]


def test_it_is_still_said_why_when_the_case_already_knows_its_day():
    done = {"charge_1", "charge_2", "charge_3", "charge_4", "reminder_1", "reminder_2"}
    standing = Standing(
        wakes_at=at(9),
        free_from=at(7, 19),
        done=done | {"last_notice_1"},
        notice_is_out=True,
        notice_accepted_at=at(7, 18),
    )
    (told,) = foretold(Anchors(due_on=DUE), standing, house=house(DunningTerms()))
    assert told.at == at(9)
    assert told.delays == ((Delay.NOTICE, None), (Delay.HOURS, date(2026, 3, 10)))
