"""What a customer reads from the order to the running service, through the real apps."""

from datetime import timedelta

import pytest
from django.db import transaction

from accounts.choices import SessionChannel
from accounts.services.logins import portal_log_in
from accounts.services.sessions import Device
from accounts.tasks import watch_machines
from billing.models import Payment
from billing.services.invoices import invoice_send
from billing.services.refunds import refund_confirm, refund_start
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.attention import attention_open
from ispplatform.core.clock import business_today, system_now
from ispplatform.core.pages.references import reference_of
from ispplatform.core.subjects import subject_of
from ispplatform.core.testing import run_until_quiet
from notifications.models import Mail
from notifications.selectors import mails_for
from provisioning.models import Service
from provisioning.services.suspension import service_resume, service_suspend
from sales.models import Order
from sales.services.decisions import order_refuse
from sales.services.expiry import order_follow_up
from tests.accounts.people import customer, portal_in
from tests.factories.accounts import PASSWORD, ApiKeyFactory, MembershipFactory
from tests.factories.billing import DECLINED, issued_invoice, transferred
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.sales.conftest import STAFF, shop

__all__ = ["shop"]

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = Actor.system("tests")
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)
BANK = {"holder": "Northwind GmbH", "iban": "DE02120300000000202051", "bic": "BYLADEM1001"}


def kinds():
    return list(Mail.objects.order_by("created_at").values_list("kind", flat=True))


def names_of(message):
    return [part.get_filename() for part in message.iter_attachments()]


def test_an_order_is_confirmed_paid_and_active_each_by_one_mail(shop, mail_server):
    order = shop.ordered(payment_method="card")
    run_until_quiet()
    assert kinds() == ["sales.order_placed"]
    shop.pay(order)
    assert sorted(kinds()) == [
        "billing.payment_received",
        "provisioning.service_active",
        "provisioning.service_active",
        "provisioning.service_active",
        "sales.order_placed",
    ]
    invoice = shop.invoice(order)
    received = next(m for m in mail_server.taken if invoice.number in m["Subject"])
    assert names_of(received) == [f"invoice-{invoice.number}.pdf"]
    (pdf,) = received.iter_attachments()
    assert pdf.get_content().startswith(b"%PDF")
    active = Mail.objects.filter(kind="provisioning.service_active")
    assert {mail.subject for mail in active} == {
        f"{label} {words}"
        for label, words in (
            ("kontor.example", "is yours"),
            *((row.label, "is ready") for row in Service.objects.exclude(type="domain")),
        )
    }
    assert {mail.state for mail in Mail.objects.all()} == {"sent"}


def test_an_order_by_transfer_names_the_account_and_brings_the_pro_forma(shop, mail_server):
    shop.tenant.settings["billing.bank_account"] = BANK
    shop.tenant.save()
    order = shop.ordered(payment_method="bank_transfer")
    run_until_quiet()
    (message,) = mail_server.taken
    text = message.get_body(("plain",)).get_content()
    assert "IBAN: DE02 1203 0000 0000 2020 51" in text
    assert f"Reference: {order.proforma.number}" in text
    assert names_of(message) == [f"pro-forma-{order.proforma.number}.pdf"]


def test_an_order_paid_in_part_is_reminded_of_the_rest_and_ends_as_credit(shop, mail_server):
    order = shop.ordered()
    transferred(shop.customer, "10.00", order.proforma)
    run_until_quiet()
    mail_server.taken.clear()
    Order.objects.filter(pk=order.pk).update(placed_at=order.placed_at - timedelta(days=1))
    order_follow_up(order_id=order.pk)
    run_until_quiet()
    (reminder,) = mail_server.taken
    text = reminder.get_body(("plain",)).get_content()
    assert "as soon as 7.85 € have come" in text
    assert "10.00 € have come already" in text
    assert "17.85" not in text
    mail_server.taken.clear()
    Order.objects.filter(pk=order.pk).update(expires_on=business_today(shop.tenant))
    order_follow_up(order_id=order.pk)
    run_until_quiet()
    (ended,) = mail_server.taken
    text = " ".join(ended.get_body(("plain",)).get_content().split())
    assert "only 10.00 € have come and 7.85 € were missing" in text
    assert "is your credit now" in text
    assert "no payment has come" not in text


def test_a_declined_card_makes_one_mail(shop, mail_server):
    order = shop.ordered(payment_method="card")
    shop.pay(order, DECLINED)
    assert kinds() == ["sales.order_placed", "billing.payment_failed"]
    text = mail_server.taken[-1].get_body(("plain",)).get_content()
    assert "Nothing was charged and your order is saved." in text
    assert f"Reference {reference_of(str(Payment.objects.get().pk))}" in text
    assert f"/billing/pay/{order.proforma_id}" in text


def test_a_mail_to_staff_about_a_customer_is_not_the_customers_to_read(shop, mail_server):
    shop.tenant.settings["sales.hold_every_order"] = True
    shop.tenant.save()
    shop.pay(shop.ordered(payment_method="card"))
    assert "core.attention" in kinds()
    reader = Actor(
        type=ActorType.CUSTOMER,
        id="reader",
        label=shop.customer.email,
        customer_id=shop.customer.pk,
        permissions=frozenset({"own_mails:read"}),
    )
    assert "sales.order_held" in {mail.kind for mail in mails_for(reader)}
    assert "core.attention" not in {mail.kind for mail in mails_for(reader)}


def test_a_held_order_is_told_and_a_refused_one_is_paid_back(shop, mail_server):
    shop.tenant.settings["sales.hold_every_order"] = True
    shop.tenant.save()
    order = shop.ordered(payment_method="card")
    shop.pay(order)
    assert "sales.order_held" in kinds()
    order_refuse(actor=STAFF, order_id=order.pk, reason="The card is not the customer's.")
    run_until_quiet()
    assert kinds().count("sales.order_refused") == 1
    assert kinds().count("billing.refund") == 1


def test_a_refund_by_bank_transfer_does_not_say_that_the_card_gets_it(tenant, mail_server):
    payment = transferred(CustomerFactory(addressed=True), "10.00")
    refund = refund_start(actor=SYSTEM, payment=payment, reason="Twice")
    refund_confirm(actor=SYSTEM, refund_id=refund.pk, sent=True)
    run_until_quiet()
    text = Mail.objects.get(kind="billing.refund").text
    assert "transferred the money to your bank account" in " ".join(text.split())
    assert "the way it came" not in text


def test_an_invoice_goes_to_every_billing_contact_once(tenant, mail_server):
    customer = CustomerFactory(addressed=True)
    for name in ("Bill", "Cora"):
        ContactFactory(customer=customer, name=name, email=f"{name}@x.example", is_billing=True)
    invoice = issued_invoice(customer)
    run_until_quiet()
    assert sorted(message["To"].addresses[0].addr_spec for message in mail_server.taken) == [
        "Bill@x.example",
        "Cora@x.example",
    ]
    assert {tuple(names_of(message)) for message in mail_server.taken} == {
        (f"invoice-{invoice.number}.pdf",)
    }
    invoice_send(actor=STAFF, invoice_id=invoice.pk)
    run_until_quiet()
    assert sorted(kinds()) == [
        "billing.invoice_issued",
        "billing.invoice_issued",
        "billing.invoice_sent",
        "billing.invoice_sent",
    ]


def test_an_invoice_sent_with_its_issue_makes_one_mail(tenant, mail_server):
    customer = CustomerFactory(addressed=True)
    with transaction.atomic():
        invoice = issued_invoice(customer)
        invoice_send(actor=STAFF, invoice_id=invoice.pk)
    run_until_quiet()
    assert kinds() == ["billing.invoice_sent"]


def test_money_without_an_invoice_is_told_as_credit(tenant, mail_server):
    transferred(CustomerFactory(addressed=True), "20.00")
    run_until_quiet()
    (mail,) = Mail.objects.filter(kind="billing.payment_received")
    assert "keep it as your credit" in mail.text
    assert mail.attachments == []


def test_switching_off_and_on_is_told(shop, mail_server):
    shop.pay(shop.ordered(payment_method="card"))
    service = Service.objects.get(type="hosting")
    before = len(kinds())
    service_suspend(actor=STAFF, service=service, kind="unpaid", text="INV-1")
    run_until_quiet()
    service_resume(actor=STAFF, service=service, kind="unpaid")
    run_until_quiet()
    assert kinds()[before:] == ["provisioning.service_suspended", "provisioning.service_resumed"]
    suspended = Mail.objects.get(kind="provisioning.service_suspended")
    assert "As soon as the invoice is paid" in " ".join(suspended.text.split())


def test_staff_are_told_at_once_of_what_is_urgent_only(tenant, mail_server):
    for kind in ("core.operation_urgent", "core.operation"):
        attention_open(
            kind=kind, subject=subject_of(CustomerFactory()), sentence="Registration refused"
        )
    run_until_quiet()
    (message,) = mail_server.taken
    assert message["To"].addresses[0].addr_spec == tenant.contact_email
    assert message["Subject"] == "Needs a person: Registration refused"
    assert "/admin/core/attentionitem/" in message.get_body(("plain",)).get_content()


def test_both_people_of_an_integration_are_told_before_its_key_ends(tenant, mail_server):
    key = ApiKeyFactory(name="nightly", expires_at=system_now() + timedelta(days=10))
    left = MembershipFactory()
    watch_machines()
    run_until_quiet()
    people = {key.integration.responsible.email, key.integration.deputy.email}
    assert {one["To"].addresses[0].addr_spec for one in mail_server.taken} == people
    assert left.user.email not in people
    for message in mail_server.taken:
        assert message["Subject"] == f"An API key of {key.integration.name} is about to end"
        text = message.get_body(("plain",)).get_content()
        assert f"/admin/accounts/apikey/{key.pk}/change/" in text
        assert key.digest not in text


def test_a_new_device_is_told_by_the_name_that_people_know(tenant, mail_server):
    account = customer(tenant)
    portal_in(tenant, account)
    phone = Device(address="192.0.2.77", user_agent=IPHONE, key="phone")
    portal_log_in(
        tenant=tenant,
        name=account.portal_id,
        password=PASSWORD,
        device=phone,
        channel=SessionChannel.BROWSER,
    )
    run_until_quiet()
    (message,) = mail_server.taken
    text = message.get_body(("plain",)).get_content()
    assert "Device: Safari on iPhone" in text
    assert "Mozilla" not in text
