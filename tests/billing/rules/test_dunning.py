"""The calendar of unpaid invoices, as a table."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from billing.rules.dunning import (
    Anchors,
    ChargeFigures,
    DunningTerms,
    StepKind,
    dunning_steps,
    move_due,
    needs_plan,
    outage_codes,
    outage_is_over,
    step_after,
    suspension_instant,
)
from billing.rules.working_days import is_holiday, next_instant_in_hours, region_is_known

BERLIN = ZoneInfo("Europe/Berlin")
TERMS = DunningTerms()
DUE = date(2026, 3, 2)  # a Monday


def german(day: date) -> bool:
    return is_holiday(day, country="DE")


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """An hour in Berlin on the day so many days after the due day, in UTC."""
    local = datetime(DUE.year, DUE.month, DUE.day, hour, minute, tzinfo=BERLIN)
    return (local + timedelta(days=day)).astimezone(UTC)


def told(steps) -> list[tuple[str, str]]:
    return [(step.key, f"{step.at.astimezone(BERLIN):%d %H:%M}") for step in steps]


# ------------------------------------------------------------------------------------- calendar


def test_the_calendar_of_an_ordinary_invoice():
    steps = dunning_steps(Anchors(due_on=DUE), terms=TERMS, zone=BERLIN)
    assert told(steps) == [
        ("charge_1", "02 09:00"),
        ("reminder_1", "03 09:00"),
        ("charge_2", "04 09:00"),
        ("reminder_2", "05 09:00"),
        ("charge_3", "06 09:00"),
        ("charge_4", "08 09:00"),
        ("last_notice_1", "08 09:00"),
        ("suspend_1", "09 09:00"),
    ]


def test_the_calendar_of_a_domain_counts_from_its_expiry():
    steps = dunning_steps(
        Anchors(due_on=None, expires_on=date(2026, 3, 20)), terms=TERMS, zone=BERLIN
    )
    assert told(steps) == [
        ("charge_1", "06 09:00"),
        ("charge_2", "08 09:00"),
        ("charge_3", "10 09:00"),
        ("charge_4", "12 09:00"),
        ("renewal_notice_1", "13 09:00"),
        ("decide_1", "17 09:00"),
        ("renewal_notice_2", "23 09:00"),
    ]


def test_a_mixed_invoice_is_charged_once_a_day_and_a_person_decides_about_the_name():
    steps = dunning_steps(
        Anchors(due_on=DUE, expires_on=date(2026, 3, 20)), terms=TERMS, zone=BERLIN
    )
    kinds = [step.kind for step in steps]
    assert kinds.count(StepKind.CHARGE) == 4
    assert kinds[-1] is StepKind.DECIDE
    assert StepKind.RENEWAL_NOTICE not in kinds


def test_nine_o_clock_stays_nine_o_clock_when_summer_time_begins():
    due = date(2026, 3, 28)
    steps = dunning_steps(Anchors(due_on=due), terms=TERMS, zone=BERLIN)
    assert [step.at.hour for step in steps[:3]] == [8, 7, 7]
    assert {step.at.astimezone(BERLIN).hour for step in steps} == {9}


def test_services_end_only_where_the_tenant_says_so():
    terms = DunningTerms(terminate_day=30)
    steps = dunning_steps(Anchors(due_on=DUE), terms=terms, zone=BERLIN)
    assert steps[-1].key == "terminate_1"
    assert steps[-1].at == at(30)


def test_each_suspension_has_a_key_of_its_own():
    steps = dunning_steps(Anchors(due_on=DUE), terms=TERMS, zone=BERLIN, suspensions=2)
    assert steps[-1].key == "suspend_3"


# ------------------------------------------------------------------------------------ what is due


@pytest.mark.parametrize(
    ("day", "done", "key", "passed_over"),
    [
        (-1, [], None, []),
        (0, [], "charge_1", []),
        (0, ["charge_1"], None, []),
        (1, ["charge_1"], "reminder_1", []),
        (6, ["charge_1", "reminder_1"], "charge_4", ["charge_2", "charge_3"]),
        (
            6,
            ["charge_1", "reminder_1", "charge_2", "charge_3", "charge_4"],
            "last_notice_1",
            ["reminder_2"],
        ),
        (40, [], "charge_4", ["charge_1", "charge_2", "charge_3"]),
        (
            40,
            ["charge_1", "charge_2", "charge_3", "charge_4"],
            "last_notice_1",
            ["reminder_1", "reminder_2"],
        ),
    ],
)
def test_after_days_of_standstill_there_is_one_charge_and_one_mail(day, done, key, passed_over):
    steps = dunning_steps(Anchors(due_on=DUE), terms=TERMS, zone=BERLIN)
    move = move_due(steps, done=done, now=at(day))
    assert (move.step.key if move.step else None) == key
    assert [step.key for step in move.passed_over] == passed_over


def test_the_next_step_is_known_before_it_is_due():
    steps = dunning_steps(Anchors(due_on=DUE), terms=TERMS, zone=BERLIN)
    coming, when = step_after(steps, done=["charge_1"])
    assert (coming.key, when) == ("reminder_1", at(1))
    assert step_after(steps, done=[step.key for step in steps]) is None


def test_a_suspension_that_waits_for_a_working_day_lets_nothing_else_wait():
    anchors = Anchors(due_on=DUE, expires_on=DUE + timedelta(days=15))  # decided on a Saturday
    steps = dunning_steps(anchors, terms=DunningTerms(suspend_day=11), zone=BERLIN)
    done = [step.key for step in steps if step.kind not in {StepKind.SUSPEND, StepKind.DECIDE}]
    monday = at(14)
    assert step_after(steps, done=done, suspend_at=lambda step: monday)[0].key == "decide_1"
    assert step_after(steps, done=[*done, "decide_1"], suspend_at=lambda step: None)[1] is None


# ------------------------------------------------------------------------------------- suspending


@pytest.mark.parametrize(
    ("now", "accepted", "expected"),
    [
        (at(6, 10), at(6, 9, 5), at(7, 9, 5)),  # 24 hours after the mail server took it
        (at(6, 10), at(6, 9), at(7, 9)),
        (at(7, 10), at(6, 14, 59), at(7, 14, 59)),
        (at(7, 10), at(6, 15), at(8, 9)),  # not after 15:00
        (at(7, 16), at(6, 9), at(8, 9)),
        (at(10, 10), at(9, 16), at(14, 9)),  # Thursday afternoon: Monday
        (at(11, 9), at(6, 9), at(14, 9)),  # Friday
        (at(12, 9), at(6, 9), at(14, 9)),
        (at(13, 9), at(6, 9), at(14, 9)),
        (at(8, 11, 30), at(6, 9), at(8, 11, 30)),
    ],
)
def test_suspensions_keep_to_working_hours(now, accepted, expected):
    step = dunning_steps(Anchors(due_on=DUE), terms=TERMS, zone=BERLIN)[-1]
    found = suspension_instant(
        step, now=now, notice_accepted_at=accepted, terms=TERMS, zone=BERLIN, is_free=german
    )
    assert found == expected


def test_nothing_is_suspended_on_a_holiday():
    due = date(2026, 3, 30)  # a week before Easter Monday
    step = dunning_steps(Anchors(due_on=due), terms=TERMS, zone=BERLIN)[-1]
    found = suspension_instant(
        step,
        now=step.at,
        notice_accepted_at=step.at - timedelta(days=1),
        terms=TERMS,
        zone=BERLIN,
        is_free=german,
    )
    assert found.astimezone(BERLIN).date() == date(2026, 4, 7)


def test_a_company_without_working_days_suspends_nothing():
    found = next_instant_in_hours(
        at(0), from_hour=9, until_hour=15, never_on=range(1, 8), is_free=german, zone=BERLIN
    )
    assert found is None


@pytest.mark.parametrize(
    ("day", "country", "region", "free"),
    [
        (date(2026, 12, 25), "DE", "", True),
        (date(2026, 1, 6), "DE", "", False),
        (date(2026, 1, 6), "DE", "BY", True),
        (date(2026, 1, 6), "DE", "??", False),
        (date(2026, 7, 14), "FR", "", True),
        (date(2026, 12, 25), "ZZ", "", False),
    ],
)
def test_holidays_are_those_of_the_country(day, country, region, free):
    assert is_holiday(day, country=country, region=region) is free


def test_a_region_can_be_asked_for():
    assert region_is_known("DE", "BY")
    assert not region_is_known("DE", "ZZ")


# ----------------------------------------------------------------------------------- many at once


@pytest.mark.parametrize(
    ("services", "active", "asks"),
    [
        (10, 10_000, False),
        (11, 10_000, True),
        (2, 10, False),  # a small company is not asked each time
        (3, 10, True),
        (3, 150, False),  # 2 % of 150 are 3
        (4, 150, True),
        (0, 0, False),
    ],
)
def test_many_suspensions_are_put_before_a_person(services, active, asks):
    found = needs_plan(services=services, active=active, most=10, most_percent=2, percent_from=3)
    assert found is asks


@pytest.mark.parametrize(
    ("decided", "failed", "codes"),
    [
        (100, {"processing_error": 21}, ["processing_error"]),
        (100, {"processing_error": 20}, []),
        (9, {"processing_error": 9}, []),
        (10, {"processing_error": 10}, ["processing_error"]),
        (100, {"insufficient_funds": 60}, []),  # says nothing about the gateway
        (100, {"lost_card": 60}, []),
        (100, {"a": 30, "b": 30, "c": 5}, ["a", "b"]),
    ],
)
def test_many_charges_that_fail_alike_are_the_gateways_trouble(decided, failed, codes):
    figures = ChargeFigures(decided=decided, failed=failed)
    assert outage_codes(figures, most_percent=20, at_least=10) == codes


@pytest.mark.parametrize(
    ("decided", "failed", "over"),
    [
        (2, {}, False),
        (3, {}, True),
        (10, {"x": 2}, True),
        (10, {"x": 3}, False),
        (3, {"x": 3}, False),
    ],
)
def test_some_charges_that_work_end_the_trouble(decided, failed, over):
    figures = ChargeFigures(decided=decided, failed=failed)
    assert outage_is_over(figures, "x", most_percent=20) is over
