"""The made-up rows that the style guide shows its parts with."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms

from ispplatform.core.clock import system_now
from ispplatform.core.pages.charts import Bar
from ispplatform.core.pages.navigation import PortalLink
from ispplatform.core.pdf import BusinessDocument, Column, Total

NAVIGATION = [
    ("Home", "house"),
    ("Services", "package"),
    ("Domains", "globe"),
    ("Hosting", "server"),
    ("Email", "mail"),
    ("Billing", "receipt"),
    ("Support", "life-buoy"),
    ("Account", "user-round"),
]
MONTHS = ["Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"]
TRAFFIC_GB = [12, 18, 17, 22, 25, 21, 28, 34, 31, 38, 41, 36]


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Company or full name", help_text="As it stands on invoices.")
    email = forms.EmailField(label="Email")
    country = forms.ChoiceField(
        label="Country", choices=[("", "Choose one"), ("DE", "Germany"), ("FR", "France")]
    )
    vat_id = forms.CharField(label="VAT number", required=False)
    note = forms.CharField(label="Anything we should know", widget=forms.Textarea, required=False)
    term = forms.ChoiceField(
        label="Billing term",
        choices=[("month", "Monthly"), ("year", "Yearly, two months free")],
        widget=forms.RadioSelect,
        initial="year",
    )
    terms = forms.BooleanField(label="I have read and accept the terms of service.")


def _form_with_errors() -> SampleForm:
    form = SampleForm(
        {"name": "Kontor Nord GmbH", "email": "office@", "term": "year", "vat_id": "DE123"}
    )
    form.add_error("vat_id", "The tax office does not know this number. Check the last digits.")
    return form


def sample_links(current: str) -> list[PortalLink]:
    """Return the portal's whole navigation with one entry current."""
    return [
        PortalLink(label=label, url=f"#{icon}", icon=icon, is_current=label == current)
        for label, icon in NAVIGATION
    ]


def sample_context(current: str = "Home") -> dict[str, Any]:
    """Return what the style guide's templates show."""
    now = system_now()
    today = now.date()
    return {
        "portal_links": sample_links(current),
        "now": now,
        "today": today,
        "yesterday": now - timedelta(hours=26),
        "amount": Decimal("1234.50"),
        "small": Decimal("14.00"),
        "first_year": Decimal("9.00"),
        "yen": Decimal(1200),
        "plain_form": SampleForm(),
        "bad_form": _form_with_errors(),
        "traffic": TRAFFIC_GB,
        "bars": [
            Bar(label=month, value=value, text=f"{value} GB", quiet=index == 11)
            for index, (month, value) in enumerate(zip(MONTHS, TRAFFIC_GB, strict=True))
        ],
        "steps": ["Cart", "Your details", "Payment", "Done"],
        "timeline": _timeline(now),
        "tabs": [
            {"text": "Open", "url": "#open", "is_current": True, "count": 3},
            {"text": "Paid", "url": "#paid"},
            {"text": "All documents", "url": "#all"},
        ],
        "invoices": _invoices(today),
        "services": _services(today),
    }


def _timeline(now: Any) -> list[dict[str, Any]]:
    return [
        {"text": "Order placed", "at": now - timedelta(minutes=9), "tone": "good"},
        {
            "text": "Payment of 28.00 € received",
            "detail": "Visa ending 4242",
            "at": now - timedelta(minutes=8),
            "tone": "good",
        },
        {
            "text": "kontor-nord.example is being registered",
            "detail": "The registry usually answers within two minutes.",
            "at": now - timedelta(minutes=1),
            "tone": "info",
        },
        {"text": "Hosting and mailbox are set up", "is_waiting": True},
    ]


def _invoices(today: date) -> list[dict[str, Any]]:
    return [
        {
            "number": "2026-04712",
            "issued_on": today - timedelta(days=3),
            "due_on": today + timedelta(days=11),
            "amount": Decimal("45.00"),
            "words": "Open, due soon",
            "tone": "info",
        },
        {
            "number": "2026-04711",
            "issued_on": today - timedelta(days=40),
            "due_on": today - timedelta(days=26),
            "amount": Decimal("1234.50"),
            "words": "Overdue, please pay by Friday",
            "tone": "bad",
        },
        {
            "number": "2026-03980",
            "issued_on": today - timedelta(days=71),
            "due_on": today - timedelta(days=57),
            "amount": Decimal("14.00"),
            "words": "Paid",
            "tone": "good",
        },
    ]


def _services(today: date) -> list[dict[str, Any]]:
    return [
        {
            "name": "kontor-nord.example",
            "kind": "Domain",
            "icon": "globe",
            "words": "Active",
            "tone": "good",
            "next": "Renews itself",
            "next_on": today + timedelta(days=212),
        },
        {
            "name": "Web hosting Plus",
            "kind": "Hosting",
            "icon": "server",
            "words": "Being set up",
            "tone": "info",
            "working": True,
            "next": "Ready in about a minute",
            "next_on": None,
        },
        {
            "name": "donaudampfschifffahrtsgesellschaftskapitän-mützenmanufaktur.example",
            "kind": "Domain",
            "icon": "globe",
            "words": "Expires soon",
            "tone": "warn",
            "next": "Expires",
            "next_on": today + timedelta(days=12),
        },
    ]


def sample_mail(base_url: str) -> dict[str, Any]:
    """Return the values of the sample mail."""
    return {
        "number": "2026-04712",
        "name": "Maren Küstermann",
        "due": "3 Dec 2026",
        "amount": "14.00 €",
        "url": f"{base_url}/styleguide/invoices",
    }


def sample_document() -> BusinessDocument:
    """Return an invoice of three lines."""
    return BusinessDocument(
        language="en",
        title="Invoice",
        number="2026-04711",
        sender_name="Nordlicht Hosting",
        sender_line="Nordlicht Hosting GmbH · Hafenstraße 12 · 20457 Hamburg",
        recipient=["Kontor Nord GmbH", "Maren Küstermann", "Speicherstadt 7", "20457 Hamburg"],
        facts=[("Invoice date", "22 Nov 2026"), ("Customer number", "ABC12345")],
        intro=["Thank you for your order 10482."],
        columns=[
            Column(label="Description", width="1fr"),
            Column(label="Quantity", align="end"),
            Column(label="Amount", align="end"),
        ],
        rows=[
            ["kontor-nord.example\n1 Dec 2026 to 30 Nov 2027", "1", "14.00 €"],
            ["Web hosting Plus\n1 Dec 2026 to 30 Nov 2027", "1", "168.00 €"],
            ["Mailbox", "5", "60.00 €"],
        ],
        totals=[
            Total(label="Net", value="242.00 €"),
            Total(label="19 % VAT on 242.00 €", value="45.98 €"),
            Total(label="Total", value="287.98 €", is_strong=True),
        ],
        payment_title="Please pay by 6 Dec 2026",
        payment=[("IBAN", "DE02 1203 0000 0000 2020 51"), ("Reference", "2026-04711")],
        footer=[["Nordlicht Hosting GmbH", "Hafenstraße 12"], ["VAT DE123456789"]],
        stamp="Sandbox",
    )
