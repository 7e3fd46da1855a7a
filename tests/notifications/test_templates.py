"""Every mail of the table can be written in every language, and stands in the documentation."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from ispplatform.core.models import Tenant
from ispplatform.core.pages.mails import mail_render
from ispplatform.core.pages.statuses import Standing
from notifications.management.commands import document_mails
from notifications.slots import mail_kinds

BANK = {"holder": "Northwind GmbH", "iban": "DE02120300000000202051", "bic": "BYLADEM1001"}
ORDER = {
    "order_number": "ORD-2026-00001",
    "total": "23.80",
    "paid": Decimal("0.00"),
    "due": Decimal("23.80"),
    "currency": "EUR",
    "expires_on": "2026-03-08",
    "lines": [{"label": "Starter: shop.example", "gross": Decimal("23.80")}],
    "bank": BANK,
    "reference": "PF-2026-00001",
    "url": "http://x.example/portal/orders/1",
}
PART_PAID = {**ORDER, "paid": Decimal("10.00"), "due": Decimal("13.80")}
INVOICE = {
    "number": "INV-2026-00001",
    "gross": Decimal("23.80"),
    "amount_due": Decimal("23.80"),
    "currency": "EUR",
    "due_date": date(2026, 3, 15),
    "standing": Standing(value="sent", case="due", facts={"due_on": date(2026, 3, 15)}),
    "bank": BANK,
    "url": "http://x.example/billing/invoices/1",
}
UNPAID = {
    **INVOICE,
    "number_of_reminder": 1,
    "suspend_on": "2026-03-24",
    "expires_on": "2026-03-24",
    "decline": "",
    "subjects": ["shop.example", "kontor.example"],
}
MONEY = {"sum": "23.80", "currency": "EUR", "url": "http://x.example/billing"}
DECLINED = {**MONEY, "reference": "7F3K-22A1"}
SECRET = {"code": "123 456", "link": "http://x.example/confirm-email/t", "minutes_left": 10}
PERSON = {
    "occurred_at": datetime(2026, 3, 1, 9, 0, tzinfo=UTC),
    "device": "Firefox on Linux",
    "ip_address": "192.0.2.10",
}
FACTOR_RESET = {
    "person": "Anna Keller",
    "email": "anna@mail.example",
    "due_at": "2026-03-02T09:00:00+00:00",
    "asked_at": "2026-03-01T09:00:00+00:00",
    "is_stopped": False,
    "link": "https://my.northwind.example/stop-factor-reset/abc",
}
SERVICE = {
    "label": "shop.example",
    "url": "http://x.example/portal/services/1",
    "billing_url": "http://x.example/billing",
}
MATTERS = [
    {
        "lines": [
            {
                "label": "Refused",
                "sentence": "Refused by the panel.",
                "money_at_stake": money,
                "currency": "EUR",
            }
            for money in (Decimal("9.00"), None)
        ],
        "count": count,
        "more": count - 2,
        "waiting_count": count,
        "url": MONEY["url"],
    }
    for count in (2, 23)
]
URL = "https://my.northwind.example/come-back"
# kind: values of each case that its template tells apart
CASES = {
    "accounts.api_key_expiring": [
        {
            "integration": "Bookkeeping",
            "key_name": "nightly",
            "hint": "live_pk_…ab12",
            "expires_at": "2026-03-15T09:00:00Z",
            "last_used_at": last_used_at,
            "url": "https://northwind.example/admin/accounts/apikey/1/change/",
        }
        for last_used_at in (None, "2026-03-01T09:00:00Z")
    ],
    "accounts.email_code": [
        {**SECRET, "purpose": "sign_up"},
        {**SECRET, "purpose": "email_change"},
    ],
    "accounts.password_link": [
        {**SECRET, "purpose": "reset", "has_account_already": True},
        {**SECRET, "purpose": "reset", "minutes_left": 1},
        {**SECRET, "purpose": "activation", "minutes_left": 1440},
        {**SECRET, "purpose": "set_up", "minutes_left": 1440},
        {**SECRET, "purpose": "come_back"},
    ],
    "accounts.colleague_invited": [
        {"inviter": "Kim", "link": "http://x.example/invitation/t", "hours_left": hours}
        for hours in (1, 168)
    ],
    "accounts.password_changed": [PERSON],
    "accounts.second_factor_changed": [
        {**PERSON, "change": change, "codes_left": 9}
        for change in (
            "on",
            "off",
            "codes_renewed",
            "code_used",
            "passkey_added",
            "passkey_removed",
            "reset",
        )
    ],
    "accounts.identity_link_changed": [
        {**PERSON, "change": change, "provider": "Harbour ID"} for change in ("linked", "unlinked")
    ],
    "accounts.email_changed": [{**PERSON, "new_email": "anna@new.example"}],
    "customers.factor_reset_asked": [FACTOR_RESET],
    "customers.factor_reset_stopped": [{**FACTOR_RESET, "is_stopped": True}],
    "accounts.login_closed": [
        {**PERSON, "what": what, "erase_at": "2026-03-31T09:00:00+00:00", "come_back_url": URL}
        for what in ("pause", "soft", "hard", "back")
    ],
    "accounts.new_device": [PERSON, {**PERSON, "device": "", "ip_address": ""}],
    "core.attention": [
        {"sentence": "Refused.", "money_at_stake": "9.00", "currency": "EUR", "url": MONEY["url"]},
        {"sentence": "Refused.", "money_at_stake": None, "currency": "", "url": MONEY["url"]},
    ],
    "core.attention_digest": MATTERS,
    "core.attention_gathered": [{**values, "is_gathered": True} for values in MATTERS],
    "notifications.test_mail": [{"company": "Northwind", "url": MONEY["url"]}],
    "billing.invoice_issued": [
        INVOICE,
        {**INVOICE, "card": "Visa 4242", "charge_on": date(2026, 12, 1)},
    ],
    "billing.invoice_sent": [INVOICE, {**INVOICE, "amount_due": Decimal("0.00"), "bank": {}}],
    "billing.payment_received": [
        {**MONEY, "invoice_number": "INV-2026-00001", "amount_due": Decimal("0.00")},
        {**MONEY, "invoice_number": "INV-2026-00001", "amount_due": Decimal("3.80")},
        {**MONEY, "invoice_number": "", "amount_due": None},
    ],
    "billing.payment_failed": [
        {**DECLINED, "failure_message": "Your bank declined the card.", "is_order": True},
        {**DECLINED, "failure_message": "", "takes_transfer": True},
        {
            **DECLINED,
            "failure_message": "Your bank declined the card.",
            "is_invoice": True,
            "next_try_on": date(2026, 3, 4),
        },
    ],
    "billing.reminder": [
        UNPAID,
        {**UNPAID, "number_of_reminder": 2, "decline": "Your bank declined the card."},
    ],
    "billing.last_notice": [UNPAID, {**UNPAID, "suspend_on": None, "subjects": [], "bank": {}}],
    "billing.renewal_notice": [UNPAID, {**UNPAID, "number_of_reminder": 2}],
    "billing.payment_confirm": [MONEY],
    "billing.refund": [
        {**MONEY, "reason": "Not available."},
        {**MONEY, "reason": "", "is_transfer": True},
    ],
    "sales.order_placed": [
        ORDER,
        {**ORDER, "bank": {}},
        {**ORDER, "pay_url": "http://x.example/portal/billing/pay/1"},
    ],
    "sales.order_payment_link": [
        ORDER,
        {**ORDER, "bank": {}},
        PART_PAID,
    ],
    "sales.order_reminder": [
        ORDER,
        {**ORDER, "bank": {}},
        PART_PAID,
    ],
    "customers.letter": [{"letter_subject": "Your name", "parts": ["Hello,", "it is free."]}],
    "sales.order_held": [ORDER],
    "sales.order_refused": [ORDER],
    "sales.order_expired": [ORDER, PART_PAID],
    "provisioning.service_active": [
        {**SERVICE, "service_type": name} for name in ("domain", "hosting", "email", "voip")
    ],
    "provisioning.service_suspended": [
        {**SERVICE, "reason": reason} for reason in ("unpaid", "customer", "abuse")
    ],
    "provisioning.service_resumed": [SERVICE],
    "provisioning.service_ending": [
        {**SERVICE, "service_type": kind, "cause": cause, "ends_on": date(2026, 3, 15)}
        for kind in ("domain", "hosting")
        for cause in ("cancelled", "not_renewed", "nothing_left", "unpaid", "decided")
    ],
    "provisioning.service_ended": [SERVICE],
}
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def cases():
    for key, values in CASES.items():
        for number, one in enumerate(values):
            for language in LANGUAGES:
                yield pytest.param(key, one, language, id=f"{key}-{number}-{language}")


def company():
    return Tenant(
        slug="northwind",
        name="Northwind Hosting",
        legal_name="Northwind GmbH",
        mode="sandbox",
        country="DE",
        currency="EUR",
        time_zone="Europe/Berlin",
        base_url="http://northwind.localhost:8000",
    )


def test_every_declared_mail_has_its_cases_here():
    assert {kind.key for kind in mail_kinds.items()} == set(CASES)


@pytest.mark.parametrize(("key", "values", "language"), list(cases()))
@pytest.mark.parametrize("name", ["Ada <b>Lovelace</b>", ""])
def test_a_mail_is_whole_in_every_language(key, values, language, name):
    template = mail_kinds.get(key).template
    mail = mail_render(template, {"name": name, **values}, tenant=company(), language=language)
    assert 8 <= len(mail.subject) <= 120
    assert "<" not in mail.text.replace("Ada <b>Lovelace</b>", "")
    assert "<b>Lovelace" not in mail.html
    for form in (mail.subject, mail.text, mail.html):
        assert not re.search(r"\{[{%]|[%}]\}|\bNone\b|%\(|&lt;span", form)
    assert "http://" in mail.text


IN_OWN_WORDS = {"customers.letter"}  # says what a colleague wrote, in whichever language


@pytest.mark.parametrize("key", sorted(set(CASES) - IN_OWN_WORDS))
def test_german_mails_are_german_throughout(key):
    values = {"name": "Ada", **CASES[key][0]}
    template = mail_kinds.get(key).template
    english, german = (
        mail_render(template, values, tenant=company(), language=language) for language in LANGUAGES
    )
    assert english.subject != german.subject
    own = {
        "Northwind",
        "Firefox",
        "shop.example",
        "IBAN",
        "BIC",
        "Refused",
        "Ada",
        "http",
        "Your bank",
    }
    same = [
        line
        for line in english.text.partition("\n--\n")[0].splitlines()
        if len(line) > 12
        and line in german.text.splitlines()
        and not line.startswith("===")
        and not any(word in line for word in own)
    ]
    assert same == []


def test_an_address_that_no_mail_may_hold_is_refused():
    with pytest.raises(ValueError, match="no address"):
        mail_render(
            "email/refund.html",
            {**MONEY, "reason": "", "url": "javascript:alert(1)"},
            tenant=company(),
            language="en",
        )


def test_the_documentation_lists_every_mail():
    page = (settings.BASE_DIR / "docs" / "mails.md").read_text()
    rows = set(re.findall(r"^\| `([a-z_.]+)` \|", page, re.MULTILINE))
    assert rows == {kind.key for kind in mail_kinds.items()}
    for kind in mail_kinds.items():
        assert f"| `{kind.key}` | `{kind.event}` | {kind.trigger} | {kind.audience} |" in page


def test_the_documentation_has_the_subject_and_the_text_of_every_mail():
    call_command("document_mails", "--check")
    page = (settings.BASE_DIR / "docs" / "mails.md").read_text()
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    assert [row[0] for row in rows if not all(cell.strip(" |") for cell in row)] == []
    assert {len(row) for row in rows} == {6}
    (held,) = [row for row in rows if row[0] == "| `sales.order_held`"]
    assert held[4] == "We are checking your order ‹order_number›"
    assert held[5].startswith("We are checking your order, usually within 2 working hours.")


def test_a_mail_that_reads_differently_is_told(monkeypatch):
    monkeypatch.setattr(document_mails, "HEAD", "| other |")
    with pytest.raises(CommandError, match="document_mails"):
        call_command("document_mails", "--check")
