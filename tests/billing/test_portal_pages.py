"""The pages on which customers see and pay their invoices."""

import re
from contextvars import copy_context

import pytest
from django.test import Client
from django.urls import reverse

from accounts.services.roles import tenant_roles_seed
from billing.models import Invoice, Payment, PaymentMethod
from ispplatform.core.testing import run_until_quiet
from tests.factories.accounts import PASSWORD, PortalAccountFactory
from tests.factories.billing import (
    AUTHENTICATES,
    DECLINED,
    LATE,
    SUCCEEDS,
    addressed_customer,
    issued_invoice,
    kept_card,
    line,
    open_pro_forma,
    transferred,
)

pytestmark = pytest.mark.django_db(transaction=True)


class Browser:
    """A browser whose requests leave no company behind in the test."""

    def __init__(self) -> None:
        self.client = Client()

    def get(self, path, **extra):
        return copy_context().run(self.client.get, path, **extra)

    def post(self, path, body=None):
        return copy_context().run(self.client.post, path, body or {})


@pytest.fixture
def visit(tenant, customer):
    """A browser in which the customer is logged in."""
    tenant_roles_seed(tenant)
    account = PortalAccountFactory(customer_id=customer.pk)
    browser = Browser()
    browser.post(reverse("accounts:log_in"), {"name": account.portal_id, "password": PASSWORD})
    return browser


def text_of(answer) -> str:
    """The words of a page, without markup and double spaces."""
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", plain)


def test_a_visitor_is_sent_to_the_log_in(tenant, customer):
    invoice = issued_invoice(customer)
    for name, args in (
        ("home", []),
        ("invoice", [invoice.pk]),
        ("pdf", [invoice.pk]),
        ("pay", [invoice.pk]),
        ("methods", []),
    ):
        answer = Browser().get(reverse(f"billing:{name}", args=args))
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("accounts:log_in"))


def test_the_list_says_what_is_owed(visit, customer):
    empty = text_of(visit.get(reverse("billing:home")))
    assert "Nothing is owed." in empty
    assert "No invoices yet" in empty
    invoice = issued_invoice(customer, line("100.00"))
    issued_invoice(addressed_customer())
    transferred(customer, "20.00", invoice.document)
    page = text_of(visit.get(reverse("billing:home")))
    assert "You owe 99.00\xa0€" in page or "You owe 99.00 €" in page
    assert page.count("INV-") == 2  # the number itself, and in the hidden words of its link
    assert "20.00" in page
    transferred(customer, "99.00", invoice.document)
    shown = text_of(visit.get(f"{reverse('billing:home')}?show=open"))
    assert "Nothing is open" in shown


def test_one_invoice_and_its_pdf(visit, customer):
    invoice = issued_invoice(customer, line("100.00", details="example.org"))
    page = text_of(visit.get(reverse("billing:invoice", args=[invoice.pk])))
    assert f"Invoice {invoice.number}" in page
    assert "example.org" in page
    assert "19 % tax" in page
    pdf = visit.get(reverse("billing:pdf", args=[invoice.pk]))
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")


def test_what_is_anothers_is_not_there(visit, customer, gateway):
    other = addressed_customer()
    invoice = issued_invoice(other)
    card = kept_card(other, gateway)
    for name, key in (("invoice", invoice.pk), ("pdf", invoice.pk), ("pay", invoice.pk)):
        assert visit.get(reverse(f"billing:{name}", args=[key])).status_code == 404
    for name in ("method_remove", "method_default"):
        assert visit.post(reverse(f"billing:{name}", args=[card.pk])).status_code == 404
    assert visit.post(reverse("billing:use_credit", args=[invoice.pk])).status_code == 404
    assert PaymentMethod.objects.get().removed_at is None


def paid(visit, document, number: str, **more):
    url = reverse("billing:pay", args=[document.pk])
    return visit.post(url, {"card": "new", "test_number": number, **more})


def payment_page(visit) -> str:
    row = Payment.objects.order_by("-pk").first()
    return text_of(visit.get(reverse("billing:payment", args=[row.pk])))


def test_an_order_is_paid_by_card_and_leads_back_to_it(visit, customer, gateway):
    document = open_pro_forma(customer, line("100.00"))
    asked = visit.get(reverse("billing:pay", args=[document.pk]))
    assert f"/portal/orders/{document.subject_id}" in asked.content.decode()
    assert "4242 4242 4242 4242" in text_of(asked)
    answer = paid(visit, document, "4242 4242 4242 4242", save_method="on")
    payment = Payment.objects.get()
    assert answer["Location"] == reverse("billing:payment", args=[payment.pk])
    assert "This takes a few seconds." in payment_page(visit)
    run_until_quiet()
    done = payment_page(visit)
    assert "119.00" in done
    assert "Go to your order" in done
    again = visit.get(reverse("billing:pay", args=[document.pk]))
    assert again["Location"] == f"/portal/orders/{document.subject_id}"
    assert Invoice.objects.get().status == "paid"
    assert PaymentMethod.objects.get().is_saved


def test_while_it_is_undecided_the_page_asks_again(visit, customer, gateway):
    paid(visit, open_pro_forma(customer), LATE)
    row = Payment.objects.get()
    url = reverse("billing:payment", args=[row.pk])
    part = visit.get(url, headers={"HX-Request": "true"}).content.decode()
    assert f'hx-get="{url}"' in part
    assert "<html" not in part
    run_until_quiet()
    assert "Your bank takes a little longer." in payment_page(visit)


def test_a_declined_card_says_what_to_do(visit, customer, gateway):
    document = open_pro_forma(customer)
    paid(visit, document, DECLINED)
    run_until_quiet()
    page = payment_page(visit)
    assert "Your bank declined the card." in page
    assert "Nothing was charged and your order is saved. Try another card." in page
    assert "bank transfer" not in page, "the company has no bank account"
    assert visit.get(reverse("billing:pay", args=[document.pk])).status_code == 200


def test_a_declined_card_leads_to_the_bank_where_there_is_one(visit, tenant, customer, gateway):
    tenant.settings["billing.bank_account"] = {"iban": "DE02120300000000202051"}
    tenant.save()
    paid(visit, open_pro_forma(customer), DECLINED)
    run_until_quiet()
    assert "Try another card, or pay by bank transfer." in payment_page(visit)


def test_a_declined_card_for_an_invoice_speaks_of_no_order(visit, customer, gateway):
    paid(visit, issued_invoice(customer).document, DECLINED)
    run_until_quiet()
    page = payment_page(visit)
    assert "Nothing was charged, and the invoice stays open." in page
    assert "order" not in page.partition("<main")[2]


def test_a_decline_is_told_in_the_language_of_the_reader(visit, customer, gateway):
    paid(visit, open_pro_forma(customer), DECLINED)
    run_until_quiet()
    url = reverse("billing:payment", args=[Payment.objects.get().pk])

    page = text_of(visit.get(url, headers={"Accept-Language": "de"}))

    assert "Ihre Bank hat die Karte abgelehnt." in page
    assert "declined" not in page


@pytest.mark.parametrize(
    ("answer", "words"), [("approve", "Thank you"), ("refuse", "not confirmed")]
)
def test_the_bank_asks_and_the_customer_comes_back(visit, customer, gateway, answer, words):
    paid(visit, open_pro_forma(customer), AUTHENTICATES)
    run_until_quiet()
    row = Payment.objects.get()
    assert "Your bank wants you to confirm this payment" in payment_page(visit)
    bank = visit.get(row.action_url)
    assert "Nothing here is real" in text_of(bank)
    back = visit.post(row.action_url, {"answer": answer})
    assert back["Location"] == reverse("billing:payment", args=[row.pk])
    run_until_quiet()
    assert words in payment_page(visit)
    closed = visit.get(row.action_url)
    assert "does not wait for an answer any more" in text_of(closed)


def test_the_bank_knows_only_its_own_references(tenant):
    assert Browser().get("/sandbox/pay/sbx_ch_nothing").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"card": "new", "test_number": "4111111111111111"},
        {"card": "new", "test_number": ""},
        {"card": "somebody-else"},
        {},
    ],
)
def test_a_wrong_form_is_shown_again_and_charges_nothing(visit, customer, gateway, body):
    document = open_pro_forma(customer)
    answer = visit.post(reverse("billing:pay", args=[document.pk]), body)
    assert answer.status_code == 422
    assert Payment.objects.count() == 0


def test_a_real_card_number_is_never_kept(visit, customer, gateway):
    document = open_pro_forma(customer)
    answer = paid(visit, document, "4111 1111 1111 1111")
    assert "Use one of the test cards below." in text_of(answer)
    assert PaymentMethod.objects.count() == 0


def test_a_second_click_does_not_charge_twice(visit, customer, gateway):
    document = open_pro_forma(customer)
    paid(visit, document, SUCCEEDS)
    again = paid(visit, document, SUCCEEDS)
    assert again.status_code == 422
    assert "still on its way" in text_of(again)
    assert Payment.objects.count() == 1


def test_bank_transfer_shows_account_and_reference(visit, customer, tenant):
    tenant.settings = {"billing.bank_account": {"iban": "DE02120300000000202051"}}
    tenant.save()
    document = open_pro_forma(customer)
    page = text_of(visit.get(f"{reverse('billing:pay', args=[document.pk])}?method=bank_transfer"))
    assert "DE02 1203 0000 0000 2020 51" in page
    assert document.number in page
    assert "By card" not in page


def test_credit_pays(visit, customer):
    document = open_pro_forma(customer)
    transferred(customer, "20.00")
    assert "Pay with credit" in text_of(visit.get(reverse("billing:pay", args=[document.pk])))
    visit.post(reverse("billing:use_credit", args=[document.pk]))
    assert Invoice.objects.get().status == "paid"


def test_cards_are_kept_and_forgotten(visit, customer, gateway):
    url = reverse("billing:methods")
    assert "No card is kept" in text_of(visit.get(url))
    assert visit.post(url, {"test_number": "1234"}).status_code == 422
    visit.post(url, {"test_number": SUCCEEDS})
    visit.post(url, {"test_number": LATE})
    first, second = PaymentMethod.objects.order_by("pk")
    assert (first.is_default, second.is_default) == (True, False)
    visit.post(reverse("billing:method_default", args=[second.pk]))
    visit.post(reverse("billing:method_remove", args=[first.pk]))
    page = text_of(visit.get(url))
    assert "0093" in page
    assert "4242 " not in page.split("Test cards")[0]
    second.refresh_from_db()
    assert second.is_default


def test_what_is_ordered_and_not_paid_stands_above_the_invoices(visit, customer, gateway):
    document = open_pro_forma(customer, line("100.00"))

    asked = visit.get(reverse("billing:home"))

    assert f"{document.subject_label} 119.00 € Pay {document.number}" in text_of(asked)
    paid(visit, document, "4242 4242 4242 4242")
    run_until_quiet()
    assert "Ordered and not paid yet" not in text_of(visit.get(reverse("billing:home")))
