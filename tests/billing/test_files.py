"""PDFs: what stands on them, and that they are the same every time."""

import hashlib
from decimal import Decimal

import pytest
from django.core.files.storage import default_storage

from billing.models import DocumentFile
from billing.printing import printed
from billing.services.credit_notes import invoice_credit
from billing.services.files import DocumentNotIssued, document_pdf, pdf_name
from billing.services.invoices import invoice_draft
from ispplatform.core.clock import business_today
from ispplatform.core.models import AuditEntry, Tenant
from ispplatform.core.pages.formats import date_text, format_locale
from tests.factories.billing import (
    SYSTEM,
    addressed_customer,
    issued_invoice,
    line,
    open_pro_forma,
    transferred,
)


def euros(amount: str) -> str:
    """The amount as it is printed: the sign never stands on a line of its own."""
    return f"{amount}\N{NO-BREAK SPACE}€"


def test_a_document_is_rendered_once_and_kept(customer):
    document = issued_invoice(customer).document
    content = document_pdf(document)
    assert content.startswith(b"%PDF-")
    kept = DocumentFile.objects.get()
    assert (kept.sha256, kept.size_bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    assert document_pdf(document) == content
    assert DocumentFile.objects.count() == 1
    assert pdf_name(document) == f"invoice-{document.number}.pdf"


@pytest.mark.parametrize("damage", ["lost", "changed"])
def test_a_lost_or_damaged_file_comes_back_the_same(customer, damage):
    document = issued_invoice(customer).document
    content = document_pdf(document)
    kept = DocumentFile.objects.get()
    if damage == "lost":
        default_storage.delete(kept.path)
    else:
        with default_storage.open(kept.path, "wb") as file:
            file.write(b"forged")
    assert document_pdf(document) == content
    kept.refresh_from_db()
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert AuditEntry.objects.filter(act="billing.file_renew").count() == 1


def test_a_document_prints_the_same_whatever_changes_later(customer, tenant):
    document = issued_invoice(customer).document
    before = printed(document)
    Tenant.objects.filter(pk=tenant.pk).update(legal_name="Other Ltd", settings={})
    customer.addresses.update(city="Elsewhere")
    customer.last_name = "Changed"
    customer.save()
    document.refresh_from_db()
    assert printed(document) == before


def test_a_draft_has_no_pdf(customer):
    invoice = invoice_draft(actor=SYSTEM, customer=customer, lines=[line()])
    with pytest.raises(DocumentNotIssued):
        document_pdf(invoice.document)
    assert DocumentFile.objects.count() == 0


def test_an_invoice_says_who_what_how_much_and_how_to_pay(tenant, customer):
    tenant.settings = {
        "billing.bank_account": {"iban": "DE02120300000000202051", "bic": "BYLADEM1001"},
        "billing.document_footer": "Managing director: A. B.",
    }
    tenant.tax_ids = {"VAT": "DE123456789"}
    tenant.save()
    document = issued_invoice(
        customer, line("10.00", quantity=Decimal("1.5"), details="example.org")
    ).document
    paper = printed(document)
    assert (paper.title, paper.number) == ("Invoice", document.number)
    assert paper.recipient[-2:] == ["Lindenstraße 12", "10969 Berlin"]
    assert ("Customer number", customer.customer_number) in paper.facts
    assert [list(row) for row in paper.rows] == [
        ["Web hosting\nexample.org", "1.5", euros("10.00"), "19 %", euros("15.00")]
    ]
    assert [(total.label, total.value) for total in paper.totals] == [
        ("Net", euros("15.00")),
        (f"19 % tax on {euros('15.00')}", euros("2.85")),
        ("Total", euros("17.85")),
    ]
    assert ("Reference", document.number) in paper.payment
    assert paper.notes == ["Managing director: A. B."]
    assert ["VAT: DE123456789"] in [list(column) for column in paper.footer]
    assert paper.stamp == "Sandbox"


def test_prices_with_tax_are_printed_with_tax(customer):
    paper = printed(issued_invoice(customer, line("11.90", tax_included=True)).document)
    assert [column.label for column in paper.columns][2:] == [
        "Price with tax",
        "Tax",
        "Amount with tax",
    ]
    assert list(paper.rows[0])[2:] == [euros("11.90"), "19 %", euros("11.90")]


def test_a_paid_order_prints_thanks_instead_of_a_bank_account(tenant, customer):
    tenant.settings = {"billing.bank_account": {"iban": "DE02120300000000202051"}}
    tenant.save()
    source = open_pro_forma(customer)
    asks = printed(source)
    assert (asks.title, asks.payment_title) == ("Pro-forma invoice", "How to pay")
    assert asks.intro[0].startswith("This is not an invoice for tax purposes.")
    transferred(customer, "11.90", source)
    paper = printed(source.successors.get())
    day = date_text(business_today(tenant), format_locale("en", "DE"))
    assert paper.notes == [f"Paid on {day}. Thank you."]
    assert (paper.payment, paper.payment_title) == ((), "")


def test_a_credit_note_names_what_it_corrects(customer):
    invoice = issued_invoice(customer)
    note = invoice_credit(actor=SYSTEM, invoice_id=invoice.pk, reason="Entered twice")
    paper = printed(note)
    assert paper.title == "Credit note"
    assert paper.intro[0].startswith(f"This credit note corrects invoice {invoice.number} of ")
    assert paper.intro[1] == "Reason: Entered twice"
    assert paper.payment == ()


@pytest.mark.parametrize(
    ("country", "values", "words"),
    [
        ("US", {}, "Not taxable here: the place of supply lies outside."),
        ("FR", {}, "Taxed at the rate of France."),
        (
            "FR",
            {
                "business": True,
                "vat_number": "FR83404833048",
                "vat_checked_at": "2026-01-01T00:00Z",
            },
            "Reverse charge: the recipient owes the tax (Art. 196, Directive 2006/112/EC).",
        ),
    ],
)
def test_the_reason_of_a_tax_is_printed(tenant, country, values, words):
    paper = printed(issued_invoice(addressed_customer(country, **values)).document)
    assert words in paper.notes
    assert paper.recipient[-1] in {"FRANCE", "UNITED STATES"}


def test_every_kind_and_currency_can_be_rendered(tenant):
    for country, currency in (("JP", "JPY"), ("KW", "KWD"), ("DE", "EUR")):
        buyer = addressed_customer(country, company_name="Ærøskøbing & Söhne <GmbH> #1")
        document = issued_invoice(
            buyer,
            *(line("3.5", label=f"Line {n} – *strong* $x$ @ref") for n in range(40)),
            currency=currency,
        ).document
        assert document_pdf(document).startswith(b"%PDF-")
