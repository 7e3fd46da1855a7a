"""What happens next to a customer: open invoices, renewals, what ends, names that nobody bills."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from billing.selectors.foretelling import calendar_of_customer
from billing.services.dunning_holds import dunning_pause
from billing.services.subscriptions import subscription_create, subscription_start
from customers.models import Customer
from ispplatform.core.tenancy.context import tenant_context
from tests.callers import key_caller
from tests.factories.billing import SYSTEM, issued_invoice, price_of
from tests.factories.customers import CustomerFactory
from tests.factories.domains import DomainFactory, registered_domain
from tests.factories.provisioning import ServiceFactory
from tests.pages.staff import staff_client

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def customer(tenant) -> Customer:
    return CustomerFactory(addressed=True)


@pytest.fixture
def program(tenant):
    return key_caller(tenant, "invoices:read")


def asked(program, customer):
    return program("GET", f"customers/{customer.pk}/calendar")


def subscribed(customer, label="Web S", **values):
    row = subscription_create(
        actor=SYSTEM, customer=customer, price=price_of("9.00"), label=label, **values
    )
    return subscription_start(actor=SYSTEM, subscription_id=row.pk, on=date(2026, 3, 1))


def test_it_holds_what_the_page_shows(program, customer):
    invoice = issued_invoice(customer)
    renewing = subscribed(customer)
    ending = subscribed(customer, label="Old mail", auto_renew=False)
    told = calendar_of_customer(customer)

    answer = asked(program, customer)

    assert answer.status == 200
    shown = answer.data
    assert (shown["customer_id"], shown["time_zone"]) == (str(customer.pk), "Europe/Berlin")
    (opened,) = shown["open"]
    assert (opened["invoice_id"], opened["number"]) == (str(invoice.pk), invoice.number)
    assert Decimal(str(opened["amount"])) == invoice.amount_due
    assert opened["due_on"] == invoice.due_date.isoformat()
    assert [(one["key"], one["kind"], one["fate"]) for one in opened["steps"]] == [
        (one.step.key, one.step.kind, one.fate) for one in told.open[0].steps
    ]
    assert opened["steps"][0]["at"] == told.open[0].steps[0].at.strftime("%Y-%m-%dT%H:%M:%SZ")
    (coming,) = shown["coming"]
    assert coming["invoice_id"] is None
    assert coming["issued_at"] == told.coming[0].issued_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert coming["renews"] == [
        {
            "subscription_id": str(renewing.pk),
            "label": "Web S",
            "period_start": "2026-04-01",
            "period_end": "2026-05-01",
            "gross": 10.71,
            "currency": "EUR",
        }
    ]
    assert coming["steps"], "what follows if nobody pays it either"
    assert [(one["subject"]["id"], one["why"]) for one in shown["endings"]] == [
        (str(ending.pk), "Its renewal is switched off: what is paid runs out.")
    ]
    assert shown["has_more"] is False


def test_what_stands_still_says_why(program, customer):
    issued_invoice(customer)
    dunning_pause(actor=SYSTEM, customer=customer, reason="ill")
    shown = asked(program, customer).data
    assert [(one["kind"], one["reason"]) for one in shown["holds"]] == [("pause", "ill")]
    assert shown["open"][0]["standstill"]["kind"] == "pause"
    assert {one["fate"] for one in shown["open"][0]["steps"]} == {"held"}


def test_names_that_nothing_bills_run_out(tenant, program, customer):
    alone = registered_domain(customer=customer, expires_at=NOON + timedelta(days=40))
    sooner = registered_domain(customer=customer, expires_at=NOON + timedelta(days=9))
    kept = registered_domain(customer=customer, expires_at=NOON + timedelta(days=5))
    kept.service = ServiceFactory(
        active=True, customer=customer, subscription=subscribed(customer, "Name")
    )
    kept.save(update_fields=["service"])
    registered_domain(customer=customer, expires_at=NOON - timedelta(days=1))
    registered_domain(expires_at=NOON + timedelta(days=3))
    DomainFactory(customer=customer, status="failed")

    endings = asked(program, customer).data["endings"]

    assert [(one["at"], one["subject"], one["sentence"]) for one in endings] == [
        (
            name.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            {"type": "domains.domain", "id": str(name.pk), "label": name.unicode_name},
            f"{name.unicode_name} expires",
        )
        for name in (sooner, alone)
    ]
    with tenant_context(tenant.pk):
        page = staff_client(tenant, "billing").get(
            reverse("admin:customer_calendar", args=[customer.pk])
        )
    words = page.content.decode()
    assert f"{sooner.unicode_name} expires" in words
    assert "No subscription bills it" in words
    assert f"{kept.unicode_name} expires" not in words


def test_who_is_not_there_has_no_calendar_and_who_may_not_see_reads_none(tenant, program, customer):
    assert program("GET", f"customers/{uuid4()}/calendar").status == 404
    refused = key_caller(tenant, "customers:read")("GET", f"customers/{customer.pk}/calendar")
    assert (refused.status, refused.code) == (403, "ACCESS_DENIED")
