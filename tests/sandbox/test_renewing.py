"""A month and a year later: hosting and a name renewed by a clock that is moved."""

from datetime import timedelta
from decimal import Decimal

import pytest

from billing.choices import InvoiceStatus, SubscriptionStatus
from billing.models import Invoice, Subscription
from billing.selectors.ledger import ledger_differences
from domains.choices import DomainStatus
from domains.models import Domain, SandboxRegistration
from domains.services.settings import domain_set_auto_renew
from ispplatform.core.clock import business_now
from ispplatform.core.models import Operation, Tenant
from ispplatform.core.sandbox.selectors import clock_named_targets
from ispplatform.core.testing import run_until_quiet
from provisioning.choices import ServiceStatus
from provisioning.models import Service
from sales.services.carts import cart_line_add, cart_open
from tests.factories.billing import SYSTEM, kept_card, transferred
from tests.sales.conftest import Shop, shop
from tests.sandbox.test_daily_work import jobs_of, moved

__all__ = ["shop"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("real_time")]


def bought(shop: Shop, name: str = "kontor.example") -> tuple[Domain, Service]:
    """A name for a year and hosting by the month, paid and set up."""
    cart = cart_open(customer=shop.customer)
    cart_line_add(cart=cart, plan=shop.domain_plan, cycle="yearly", domain_name=name)
    cart_line_add(
        cart=cart, plan=shop.hosting_plan, cycle="monthly", domain_mode="own", domain_name=name
    )
    shop.bank_transfer(shop.ordered(cart))
    return Domain.objects.get(name=name), Service.objects.get(type="hosting")


def billed(service: Service) -> Subscription:
    subscription = service.subscription
    assert subscription is not None
    subscription.refresh_from_db()
    return subscription


def pay(invoice: Invoice) -> None:
    invoice.refresh_from_db()
    transferred(invoice.customer, str(invoice.amount_due), invoice.document)
    run_until_quiet()


def renewals_sent() -> int:
    return Operation.objects.filter(kind="domains.renew", state="succeeded").count()


def test_a_month_later_the_hosting_is_invoiced_and_renewed(shop: Shop):
    _, hosting = bought(shop)
    begins_on = billed(hosting).next_billing_on
    assert begins_on is not None
    (target,) = clock_named_targets(shop.tenant, after=business_now(shop.tenant))
    assert target.label == "To the next renewal"
    move = moved(shop.tenant, 31)
    invoice = Invoice.objects.get(due_date=begins_on)
    assert target.at.date() == begins_on - timedelta(days=7)
    assert invoice.issue_date == target.at.date()
    line = "Renewals invoiced, periods begun and ended: 1"
    assert [job for job in jobs_of(move) if job.startswith("Renewals")] == [line] * 2
    pay(invoice)
    hosting.refresh_from_db()
    assert (hosting.status, hosting.trouble) == (ServiceStatus.ACTIVE, "")
    assert billed(hosting).current_period_start == begins_on
    assert ledger_differences() == []


def name_only(shop: Shop, name: str = "kontor.example") -> Domain:
    """A name for a year, paid and registered."""
    cart = cart_open(customer=shop.customer)
    cart_line_add(cart=cart, plan=shop.domain_plan, cycle="yearly", domain_name=name)
    shop.bank_transfer(shop.ordered(cart))
    return Domain.objects.get(name=name)


@pytest.mark.slow
def test_a_year_later_the_name_is_renewed_for_settled_money_only(shop: Shop):
    domain, hosting = bought(shop)
    kept_card(shop.customer, shop.gateway)
    expires_at = domain.expires_at
    assert expires_at is not None
    assert billed(domain.service).calendar == "domains"
    assert billed(domain.service).next_billing_on == expires_at.date()
    moved(shop.tenant, 336)
    invoice = Invoice.objects.get(
        document__lines__subject_id=domain.service_id, due_date__gt="2027-01-01"
    )
    assert invoice.issue_date == expires_at.date() - timedelta(days=30)
    assert invoice.due_date == expires_at.date()
    (line,) = invoice.document.lines.all()
    assert line.unit_price == Decimal("14.00")
    assert line.period_start == expires_at.date()
    assert Invoice.objects.filter(document__lines__subject_id=hosting.pk).count() >= 11
    assert renewals_sent() == 0
    moved(shop.tenant, 17)
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.PAID
    domain.refresh_from_db()
    assert domain.expires_at == expires_at.replace(year=expires_at.year + 1)
    at_registrar = SandboxRegistration.objects.get(name=domain.name)
    assert (at_registrar.expires_at, at_registrar.auto_renew) == (domain.expires_at, False)
    assert renewals_sent() == 1
    subscription = billed(domain.service)
    assert subscription.next_billing_on == domain.expires_at.date()
    assert subscription.current_period_end == expires_at.date()
    moved(shop.tenant, 15)
    subscription.refresh_from_db()
    assert subscription.current_period_end == domain.expires_at.date()
    assert Invoice.objects.filter(document__lines__subject_id=domain.service_id).count() == 2


def test_a_name_that_nobody_pays_for_is_not_renewed_and_not_invoiced_again(shop: Shop):
    domain = name_only(shop)
    moved(shop.tenant, 375)
    domain.refresh_from_db()
    assert domain.status == DomainStatus.EXPIRED
    assert renewals_sent() == 0
    rows = Invoice.objects.filter(document__lines__subject_id=domain.service_id)
    assert [row.status for row in rows.order_by("issue_date")] == [
        InvoiceStatus.PAID,
        InvoiceStatus.OVERDUE,
    ]


def test_a_name_that_is_let_go_runs_out_and_its_service_ends(shop: Shop):
    domain = name_only(shop)
    domain_set_auto_renew(actor=SYSTEM, domain=domain, enabled=False)
    assert not billed(domain.service).auto_renew
    moved(shop.tenant, 367)
    assert Invoice.objects.filter(document__lines__subject_id=domain.service_id).count() == 1
    assert billed(domain.service).status == SubscriptionStatus.ENDED
    domain.service.refresh_from_db()
    assert domain.service.terminate_at is not None
    domain.refresh_from_db()
    assert domain.status == DomainStatus.EXPIRED
    assert SandboxRegistration.objects.filter(name=domain.name).exists()


def test_hosting_whose_contract_ends_stands_still_and_goes_after_its_hold(shop: Shop):
    _, hosting = bought(shop)
    subscription = billed(hosting)
    subscription.auto_renew = False
    subscription.save(update_fields=["auto_renew"])
    moved(shop.tenant, 32)
    hosting.refresh_from_db()
    assert (hosting.status, billed(hosting).status) == (ServiceStatus.SUSPENDED, "ended")
    moved(shop.tenant, 15)
    hosting.refresh_from_db()
    assert hosting.status == ServiceStatus.TERMINATED
    tenant = Tenant.objects.get(pk=shop.tenant.pk)
    assert Invoice.objects.filter(document__lines__subject_id=hosting.pk).count() == 1
    assert business_now(tenant) > hosting.created_at
