"""A name that was renewed at its registrar: the year is found, and billed or given by a person."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from billing.errors import SubscriptionStateWrong
from billing.models import Invoice, SkippedPeriod, SubscriptionPeriod
from billing.rules.renewal_calendar import skipped_days
from billing.selectors.ledger import ledger_differences
from billing.services.skipped_periods import skipped_periods_accept, skipped_periods_bill
from domains.models import Domain, SandboxRegistration
from domains.rules.terms import years_later
from domains.services.registration import read_back_start
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.models import AttentionItem, AuditEntry
from ispplatform.core.testing import run_until_quiet
from tests.actors import staff
from tests.factories.billing import SYSTEM
from tests.pages.staff import staff_client
from tests.sales.conftest import Shop, shop
from tests.sandbox.conftest import real_time
from tests.sandbox.test_renewing import billed, name_only, pay, renewals_sent

__all__ = ["real_time", "shop"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("real_time")]
KIND = "billing.skipped_period"


def renewed_outside(domain: Domain, years: int = 1) -> None:
    """Have somebody renew the name at the registrar, and read that."""
    at_registrar = SandboxRegistration.objects.get(name=domain.name)
    at_registrar.expires_at = years_later(at_registrar.expires_at, years)
    at_registrar.save()
    domain.refresh_from_db()
    with transaction.atomic():
        read_back_start(domain, actor=SYSTEM)
    run_until_quiet()
    domain.refresh_from_db()


def test_a_year_that_was_renewed_outside_is_put_before_a_person_with_its_money(shop: Shop):
    domain = name_only(shop)
    first = billed(domain.service).next_billing_on

    renewed_outside(domain)

    days = SkippedPeriod.objects.get()
    assert (days.period_start, days.period_end) == (first, domain.expires_at.date())
    item = AttentionItem.objects.get(kind=KIND)
    assert (item.money_at_stake, item.currency) == (Decimal("16.66"), "EUR")
    assert f"no invoice stands for {first} to" in item.sentence
    assert billed(domain.service).next_billing_on == domain.expires_at.date()

    renewed_outside(domain, years=0)
    assert SkippedPeriod.objects.count() == 1


def test_billing_it_makes_one_invoice_whose_payment_renews_nothing(shop: Shop):
    domain = name_only(shop)
    renewed_outside(domain, years=2)
    subscription = billed(domain.service)

    invoice = skipped_periods_bill(actor=SYSTEM, subscription_id=subscription.pk)

    assert [line.gross for line in invoice.document.lines.all()] == [Decimal("16.66")] * 2
    rows = SubscriptionPeriod.objects.filter(subscription=subscription).order_by("period_start")
    assert [row.invoice_id for row in rows] == [invoice.pk] * 2
    assert rows[1].period_end == domain.expires_at.date()
    assert SkippedPeriod.objects.get().invoice_id == invoice.pk
    assert AttentionItem.objects.get(kind=KIND).resolved_at is not None
    with pytest.raises(SubscriptionStateWrong):
        skipped_periods_bill(actor=SYSTEM, subscription_id=subscription.pk)

    pay(invoice)

    assert renewals_sent() == 0
    assert billed(domain.service).next_billing_on == domain.expires_at.date()
    assert list(ledger_differences()) == []


def test_giving_it_bills_nothing_and_says_why(shop: Shop):
    domain = name_only(shop)
    renewed_outside(domain)
    subscription = billed(domain.service)
    invoices = Invoice.objects.count()
    with pytest.raises(InvalidInput):
        skipped_periods_accept(actor=SYSTEM, subscription_id=subscription.pk, reason=" ")
    with pytest.raises(NotPermitted):
        skipped_periods_accept(actor=staff(), subscription_id=subscription.pk, reason="x")

    skipped_periods_accept(actor=SYSTEM, subscription_id=subscription.pk, reason="Our mistake.")

    days = SkippedPeriod.objects.get()
    assert (days.reason, days.invoice_id) == ("Our mistake.", None)
    assert days.decided_at is not None
    assert Invoice.objects.count() == invoices
    assert AttentionItem.objects.get(kind=KIND).resolved_at is not None
    assert AuditEntry.objects.filter(act="billing.skipped_periods_accept").count() == 1


def test_staff_decide_on_the_page_of_the_subscription(shop: Shop):
    domain = name_only(shop)
    renewed_outside(domain)
    address = f"/admin/billing/subscription/{domain.service.subscription_id}"
    client = staff_client(shop.tenant, "billing")
    page = client.get(f"{address}/change/").content.decode()
    assert "Bill the days without an invoice" in page
    assert "wait for a decision" in page

    client.post(f"{address}/act/give-skipped/", {"reason": "Our mistake."})

    page = client.get(f"{address}/change/").content.decode()
    assert "Our mistake." in page
    assert "Bill the days without an invoice" not in page


@pytest.mark.parametrize(
    ("days", "is_skipped"), [(-400, False), (2, False), (31, False), (32, True)]
)
def test_days_that_a_registry_rounds_are_not_skipped(days: int, is_skipped: bool):
    until = date(2027, 3, 1)

    found = skipped_days(until, until + timedelta(days=days))

    assert (found is not None) is is_skipped
    assert skipped_days(None, until) is None
