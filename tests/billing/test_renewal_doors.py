"""What customers, staff and programs see of renewals."""

import re
from contextvars import copy_context
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.services.roles import tenant_roles_seed
from billing.models import Invoice, Subscription
from billing.workflows.renewals import renewals_run
from domains.services.settings import domain_set_auto_renew
from ispplatform.core.clock import business_today
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from notifications.models import Mail
from provisioning.models import Service
from tests.callers import key_caller, portal_caller
from tests.factories.accounts import PASSWORD, PortalAccountFactory
from tests.factories.billing import SYSTEM, kept_card
from tests.pages.staff import staff_client
from tests.sales.conftest import Shop, shop
from tests.sandbox.conftest import real_time
from tests.sandbox.test_renewing import bought

__all__ = ["real_time", "shop"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("real_time")]


class Visitor:
    """The shop's customer, logged in."""

    def __init__(self, shop: Shop) -> None:
        tenant_roles_seed(shop.tenant)
        account = PortalAccountFactory(customer_id=shop.customer.pk)
        self.client = Client()
        self.post("accounts:log_in", name=account.portal_id, password=PASSWORD)

    def get(self, route, *args) -> str:
        answer = copy_context().run(self.client.get, reverse(route, args=args))
        plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
        return re.sub(r"\s+", " ", plain)

    def post(self, route, /, *args, **values):
        return copy_context().run(self.client.post, reverse(route, args=args), values)


def subscription_of(service: Service) -> Subscription:
    return Subscription.objects.get(pk=service.subscription_id)


def test_a_customer_reads_what_comes_next_and_switches_it(shop: Shop):
    domain, hosting = bought(shop)
    kept_card(shop.customer, shop.gateway)
    visitor = Visitor(shop)
    page = visitor.get("billing:home")
    assert "What comes next" in page
    assert "Invoice on" in page
    assert "4242" in page
    page = visitor.get("provisioning:service", hosting.pk)
    assert "It is renewed by itself" in page
    assert "5.95 €" in page
    visitor.post("provisioning:service_renewal", hosting.pk, enabled="0")
    assert not subscription_of(hosting).auto_renew
    page = visitor.get("provisioning:service", hosting.pk)
    assert "It is not renewed: it stops on" in page
    visitor.post("provisioning:service_renewal", hosting.pk, enabled="1")
    assert subscription_of(hosting).auto_renew
    assert domain.service is not None
    assert "Renewal" in visitor.get("provisioning:service", domain.service.pk)


def test_a_name_and_its_subscription_always_say_the_same(shop: Shop):
    domain, _ = bought(shop)
    service = domain.service
    assert service is not None
    domain_set_auto_renew(actor=SYSTEM, domain=domain, enabled=False)
    assert not subscription_of(service).auto_renew
    Visitor(shop).post("provisioning:service_renewal", service.pk, enabled="1")
    domain.refresh_from_db()
    assert (domain.auto_renew, subscription_of(service).auto_renew) == (True, True)


def test_nobody_switches_what_is_anothers(shop: Shop):
    _, hosting = bought(shop)
    other = PortalAccountFactory()
    visitor = Visitor(shop)
    visitor.post("accounts:log_out")
    visitor.post("accounts:log_in", name=other.portal_id, password=PASSWORD)
    assert visitor.post("provisioning:service_renewal", hosting.pk, enabled="0").status_code == 404
    assert subscription_of(hosting).auto_renew


def test_programs_read_the_day_and_the_amount_of_the_next_invoice(shop: Shop):
    _, hosting = bought(shop)
    subscription = subscription_of(hosting)
    caller = key_caller(shop.tenant, "subscriptions:*")
    shown = caller("GET", f"subscriptions/{subscription.pk}").data
    assert subscription.next_billing_on is not None
    assert shown["next_billing_on"] == subscription.next_billing_on.isoformat()
    assert shown["next_invoice_on"] == "2026-03-25"
    assert Decimal(str(shown["next_invoice_amount"])) == Decimal(5)
    caller("PATCH", f"subscriptions/{subscription.pk}", {"auto_renew": False})
    shown = caller("GET", f"subscriptions/{subscription.pk}").data
    assert shown["next_invoice_on"] is None


def test_the_customers_own_api_tells_the_day_too(shop: Shop):
    _, hosting = bought(shop)
    tenant_roles_seed(shop.tenant)
    shown = portal_caller(shop.tenant, shop.customer.pk)("GET", f"services/{hosting.pk}").data
    assert shown["next_billing_date"] == "2026-03-25"


def test_staff_see_what_is_billed_when(shop: Shop):
    _, hosting = bought(shop)
    subscription = subscription_of(hosting)
    client = staff_client(shop.tenant, "billing")
    address = reverse("admin:billing_subscription_change", args=[subscription.pk])

    def page() -> str:
        with tenant_context(shop.tenant.pk):
            return client.get(address).content.decode()

    assert "What is billed next" in page()
    assert "No card is charged" in page()
    subscription.next_billing_on = business_today(shop.tenant)
    subscription.save(update_fields=["next_billing_on"])
    renewals_run(shop.tenant)
    invoice = Invoice.objects.get(subscription_periods__subscription=subscription)
    assert invoice.number in page()


def test_the_mail_names_the_card_and_the_day_of_the_charge(shop: Shop):
    _, hosting = bought(shop)
    kept_card(shop.customer, shop.gateway)
    subscription = subscription_of(hosting)
    subscription.next_billing_on = business_today(shop.tenant).replace(day=7)
    subscription.save(update_fields=["next_billing_on"])
    renewals_run(shop.tenant)
    run_until_quiet()
    mail = Mail.objects.filter(subject__startswith="Your invoice").latest("pk")
    assert "4242" in mail.text
    assert "on 7 March 2026" in mail.text
