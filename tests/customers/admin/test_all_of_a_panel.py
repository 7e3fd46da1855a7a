"""A panel of the customer page shows ten rows and leads to all of them, with their number."""

import re
from html import unescape

import pytest
from django.urls import reverse

from billing.models import Payment
from customers.services.notes import note_add
from notifications.choices import MailState
from notifications.models import Mail
from tests.factories.billing import SYSTEM, issued_invoice, transferred
from tests.factories.customers import CustomerFactory
from tests.factories.provisioning import ServiceFactory
from tests.pages.staff import staff_client

ELEVEN = range(11)


@pytest.fixture
def customer(tenant):
    return CustomerFactory(addressed=True)


def made(what: str, customer) -> None:
    for number in ELEVEN:
        if what == "invoices":
            issued_invoice(customer)
        elif what == "payments":
            transferred(customer, f"{number + 1}.00")
        elif what == "notes":
            note_add(actor=SYSTEM, customer=customer, text=f"Note {number}")
        elif what == "mails":
            Mail.objects.create(
                kind="test.mail",
                customer_id=customer.pk,
                subject=f"Mail {number}",
                to_email="ada@customer.example",
                from_email="office@northwind.example",
                state=MailState.SENT,
            )
        else:
            ServiceFactory(active=True, customer=customer)


@pytest.mark.parametrize("what", ["invoices", "payments", "notes", "mails", "services"])
def test_eleven_rows_are_ten_and_all_eleven(tenant, customer, what):
    made(what, customer)
    if what == "services":
        ServiceFactory(customer=customer, status="terminated")
    desk = staff_client(tenant, "admin")
    page = desk.get(reverse("admin:customers_customer_change", args=[customer.pk]))
    link = re.search(rf'href="([^"]+)">All (\d+) {what}<', page.content.decode())
    assert link is not None
    assert link[2] == "11"
    assert desk.get(unescape(link[1])).context["cl"].result_count == 11


def test_ten_rows_lead_nowhere_else(tenant, customer):
    for _ in range(10):
        transferred(customer, "1.00")
    page = staff_client(tenant, "admin").get(
        reverse("admin:customers_customer_change", args=[customer.pk])
    )
    assert Payment.objects.count() == 10
    assert not re.search(r"All \d+ payments", page.content.decode())
