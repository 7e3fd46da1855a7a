"""Billing in the back office: every page opens, every button is a service."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.models import (
    CreditEntry,
    Document,
    Invoice,
    NumberSeries,
    Payment,
    PaymentMethod,
    ProForma,
    Refund,
    Subscription,
)
from billing.services.invoices import invoice_draft
from billing.services.refunds import refund_start
from billing.services.subscriptions import subscription_create
from customers.admin.customers import owed_text
from customers.models import Customer
from customers.selectors.figures import customers_with_figures
from ispplatform.core.admin.search import search_hits
from ispplatform.core.request_ids import reference_of
from ispplatform.core.tenancy.context import tenant_context
from tests.factories.billing import (
    SYSTEM,
    addressed_customer,
    issued_invoice,
    kept_card,
    line,
    open_pro_forma,
    price_of,
    transferred,
)
from tests.pages.staff import staff_client

pytestmark = pytest.mark.django_db(transaction=True)


class Desk:
    """A colleague at the back office; the test stays in its tenant."""

    def __init__(self, tenant, *roles):
        self.tenant = tenant
        self.client = staff_client(tenant, *roles)

    def get(self, name, *args, query=""):
        with tenant_context(self.tenant.pk):
            return self.client.get(f"{reverse(f'admin:billing_{name}', args=args)}{query}")

    def post(self, name, *args, **values):
        with tenant_context(self.tenant.pk):
            url = reverse(f"admin:billing_{name}", args=args)
            return self.client.post(url, values, follow=True)

    def act(self, model, row, name, **values):
        return self.post(f"{model}_act", row.pk, name, **values)


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def desk(tenant):
    return Desk(tenant, "billing")


def test_every_list_and_page_opens(desk, customer, gateway):
    invoice = issued_invoice(customer)
    payment = transferred(customer, "20.00", invoice.document)
    rows = {
        "invoice": invoice,
        "document": open_pro_forma(customer),
        "payment": payment,
        "refund": refund_start(actor=SYSTEM, payment=payment, reason="x", amount=Decimal("1.00")),
        "creditentry": CreditEntry.objects.get(),
        "paymentmethod": kept_card(customer, gateway),
        "subscription": subscription_create(
            actor=SYSTEM, customer=customer, price=price_of(), label="Hosting"
        ),
        "journalentry": customer.journal_entries.first(),
        "ledgeraccount": customer.journal_entries.first().lines.first().account,
        "numberseries": NumberSeries.objects.first(),
    }
    for model, row in rows.items():
        assert desk.get(f"{model}_changelist").status_code == 200, model
        assert desk.get(f"{model}_change", row.pk).status_code == 200, model
        assert desk.get(f"{model}_history", row.pk).status_code == 200, model
    for model in ("invoice", "payment", "creditentry"):
        assert desk.get(f"{model}_add").status_code == 200, model


def test_a_colleague_without_the_permission_sees_nothing(tenant, customer):
    editor = Desk(tenant, "editor")
    invoice = issued_invoice(customer)
    assert editor.get("invoice_changelist").status_code == 403
    assert editor.get("invoice_change", invoice.pk).status_code == 403
    assert editor.get("document_pdf", invoice.pk).status_code == 403
    support = Desk(tenant, "support")
    assert support.get("invoice_change", invoice.pk).status_code == 200
    assert support.act("invoice", invoice, "void", reason="x").status_code == 403
    assert support.get("invoice_add").status_code == 403
    invoice.refresh_from_db()
    assert invoice.status == "sent"


def test_an_invoice_is_written_and_issued(desk, customer):
    answer = desk.post(
        "invoice_add",
        customer_number=customer.customer_number.lower(),
        issue_now="on",
        label_1="Consulting",
        quantity_1="2",
        price_1="50",
        label_2="Travel",
        price_2="19.99",
    )
    assert answer.status_code == 200
    invoice = Invoice.objects.get()
    assert invoice.document.net_total == Decimal("119.99")
    page = text_of(desk.get("invoice_change", invoice.pk))
    assert "Consulting" in page
    assert invoice.number in page
    lines = text_of(desk.get("document_change", invoice.pk))
    assert "19.99" in lines
    assert ".0000" not in lines


def test_what_a_service_refuses_is_shown_and_nothing_is_written(desk, customer):
    given = {"customer_number": customer.customer_number, "label_1": "x", "quantity_1": "1"}
    refused = desk.post("invoice_add", **given, price_1="-5", issue_now="on")
    assert "The lines come to less than zero" in text_of(refused)
    unknown = desk.post("invoice_add", **{**given, "customer_number": "CUST-999"}, price_1="5")
    assert "There is no such customer." in text_of(unknown)
    assert Invoice.objects.count() == 0


def test_the_buttons_of_an_invoice(desk, customer):
    draft = invoice_draft(actor=SYSTEM, customer=customer, lines=[line()])
    desk.act("invoice", draft, "issue")
    desk.act("invoice", draft, "send")
    desk.act("invoice", draft, "record", amount="1.90", reference="statement 1")
    desk.act("invoice", draft, "credit", amount="5.00", reason="Slow")
    draft.refresh_from_db()
    assert (draft.status, draft.amount_paid, draft.amount_credited, draft.amount_due) == (
        "sent",
        Decimal("1.90"),
        Decimal("5.00"),
        Decimal("5.00"),
    )
    assert draft.sent_at is not None
    desk.act("invoice", draft, "void", reason="Enough")
    draft.refresh_from_db()
    assert draft.status == "cancelled"
    assert CreditEntry.objects.get().remaining == Decimal("1.90")
    page = text_of(desk.get("invoice_change", draft.pk))
    assert "Make void" not in page
    assert "statement 1" in page


def test_credit_is_given_and_used(desk, customer):
    invoice = issued_invoice(customer)
    desk.post("creditentry_add", customer_number=customer.customer_number, given="20", why="Outage")
    assert CreditEntry.objects.get().reason == "Outage"
    desk.act("invoice", invoice, "use-credit")
    invoice.refresh_from_db()
    assert invoice.status == "paid"


def test_credit_is_given_once_however_often_the_button_is_pressed(desk, customer):
    asked = desk.get("creditentry_add").content.decode()
    form = re.search(r'name="form_key" value="(\w+)"', asked)
    assert form is not None
    given = {"customer_number": customer.customer_number, "given": "20", "form_key": form[1]}
    desk.post("creditentry_add", **given, why="")
    assert CreditEntry.objects.count() == 0  # refused: it may be corrected and sent again
    desk.post("creditentry_add", **given, why="Outage")
    again = text_of(desk.post("creditentry_add", **given, why="Outage"))
    assert "it was not done again" in again
    assert CreditEntry.objects.count() == 1


def test_payments_are_recorded_and_refunded_by_hand(desk, customer):
    document = open_pro_forma(customer)
    desk.post(
        "payment_add",
        customer_number=customer.customer_number,
        document_number=document.number,
        paid="11.90",
        words="SEPA",
        way="bank_transfer",
    )
    payment = Payment.objects.get()
    assert ProForma.objects.get().status == "settled"
    desk.act("payment", payment, "refund", method="original_payment_method", reason="No")
    refund = Refund.objects.get()
    desk.act("refund", refund, "sent", note="SEPA 2")
    refund.refresh_from_db()
    assert (refund.state, refund.gateway_reference) == ("settled", "SEPA 2")
    unknown = desk.post(
        "payment_add",
        customer_number=customer.customer_number,
        document_number="INV-1",
        paid="1",
        words="x",
        way="manual",
    )
    assert "There is no such document." in text_of(unknown)
    assert Payment.objects.count() == 1


def test_the_other_buttons(desk, customer, gateway):
    document = open_pro_forma(customer)
    desk.act("document", document, "cancel", reason="Late")
    assert ProForma.objects.get().status == "cancelled"
    card = kept_card(customer, gateway)
    desk.act("paymentmethod", card, "forget")
    assert PaymentMethod.objects.get().removed_at is not None
    subscription = subscription_create(
        actor=SYSTEM, customer=customer, price=price_of(), label="Hosting"
    )
    desk.act("subscription", subscription, "renewal")
    desk.act("subscription", subscription, "end", reason="Moved")
    row = Subscription.objects.get()
    assert (row.auto_renew, row.status) == (False, "ended")
    issued_invoice(customer)
    series = NumberSeries.objects.get(kind="invoice")
    assert "was given already" in text_of(
        desk.act("numberseries", series, "continue", next_number="1")
    )
    desk.act("numberseries", series, "continue", next_number="4711")
    assert issued_invoice(customer).number.endswith("-04711")


def test_the_pdf_opens(desk, customer):
    invoice = issued_invoice(customer)
    answer = desk.get("document_pdf", invoice.pk)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    draft = invoice_draft(actor=SYSTEM, customer=customer, lines=[line()])
    assert desk.get("document_pdf", draft.pk).status_code == 404


def test_another_companys_rows_are_not_there(desk, other_tenant):
    with tenant_context(other_tenant.pk):
        theirs = issued_invoice(addressed_customer())
    assert desk.get("invoice_change", theirs.pk).status_code in {302, 404}
    assert desk.get("document_pdf", theirs.pk).status_code == 404
    assert desk.act("invoice", theirs, "void", reason="x").status_code == 404
    with tenant_context(other_tenant.pk):
        theirs.refresh_from_db()
        assert theirs.status == "sent"


def test_the_customer_page_tells_of_money(tenant, customer):
    invoice = issued_invoice(customer, line("100.00"))
    transferred(customer, "200.00")
    client = Desk(tenant, "billing", "support").client
    with tenant_context(tenant.pk):
        url = reverse("admin:customers_customer_change", args=[customer.pk])
        page = text_of(client.get(url))
    assert invoice.number in page
    assert "Record payment" in page
    assert "200.00" in page


def test_the_balance_is_what_is_owed_less_credit(customer):
    def balance() -> int:
        return customers_with_figures(Customer.objects.filter(pk=customer.pk)).get().balance

    assert balance() == 0
    issued_invoice(customer, line("100.00"))
    assert balance() == 11900
    transferred(customer, "200.00")
    assert balance() == 11900 - 20000


def test_what_is_owed_is_never_less_than_nothing_and_credit_stands_beside_it(tenant, customer):
    issued_invoice(customer, line("100.00"))
    transferred(customer, "25.00")
    row = customers_with_figures(Customer.objects.filter(pk=customer.pk)).get()
    assert (row.amount_owed, owed_text(row)) == (11900, "119.00\N{NO-BREAK SPACE}€")
    client = Desk(tenant, "billing", "support").client
    with tenant_context(tenant.pk):
        page = text_of(client.get(reverse("admin:customers_customer_change", args=[customer.pk])))
    assert "Owed 119.00" in page
    assert "Credit 25.00" in page


def test_the_search_finds_documents_and_payments(customer, clerk):
    invoice = issued_invoice(customer)
    transferred(customer, "11.90", invoice.document)
    hits = search_hits(invoice.number.lower(), actor=clerk)
    assert (hits[0].title, hits[0].is_exact) == (invoice.number, True)
    assert [hit.title for hit in search_hits("transfer", actor=clerk)] == ["transfer"]
    assert search_hits("INV-1999", actor=clerk) == []


def test_the_home_page_counts_money(desk, customer):
    issued_invoice(customer, line("100.00"))
    transferred(customer, "50.00")
    with tenant_context(desk.tenant.pk):
        page = text_of(desk.client.get(reverse("admin:index")))
    assert "119.00" in page
    assert "50.00" in page


def test_queries_of_the_list_do_not_grow(desk, customer):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get("invoice_changelist").status_code == 200
        return len(queries)

    issued_invoice(customer)
    desk.get("invoice_changelist")
    one = cost()
    for _ in range(5):
        issued_invoice(addressed_customer())
    assert cost() == one
    assert Document.objects.count() == 6


def test_the_search_finds_a_payment_by_what_its_customer_reads_out(customer, clerk, gateway):
    payment = transferred(customer, "20.00")
    reference = reference_of(str(payment.pk))
    for typed in (reference, reference.lower(), reference.replace("-", "")):
        (hit,) = search_hits(typed, actor=clerk)
        assert hit.url == reverse("admin:billing_payment_change", args=[payment.pk])


def test_the_search_finds_pro_formas_and_what_stripe_calls_things(customer, clerk, gateway):
    document = open_pro_forma(customer)
    card = kept_card(customer, gateway)
    (found,) = search_hits(document.number, actor=clerk)
    assert found.url == reverse("admin:billing_document_change", args=[document.pk])
    assert search_hits(card.gateway_reference, actor=clerk)[0].url == reverse(
        "admin:billing_paymentmethod_change", args=[card.pk]
    )
