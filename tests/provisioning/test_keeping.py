"""A service that was to end and is kept: it works again, and it is billed again."""

from datetime import date

import pytest
from django.db import transaction

from billing.choices import SubscriptionStatus
from billing.errors import SubscriptionStateWrong
from billing.models import Invoice, Subscription, SubscriptionPeriod
from billing.selectors.ledger import ledger_differences
from billing.services.subscriptions import subscription_cancel, subscription_change
from customers.selectors import customer_today
from domains.choices import DomainStatus
from domains.models import Domain, SandboxRegistration
from domains.services.registration import read_back_start
from ispplatform.core.models import AuditEntry, OutboxEvent
from ispplatform.core.testing import run_until_quiet
from provisioning.choices import ReasonKind, ServiceStatus
from provisioning.errors import ServiceStateForbids
from provisioning.models import Service
from provisioning.services.suspension import service_resume
from provisioning.services.termination import service_terminate, termination_cancel
from tests.callers import key_caller
from tests.factories.billing import SYSTEM
from tests.pages.staff import staff_client
from tests.sales.conftest import Shop, shop
from tests.sandbox.conftest import real_time
from tests.sandbox.test_daily_work import moved
from tests.sandbox.test_renewing import billed, bought, pay

__all__ = ["real_time", "shop"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("real_time")]


def ended(service: Service) -> None:
    service_terminate(actor=SYSTEM, service=service, reason="By mistake.")
    run_until_quiet()


def kept(service: Service) -> Subscription:
    termination_cancel(actor=SYSTEM, service=service, reason="They stay.")
    run_until_quiet()
    service.refresh_from_db()
    assert (service.status, service.terminate_at) == (ServiceStatus.ACTIVE, None)
    return billed(service)


def periods_of(service: Service) -> list[tuple[date, date]]:
    rows = SubscriptionPeriod.objects.filter(
        subscription_id=service.subscription_id, taken_back_at=None
    )
    return list(rows.order_by("period_start").values_list("period_start", "period_end"))


def test_a_service_kept_in_its_paid_period_is_billed_from_the_end_of_it(shop: Shop):
    _, hosting = bought(shop)
    before = billed(hosting)
    paid_until, price = before.next_billing_on, before.price_id
    moved(shop.tenant, 5)
    ended(hosting)
    assert billed(hosting).status == SubscriptionStatus.ENDED
    moved(shop.tenant, 3)

    again = kept(hosting)

    assert (again.status, again.ends_on, again.cancelled_at) == ("active", None, None)
    assert (again.next_billing_on, again.price_id) == (paid_until, price)
    moved(shop.tenant, 60)
    rows = periods_of(hosting)
    assert [start for start, _ in rows][:2] == [paid_until, rows[0][1]]
    assert AuditEntry.objects.filter(act="billing.subscription_reopen").count() == 1
    assert OutboxEvent.objects.filter(name="billing.subscription_reopened").count() == 1


def test_the_days_that_it_stood_still_after_its_paid_period_are_not_billed(shop: Shop):
    _, hosting = bought(shop)
    subscription_cancel(actor=SYSTEM, subscription_id=hosting.subscription_id)
    moved(shop.tenant, 36)
    hosting.refresh_from_db()
    assert hosting.terminate_at is not None
    today = customer_today(shop.customer)
    assert billed(hosting).ends_on < today

    again = kept(hosting)

    assert (again.next_billing_on, again.anchor_day) == (today, today.day)
    moved(shop.tenant, 1)
    (only,) = periods_of(hosting)
    assert only[0] == today
    again.refresh_from_db()
    assert (again.current_period_start, again.next_billing_on) == only


def test_a_period_that_was_given_back_is_billed_once_and_paid_by_the_credit(shop: Shop):
    _, hosting = bought(shop)
    begins_on = billed(hosting).next_billing_on
    moved(shop.tenant, 25)
    pay(Invoice.objects.get(due_date=begins_on))
    ended(hosting)
    assert periods_of(hosting) == []

    assert kept(hosting).next_billing_on == begins_on
    moved(shop.tenant, 1)

    (only,) = periods_of(hosting)
    assert only[0] == begins_on
    assert [row.amount_due for row in Invoice.objects.filter(due_date=begins_on)] == [0, 0]
    assert ledger_differences() == []


def test_what_only_runs_out_with_its_paid_period_runs_out_still(shop: Shop):
    _, hosting = bought(shop)
    subscription_cancel(actor=SYSTEM, subscription_id=hosting.subscription_id)
    ended(hosting)

    assert kept(hosting).status == SubscriptionStatus.CANCELLED

    moved(shop.tenant, 32)
    hosting.refresh_from_db()
    assert hosting.terminate_at is not None


def test_what_was_not_to_renew_and_is_kept_after_its_end_renews(shop: Shop):
    _, hosting = bought(shop)
    subscription_change(actor=SYSTEM, subscription_id=hosting.subscription_id, auto_renew=False)
    moved(shop.tenant, 33)
    hosting.refresh_from_db()
    assert hosting.terminate_at is not None

    assert kept(hosting).auto_renew is True

    moved(shop.tenant, 1)
    assert len(periods_of(hosting)) == 1


def test_a_name_that_ran_out_goes_on_from_its_expiry(shop: Shop):
    domain, _ = bought(shop)
    ended(domain.service)

    again = kept(domain.service)

    assert (again.calendar, again.next_billing_on) == ("domains", domain.expires_at.date())


def test_a_name_that_is_gone_is_not_kept_and_nothing_changes(shop: Shop):
    domain, _ = bought(shop)
    ended(domain.service)
    SandboxRegistration.objects.filter(name=domain.name).delete()
    with transaction.atomic():
        read_back_start(domain, actor=SYSTEM)
    run_until_quiet()
    assert Domain.objects.get().status == DomainStatus.RELEASED
    entries = AuditEntry.objects.count()

    with pytest.raises(SubscriptionStateWrong, match="is gone"):
        termination_cancel(actor=SYSTEM, service=domain.service, reason="They stay.")

    assert AuditEntry.objects.count() == entries
    assert billed(domain.service).status == SubscriptionStatus.ENDED
    domain.service.refresh_from_db()
    assert domain.service.terminate_at is not None


def test_news_of_the_end_that_come_late_do_not_end_what_was_kept(shop: Shop):
    _, hosting = bought(shop)
    service_terminate(actor=SYSTEM, service=hosting, reason="By mistake.")

    again = kept(hosting)

    assert again.status == SubscriptionStatus.ACTIVE


@pytest.mark.parametrize("kind", [None, ReasonKind.TERMINATION])
def test_resuming_does_not_bring_back_what_is_about_to_end(shop: Shop, kind: ReasonKind | None):
    _, hosting = bought(shop)
    ended(hosting)

    with pytest.raises(ServiceStateForbids, match="Keep it after all"):
        service_resume(actor=SYSTEM, service=hosting, kind=kind)

    hosting.refresh_from_db()
    assert hosting.status == ServiceStatus.SUSPENDED
    assert hosting.reasons.filter(closed_at=None).count() == 1


def test_a_program_keeps_a_service_and_reads_that_it_is_billed(shop: Shop):
    _, hosting = bought(shop)
    ended(hosting)
    program = key_caller(shop.tenant, "services:*", "subscriptions:read")
    address = f"services/{hosting.pk}/cancel-termination"
    assert program("POST", address, {}).status == 422

    answer = program("POST", address, {"reason": "They stay."})

    assert (answer.status, answer.data["status"]) == (200, "active")
    assert answer.data["terminate_at"] is None
    shown = program("GET", f"subscriptions/{hosting.subscription_id}")
    assert shown.data["status"] == "active"
    assert program("POST", address, {"reason": "Again."}).code == "SERVICE_STATE_FORBIDS"


def test_staff_keep_a_service_and_the_timeline_tells_that_it_is_billed_again(shop: Shop):
    _, hosting = bought(shop)
    ended(hosting)
    staff = staff_client(shop.tenant, "operator", "billing", "support")
    act = f"/admin/provisioning/service/{hosting.pk}/act/keep/"
    assert "its subscription runs on at the same price" in staff.get(act).content.decode()

    staff.post(act, {"reason": "They stay."})

    assert billed(hosting).status == SubscriptionStatus.ACTIVE
    page = staff.get(f"/admin/customers/customer/{shop.customer.pk}/change/").content.decode()
    assert "its subscription runs again" in page
