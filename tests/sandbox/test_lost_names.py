"""A name that is gone for good: its unpaid renewal ends with it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from billing.choices import InvoiceStatus, SubscriptionStatus
from billing.models import Document, DunningCase, Invoice
from billing.selectors.ledger import ledger_differences
from billing.services.dunning_acts import renewal_trust
from billing.services.subscriptions import subscription_cancel
from domains.choices import DomainStatus
from domains.models import Domain, SandboxRegistration
from domains.services.registration import read_back_start
from ispplatform.core.attention import attention_items_open
from ispplatform.core.clock import business_now
from ispplatform.core.models import AttentionItem, OutboxEvent, Tenant
from ispplatform.core.testing import run_until_quiet
from provisioning.choices import ServiceStatus
from provisioning.workflows.terminations import terminations_run
from tests.factories.billing import SYSTEM
from tests.sales.conftest import Shop, shop
from tests.sandbox.conftest import real_time
from tests.sandbox.test_daily_work import moved
from tests.sandbox.test_renewing import billed, name_only, pay

__all__ = ["real_time", "shop"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("real_time")]
LOST = "billing.renewal_taken_back"


def lost(domain: Domain) -> None:
    """Have the registry give the name up, and read that."""
    SandboxRegistration.objects.filter(name=domain.name).delete()
    read_again(domain)


def read_again(domain: Domain) -> None:
    domain.refresh_from_db()
    with transaction.atomic():
        read_back_start(domain, actor=SYSTEM)
    run_until_quiet()
    domain.refresh_from_db()


def renewal_of(domain: Domain) -> Invoice:
    rows = Invoice.objects.filter(document__lines__subject_id=domain.service_id)
    return rows.order_by("-issue_date").get(issue_date__gt=domain.registered_at.date())


def expired(shop: Shop) -> tuple[Domain, Invoice]:
    """A name that ran out five days ago with its renewal unpaid."""
    domain = name_only(shop)
    moved(shop.tenant, 370)
    domain.refresh_from_db()
    invoice = renewal_of(domain)
    assert (domain.status, invoice.status) == (DomainStatus.EXPIRED, InvoiceStatus.OVERDUE)
    assert billed(domain.service).status == SubscriptionStatus.ACTIVE
    return domain, invoice


def test_the_unpaid_renewal_of_a_name_that_is_gone_is_credited_and_dunned_no_more(shop: Shop):
    domain, invoice = expired(shop)
    paid_until = billed(domain.service).current_period_start

    lost(domain)

    assert domain.status == DomainStatus.RELEASED
    invoice.refresh_from_db()
    assert (invoice.status, invoice.amount_due) == (InvoiceStatus.CANCELLED, Decimal(0))
    note = Document.objects.get(corrects=invoice.document)
    assert (note.gross_total, note.reason) == (invoice.gross_total, "Not renewed, and gone")
    assert DunningCase.objects.get(invoice=invoice).closed_at is not None
    subscription = billed(domain.service)
    assert (subscription.status, subscription.ends_on) == ("ended", domain.expires_at.date())
    assert (subscription.next_billing_on, subscription.current_period_end) == (None, paid_until)
    assert subscription.periods.get().taken_back_at is not None
    ended = OutboxEvent.objects.get(name="billing.subscription_ended")
    assert ended.payload["reason"] == "nothing_left"
    item = AttentionItem.objects.get(kind=LOST)
    assert (item.money_at_stake, item.currency) == (invoice.gross_total, "EUR")
    assert invoice.number in item.sentence
    assert ledger_differences() == []


def test_reading_a_second_time_that_it_is_gone_changes_nothing(shop: Shop):
    domain, invoice = expired(shop)
    lost(domain)
    invoice.refresh_from_db()

    read_again(domain)
    moved(shop.tenant, 2)

    assert Document.objects.filter(corrects=invoice.document).count() == 1
    assert AttentionItem.objects.filter(kind=LOST).count() == 1
    assert OutboxEvent.objects.filter(name="billing.subscription_ended").count() == 1


def test_a_name_that_is_only_late_keeps_its_invoice(shop: Shop):
    domain, invoice = expired(shop)

    read_again(domain)

    invoice.refresh_from_db()
    assert (domain.status, invoice.status) == (DomainStatus.EXPIRED, InvoiceStatus.OVERDUE)
    assert not attention_items_open().filter(kind=LOST).exists()


def test_a_renewal_that_was_paid_is_not_taken_back(shop: Shop):
    domain, invoice = expired(shop)
    pay(invoice)
    domain.refresh_from_db()
    assert domain.status == DomainStatus.ACTIVE

    lost(domain)

    invoice.refresh_from_db()
    assert (invoice.status, invoice.amount_credited) == (InvoiceStatus.PAID, Decimal(0))
    assert billed(domain.service).status == SubscriptionStatus.ENDED


def test_a_renewal_on_trust_came_about_and_stays_owed(shop: Shop):
    domain, invoice = expired(shop)
    case = DunningCase.objects.get(invoice=invoice)
    renewal_trust(actor=SYSTEM, case_id=case.pk, reason="A good customer.")
    run_until_quiet()
    domain.refresh_from_db()
    assert domain.status == DomainStatus.ACTIVE

    lost(domain)

    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.OVERDUE
    assert invoice.amount_due == invoice.gross_total
    assert billed(domain.service).status == SubscriptionStatus.ENDED


def test_one_that_was_cancelled_after_its_unpaid_year_began_is_ended_as_well(shop: Shop):
    domain, invoice = expired(shop)
    subscription_cancel(actor=SYSTEM, subscription_id=domain.service.subscription_id)
    assert billed(domain.service).status == SubscriptionStatus.CANCELLED

    lost(domain)

    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.CANCELLED
    assert billed(domain.service).status == SubscriptionStatus.ENDED


def test_the_end_of_a_lost_name_holds_up_no_other_end(shop: Shop):
    domain, _ = expired(shop)
    lost(domain)
    service = domain.service
    service.refresh_from_db()
    tenant = Tenant.objects.get(pk=shop.tenant.pk)
    assert service.terminate_at > business_now(tenant)
    service.terminate_at = business_now(tenant) - timedelta(minutes=1)
    service.save(update_fields=["terminate_at"])

    assert terminations_run(tenant) == 1

    service.refresh_from_db()
    assert service.status == ServiceStatus.TERMINATED
