"""The money on the home page: what is open and overdue now and when the month began, and cash."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from billing.models import DunningCase
from billing.office import today_tile
from billing.office_money import money_tile
from billing.rules.dunning import StepKind
from ispplatform.core.actors import Actor
from ispplatform.core.clock import business_today
from ispplatform.core.due import day_begins
from tests.factories.billing import issued_invoice, transferred
from tests.factories.customers import CustomerFactory

SYSTEM = Actor.system("tests")
OCTOBER = datetime(2026, 10, 20, 12, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 15, 12, tzinfo=UTC)


@pytest.fixture
def customer(tenant):
    return CustomerFactory(addressed=True)


def lines_of(tile):
    return {str(line["label"]): (line["now"], line["before"]) for line in tile["lines"]}


def test_open_is_compared_with_the_day_on_which_the_month_began(tenant, customer):
    with time_machine.travel(OCTOBER):
        paid_later = issued_invoice(customer)
        issued_invoice(customer)
    with time_machine.travel(NOVEMBER):
        transferred(customer, str(paid_later.amount_due), paid_later.document)
        issued_invoice(customer)
        issued_invoice(customer)
        lines = lines_of(money_tile(tenant, SYSTEM))
    one = paid_later.gross_total
    assert lines["Open"] == (3 * one, 2 * one)


def test_cash_is_that_of_this_month_and_of_the_last(tenant, customer):
    with time_machine.travel(OCTOBER):
        transferred(customer, "7.00")
    with time_machine.travel(NOVEMBER):
        transferred(customer, "20.00")
        tile = money_tile(tenant, SYSTEM)
    assert lines_of(tile)["Cash this month"] == (Decimal("20.00"), Decimal("7.00"))
    assert "Oct: 7.00" in tile["chart"]
    assert "Nov: 20.00" in tile["chart"]


def test_overdue_is_what_was_due_and_is_not_paid(tenant, customer):
    with time_machine.travel(OCTOBER):
        first = issued_invoice(customer, due_on=date(2026, 10, 25))
    with time_machine.travel(NOVEMBER):
        transferred(customer, str(first.amount_due), first.document)
        lines = lines_of(money_tile(tenant, SYSTEM))
    assert lines["Overdue"] == (Decimal(0), first.gross_total)


def test_suspensions_of_tomorrow_are_counted_and_no_others(tenant, customer):
    today = business_today(tenant)
    for days in (0, 1, 1, 2):
        DunningCase.objects.create(
            invoice=issued_invoice(customer),
            customer=customer,
            due_on=today,
            next_kind=StepKind.SUSPEND,
            next_at=day_begins(today + timedelta(days=days), tenant, hour=9),
        )
    reminded = issued_invoice(customer)
    DunningCase.objects.create(
        invoice=reminded,
        customer=customer,
        due_on=today,
        next_kind=StepKind.REMINDER,
        next_at=day_begins(today + timedelta(days=1), tenant, hour=9),
    )
    tile = today_tile(tenant, SYSTEM)
    assert tile["suspended"] == 2
    assert tile["payments"] == 0
