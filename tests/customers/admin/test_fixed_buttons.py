"""The fixed buttons of the customer page: refund, suspend, resume, write a mail."""

import re
from decimal import Decimal

import pytest

from billing.models import CreditEntry, Payment, Refund
from billing.selectors.ledger import ledger_differences
from customers.services.letters import letter_write
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput, NotPermitted, RuleViolation
from ispplatform.core.models import AuditEntry, OutboxEvent, Tenant
from ispplatform.core.testing import run_until_quiet
from notifications.models import Mail
from provisioning.choices import ServiceStatus
from provisioning.models import Service
from tests.actors import staff
from tests.desk import Desk, text_of
from tests.factories.billing import addressed_customer, issued_invoice, transferred
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.provisioning import ServiceFactory
from tests.sales.conftest import Shop, shop

__all__ = ["shop"]
PAGE, ACT = "admin:customers_customer_change", "admin:customers_customer_act"


def test_a_payment_goes_back_from_the_customer_page(shop: Shop):
    order = shop.ordered()
    shop.pay(order)
    payment = order.proforma.payments.get()
    desk = Desk(shop.tenant, "billing")
    assert f"{shop.customer.pk}/act/refund/" in text_of(desk.get(PAGE, shop.customer.pk))
    asked = text_of(desk.get(ACT, shop.customer.pk, "refund"))
    assert "17.85 € of 17.85 € are left" in " ".join(asked.split())
    values = {
        "payment": str(payment.pk),
        "amount": "7.00",
        "method": "original_payment_method",
        "reason": "Too much",
    }
    page = text_of(desk.post(ACT, shop.customer.pk, "refund", **values))
    run_until_quiet()
    assert "7.00 € are on their way back." in " ".join(page.split())
    assert [row.amount for row in Refund.objects.all()] == [Decimal("7.00")]
    assert ledger_differences() == []


def test_a_part_goes_back_once_however_often_the_button_is_pressed(shop: Shop):
    order = shop.ordered()
    shop.pay(order)
    payment = order.proforma.payments.get()
    desk = Desk(shop.tenant, "billing")
    asked = text_of(desk.get(ACT, shop.customer.pk, "refund"))
    values = {
        "form_key": re.search(r'name="form_key" value="(\w+)"', asked)[1],
        "payment": str(payment.pk),
        "amount": "700.00",
        "method": "original_payment_method",
        "reason": "Too much",
    }
    desk.post(ACT, shop.customer.pk, "refund", **values)
    assert Refund.objects.count() == 0  # refused: it may be corrected and sent again
    values["amount"] = "7.00"
    desk.post(ACT, shop.customer.pk, "refund", **values)
    again = text_of(desk.post(ACT, shop.customer.pk, "refund", **values))
    assert "it was not done again" in again
    assert [row.amount for row in Refund.objects.all()] == [Decimal("7.00")]

    another = text_of(desk.get(ACT, shop.customer.pk, "refund"))
    values["form_key"] = re.search(r'name="form_key" value="(\w+)"', another)[1]
    desk.post(ACT, shop.customer.pk, "refund", **values)
    assert [row.amount for row in Refund.objects.all()] == [Decimal("7.00"), Decimal("7.00")]


def test_another_customers_payment_is_no_choice(shop: Shop):
    theirs = transferred(CustomerFactory(), "10.00")
    transferred(shop.customer, "10.00")
    desk = Desk(shop.tenant, "billing")
    values = {"payment": str(theirs.pk), "method": "original_payment_method", "reason": "x"}
    desk.post(ACT, shop.customer.pk, "refund", **values)
    assert Refund.objects.count() == 0


def test_half_a_transfer_is_recorded_for_the_open_invoice_that_is_offered(tenant: Tenant):
    customer = addressed_customer()
    invoice = issued_invoice(customer)
    desk = Desk(tenant, "billing")
    asked = " ".join(text_of(desk.get(ACT, customer.pk, "record-payment")).split())
    assert f"{invoice.number}: 11.90 € of 11.90 € are open" in asked
    assert 'value="11.90"' in asked
    values = {"document": str(invoice.pk), "amount": "5.95", "method": "bank_transfer"}
    page = text_of(desk.post(ACT, customer.pk, "record-payment", **values, reference="SEPA 1"))
    assert "5.95 € recorded." in " ".join(page.split())
    invoice.refresh_from_db()
    assert (invoice.amount_paid, invoice.amount_due) == (Decimal("5.95"), Decimal("5.95"))
    assert ledger_differences() == []


def test_money_for_nothing_becomes_credit_and_another_customers_invoice_is_no_choice(
    tenant: Tenant,
):
    customer, other = addressed_customer(), addressed_customer()
    theirs = issued_invoice(other)
    desk = Desk(tenant, "billing")
    values = {"amount": "5.95", "method": "manual", "reference": "Cash"}
    desk.post(ACT, customer.pk, "record-payment", document=str(theirs.pk), **values)
    assert Payment.objects.count() == 0
    desk.post(ACT, customer.pk, "record-payment", document="", **values)
    assert CreditEntry.objects.get(customer=customer).remaining == Decimal("5.95")


def test_support_gives_credit_up_to_the_limit_and_billing_more(tenant: Tenant):
    customer = addressed_customer()
    values = {"amount": "60.00", "reason": "Two days without mail"}
    refused = text_of(Desk(tenant, "support").post(ACT, customer.pk, "give-credit", **values))
    assert "You may give up to 50 EUR at once." in refused
    assert CreditEntry.objects.count() == 0
    page = text_of(Desk(tenant, "billing").post(ACT, customer.pk, "give-credit", **values))
    assert "60.00 € given as credit." in " ".join(page.split())
    assert CreditEntry.objects.get().reason == "Two days without mail"


@pytest.fixture
def running(shop: Shop) -> list[Service]:
    order = shop.ordered()
    shop.pay(order)
    return list(Service.objects.order_by("pk"))


def states(services: list[Service]) -> list[str]:
    rows = Service.objects.filter(pk__in=[one.pk for one in services])
    return list(rows.order_by("pk").values_list("status", flat=True))


def test_chosen_services_stand_still_and_run_again(shop: Shop, running: list[Service]):
    desk = Desk(shop.tenant, "support")
    chosen = [str(one.pk) for one in running[1:]]
    page = text_of(
        desk.post(
            ACT, shop.customer.pk, "suspend", services=chosen, kind="staff", text="A complaint"
        )
    )
    run_until_quiet()
    assert "2 services stand still" in page
    assert states(running) == [
        ServiceStatus.ACTIVE,
        ServiceStatus.SUSPENDED,
        ServiceStatus.SUSPENDED,
    ]
    page = text_of(desk.post(ACT, shop.customer.pk, "resume", services=chosen[:1], text=""))
    run_until_quiet()
    assert "1 services run again" in page
    assert states(running) == [ServiceStatus.ACTIVE, ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED]
    acts = AuditEntry.objects.filter(act__startswith="provisioning.service_")
    assert acts.filter(act__endswith="_suspend").count() == 2
    assert acts.filter(act__endswith="_resume").count() == 1


def test_another_customers_service_does_not_stand_still(shop: Shop, running: list[Service]):
    theirs = ServiceFactory(status=ServiceStatus.ACTIVE, activated_at=system_now())
    desk = Desk(shop.tenant, "support")
    desk.post(ACT, shop.customer.pk, "suspend", services=[str(theirs.pk)], kind="staff", text="x")
    theirs.refresh_from_db()
    assert theirs.status == ServiceStatus.ACTIVE


def test_there_is_no_button_for_what_cannot_be_done(shop: Shop):
    page = text_of(Desk(shop.tenant, "billing", "support").get(PAGE, shop.customer.pk))
    for name in ("suspend", "resume"):
        assert f"/act/{name}/" not in page
    desk = Desk(shop.tenant, "billing")
    assert "Nothing can go back" in text_of(desk.get(ACT, shop.customer.pk, "refund"))
    assert "/act/mail/" in page
    operator = text_of(Desk(shop.tenant, "operator").get(PAGE, shop.customer.pk))
    assert "/act/mail/" not in operator


def test_a_mail_in_own_words_is_sent_and_kept(shop: Shop):
    desk = Desk(shop.tenant, "support")
    values = {"purpose": "", "subject": "Your <name>", "text": "Hello,\n\nit is & stays free."}
    page = text_of(desk.post(ACT, shop.customer.pk, "mail", **values))
    assert f"On its way to {shop.customer.email}." in page
    again = text_of(desk.post(ACT, shop.customer.pk, "mail", **values))
    assert "The very same mail was written a moment ago." in again
    run_until_quiet()
    mail = Mail.objects.get()
    assert (mail.kind, mail.subject) == ("customers.letter", "Your <name>")
    assert mail.customer_id == shop.customer.pk
    assert "it is & stays free." in mail.text
    assert "it is &amp; stays free." in mail.html
    told = AuditEntry.objects.get(act="customers.letter_write")
    assert told.values.after == {"subject": "Your <name>", "to": [shop.customer.email]}


def test_a_mail_goes_to_the_contacts_of_its_purpose(shop: Shop):
    ContactFactory(customer=shop.customer, email="books@mail.example", is_billing=True)
    writer = staff("mails:write")
    sent_to = letter_write(
        actor=writer, customer=shop.customer, subject="Due", text="Soon.", purpose="billing"
    )
    run_until_quiet()
    assert sent_to == ["books@mail.example"]
    assert [mail.to_email for mail in Mail.objects.all()] == sent_to


@pytest.mark.parametrize(
    ("permission", "subject", "text", "error"),
    [
        ("mails:read", "Hello", "Text", NotPermitted),
        ("mails:write", " ", "Text", InvalidInput),
        ("mails:write", "Hello", " ", InvalidInput),
    ],
)
def test_a_mail_needs_words_and_the_permission(shop: Shop, permission, subject, text, error):
    with pytest.raises(error):
        letter_write(actor=staff(permission), customer=shop.customer, subject=subject, text=text)
    assert not OutboxEvent.objects.filter(name="customers.letter_written").exists()


def test_the_same_words_can_be_written_to_two_customers(shop: Shop):
    writer = staff("mails:write")
    for customer in (shop.customer, CustomerFactory()):
        letter_write(actor=writer, customer=customer, subject="Hello", text="Text")
    with pytest.raises(RuleViolation):
        letter_write(actor=writer, customer=shop.customer, subject="Hello", text="Text")
