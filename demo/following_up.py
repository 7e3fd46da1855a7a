"""Unpaid invoices of the history: followed up day by day, by the calendar's own steps.

The history leaves the company's run out, as mails of the past are not sent and a notice that no
mail server took suspends nobody. Whoever stands still for money has been told, though: for these
customers each day's steps are taken as the run takes them, and the last notice counts as taken by
a mail server on its day.
"""

from billing.models import DunningCase, Invoice
from billing.services.dunning import dunning_go_on, dunning_open, notice_accepted
from customers.models import Customer
from demo.world import World
from ispplatform.core.clock import business_now

HOUR = 10  # within the hours of a working day in which something may be suspended
STEPS_A_DAY = 10  # more than any calendar has


def follow_up(world: World, customer: Customer, *, days: int) -> None:
    """Have a customer's unpaid invoices followed up on each of the last days but today."""
    for days_ago in range(days, 0, -1):
        world.history.plan(days_ago, HOUR, lambda: _steps_of_the_day(customer))


def _steps_of_the_day(customer: Customer) -> None:
    for invoice in Invoice.objects.open().filter(customer=customer, amount_due__gt=0):
        dunning_open(invoice=invoice)
    for case in DunningCase.objects.filter(customer=customer, closed_at=None):
        for _ in range(STEPS_A_DAY):
            case.refresh_from_db()
            if case.next_at is None or case.next_at > business_now(customer.tenant):
                break
            if not dunning_go_on(case_id=case.pk, may_suspend=True):
                break
            case.refresh_from_db()
            if case.notice_event_id is not None:
                notice_accepted(event_id=case.notice_event_id)
