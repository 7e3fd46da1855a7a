"""What the page of a customer foretells is what happens when the clock is moved."""

from datetime import timedelta
from decimal import Decimal

import pytest

from billing.models import DunningStep, Invoice, Subscription
from billing.rules.foretelling import Fate
from billing.selectors.foretelling import calendar_of_customer
from billing.services.credit import credit_grant
from billing.services.dunning_holds import dunning_pause, dunning_promise
from billing.services.subscriptions import (
    subscription_cancel,
    subscription_create,
    subscription_start,
)
from catalog.models import Plan
from domains.models import Domain
from ispplatform.core.subjects import Subject
from ispplatform.core.tenancy.services import tenant_settings_change
from ispplatform.core.testing import run_until_quiet
from provisioning.services.activation import service_activate
from provisioning.services.ordering import service_order
from tests.billing.dunning.conftest import DUE
from tests.billing.dunning.test_clock import moved
from tests.factories.billing import (
    DECLINED,
    SYSTEM,
    kept_card,
    price_of,
)
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
STATES = {Fate.TAKEN: "done", Fate.LEFT_OUT: "skipped", Fate.PASSED_OVER: "passed_over"}
MANY = {"billing.dunning_plan_suspensions": 1000, "billing.dunning_plan_percent": 100}


def day(after: int):
    return (DUE + timedelta(days=after)).date()


def foretold_of(customer):
    """Return what the page says of each open and coming invoice, by the day it counts from."""
    calendar = calendar_of_customer(customer)
    return {
        (_due_on(course), course.currency): (
            course.amount,
            [
                (one.step.key, STATES[one.fate], one.at)
                for one in course.steps
                if one.fate is not Fate.HELD
            ],
        )
        for course in (*calendar.open, *calendar.coming)
    }


def _due_on(course):
    if course.invoice is not None:
        return course.invoice.due_date
    return course.anchors.due_on or course.anchors.expires_on


def happened_to(customer, since):
    """Return the same of what was done since then."""
    found = {}
    for invoice in Invoice.objects.filter(customer=customer).select_related("document"):
        rows = DunningStep.objects.filter(case__invoice=invoice, taken_at__gt=since)
        steps = [(row.key, row.state, row.taken_at) for row in rows]
        found[invoice.due_date, invoice.currency] = (invoice.amount_due, sorted(steps))
    return found


def hosted_and_billed(desk, customer, *, cycle="monthly", renews=True):
    """Return a hosting service whose subscription began ten days before the due day."""
    service = desk.hosted(customer=customer)
    row = subscription_create(
        actor=SYSTEM,
        customer=customer,
        price=price_of("10.00", cycle=cycle),
        label="Hosting",
        subject=Subject(type="provisioning.service", id=service.pk, label=service.label),
    )
    return subscription_start(actor=SYSTEM, subscription_id=row.pk, on=day(-14))


def test_what_the_page_foretells_is_what_happens_when_the_clock_is_moved(desk):
    tenant_settings_change(actor=SYSTEM, tenant_id=desk.house.tenant.pk, values=MANY)
    customers = {name: CustomerFactory(addressed=True, phone="+49 30 1234567") for name in PEOPLE}
    for name, customer in customers.items():
        PEOPLE[name](desk, customer)
    desk.work()
    began_at = desk.now()
    foretold = {name: foretold_of(customer) for name, customer in customers.items()}

    moved(desk.house.tenant, days=50)
    until = began_at + timedelta(days=50)

    for name, customer in customers.items():
        happened = happened_to(customer, began_at)
        told = {key: (amount, sorted(steps)) for key, (amount, steps) in foretold[name].items()}
        for key, (amount, steps) in told.items():
            assert happened[key] == (amount, [one for one in steps if one[2] <= until]), (name, key)
        assert sum(bool(steps) for _, steps in told.values()) == BUSY[name], name


def _declined(desk, customer):
    kept_card(customer, desk.gateway, DECLINED)
    desk.invoice(desk.hosted(customer=customer))


def _no_card(desk, customer):
    desk.invoice(desk.hosted(customer=customer), due_on=day(3))


def _nothing_stands_still(desk, customer):
    desk.invoice(customer=customer, due_on=day(1))


def _suspended_after_a_weekend(desk, customer):
    desk.invoice(desk.hosted(customer=customer), due_on=day(4))


def _over_easter(desk, customer):
    desk.invoice(desk.hosted(customer=customer), due_on=day(25))  # Good Friday is day 32


def _agreed(desk, customer):
    kept_card(customer, desk.gateway, DECLINED)
    desk.invoice(desk.hosted(customer=customer))
    dunning_promise(actor=SYSTEM, customer=customer, until=day(12), reason="Pays on the 14th.")


def _paused(desk, customer):
    desk.invoice(desk.hosted(customer=customer))
    dunning_pause(actor=SYSTEM, customer=customer, reason="Asks the lawyer.")


def _half_way(desk, customer):
    kept_card(customer, desk.gateway, DECLINED)
    desk.invoice(desk.hosted(customer=customer), due_on=day(-18))


def _named(desk, customer):
    kept_card(customer, desk.gateway, DECLINED)
    desk.invoice(_name(customer, "shop.example"), customer=customer)


def _name_and_hosting(desk, customer):
    hosting = desk.hosted(customer=customer)
    desk.invoice(_name(customer, "mixed.example"), hosting, customer=customer)


def _name(customer, name):
    """Return a domain service whose name expires 20 days after the due day."""
    plan = Plan.objects.get(type="domain")
    service = service_order(
        actor=SYSTEM, customer=customer, plan=plan, configuration={"domain": name}
    )
    service_activate(actor=SYSTEM, service=service)
    run_until_quiet()
    Domain.objects.filter(name=name).update(expires_at=DUE + timedelta(days=20))
    return service


def _monthly(desk, customer):
    kept_card(customer, desk.gateway, DECLINED)
    hosted_and_billed(desk, customer)


def _credit_in_part(desk, customer):
    credit_grant(actor=SYSTEM, customer=customer, amount=Decimal("5.00"), reason="Sorry.")
    hosted_and_billed(desk, customer)


def _credit_for_all(desk, customer):
    credit_grant(actor=SYSTEM, customer=customer, amount=Decimal("50.00"), reason="Sorry.")
    hosted_and_billed(desk, customer)


PEOPLE = {
    function.__name__: function
    for function in (
        _declined,
        _no_card,
        _nothing_stands_still,
        _suspended_after_a_weekend,
        _over_easter,
        _agreed,
        _paused,
        _half_way,
        _named,
        _name_and_hosting,
        _monthly,
        _credit_in_part,
        _credit_for_all,
    )
}
BUSY = {name: name not in {"_paused", "_credit_for_all"} for name in PEOPLE}


def test_what_ends_is_foretold_with_its_day(desk):
    customer = desk.house.customer
    row = hosted_and_billed(desk, customer)
    subscription_cancel(actor=SYSTEM, subscription_id=row.pk)
    (ending,) = calendar_of_customer(customer).endings
    moved(desk.house.tenant, days=40)
    row = Subscription.objects.get()
    assert (row.status, row.ends_on) == ("ended", ending.at.date())
