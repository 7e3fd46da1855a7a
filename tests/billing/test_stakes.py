"""Rows of *Needs a person* carry the money that hangs on them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from domains.services.registration import registration_in_trouble
from hosting.models import HostingAccount
from ispplatform.core.attention import attention_open, stake_of
from ispplatform.core.models import AttentionItem
from ispplatform.core.money import Money
from ispplatform.core.subjects import Subject, subject_of
from ispplatform.core.testing import run_until_quiet
from provisioning.models import Service
from provisioning.services.activation import service_activate
from provisioning.services.trouble import service_fail_to_person
from tests.factories.billing import issued_invoice, line, open_pro_forma
from tests.factories.provisioning import ServiceFactory
from tests.house import SYSTEM, House
from tests.pages.staff import staff_client

LIST = "/admin/core/attentionitem/"


def in_trouble(service: Service) -> AttentionItem:
    service_fail_to_person(actor=SYSTEM, service_id=service.pk, trouble="Refused.")
    return AttentionItem.objects.get(subject_id=service.pk)


def test_a_service_in_trouble_names_what_was_billed_for_it(house: House):
    service = house.order(house.hosting_plan, domain="shop.example")
    issued_invoice(house.customer, line("10.00", subject=subject_of(service)))

    item = in_trouble(service)

    assert (item.money_at_stake, item.currency) == (Decimal("11.90"), "EUR")


def test_before_its_invoice_an_order_asks_for_it(house: House):
    service = house.order(house.hosting_plan, domain="shop.example")
    open_pro_forma(house.customer, line("20.00", subject=subject_of(service)))

    assert in_trouble(service).money_at_stake == Decimal("23.80")


def test_what_nobody_billed_names_no_money(house: House):
    item = in_trouble(ServiceFactory(active=True))

    assert (item.money_at_stake, item.currency) == (None, "")


def test_accounts_and_names_know_it_by_their_service(house: House):
    services = [
        house.order(house.hosting_plan, domain="shop.example"),
        house.order(house.domain_plan, domain="name.example"),
    ]
    for service in services:
        service_activate(actor=SYSTEM, service=service)
    run_until_quiet()
    for service, price in zip(services, ("10.00", "14.00"), strict=True):
        issued_invoice(house.customer, line(price, subject=subject_of(service)))
    account = HostingAccount.objects.get()
    (domain,) = services[1].domains.all()

    assert stake_of(subject_of(account)) == Money(Decimal("11.90"), "EUR")
    assert stake_of(subject_of(domain)) == Money(Decimal("16.66"), "EUR")
    registration_in_trouble(domain=domain, reason="refused")
    assert AttentionItem.objects.get().money_at_stake == Decimal("16.66")


def test_an_invoice_and_what_nobody_knows(house: House):
    invoice = issued_invoice(house.customer)

    assert stake_of(subject_of(invoice)) == Money(invoice.amount_due, "EUR")
    assert stake_of(Subject(type="core.tenant", id=house.tenant.pk)) is None


@pytest.mark.parametrize("order", ["", "?o=3", "?o=-3"])
def test_the_list_shows_and_sorts_the_money_without_a_query_more_per_row(house: House, order: str):
    client = staff_client(house.tenant, "operator", "billing")

    def opened(count: int) -> None:
        for number in range(count):
            service = ServiceFactory(active=True, customer=house.customer)
            attention_open(
                kind="provisioning.trouble",
                subject=subject_of(service),
                sentence=f"Row {service.pk}",
                money=Money(Decimal(number + 1), "EUR"),
            )

    def looked() -> tuple[int, str]:
        with CaptureQueriesContext(connection) as captured:
            page = client.get(LIST + order).content.decode()
        return len(captured), page

    opened(2)
    looked()
    few, page = looked()
    assert "2.00" in page
    opened(10)
    many, page = looked()
    assert many == few
    if order:
        shown = page.index("10.00") < page.index("9.00")
        assert shown is (order == "?o=-3")
