"""The fuller words for where a row stands: days and amounts in them, for screens, mails, API."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from billing.statuses import INVOICE, invoice_standing
from ispplatform.core.pages.formats import format_locale
from ispplatform.core.pages.statuses import (
    StandingRule,
    declare_standing,
    standing_rule,
    standing_text,
)
from provisioning.statuses import service_standing

DUE = date(2026, 12, 3)


def invoice_words(language: str = "en", reader: str = "customer", **known) -> str:
    facts = {
        "status": "sent",
        "paid": Decimal(0),
        "total": Decimal("45.00"),
        "currency": "EUR",
        "due_on": DUE,
        "next_action": "collect",
        "next_action_on": DUE,
        **known,
    }
    with translation.override(language):
        text = standing_text(INVOICE, invoice_standing(**facts), format_locale(language), reader)
    return text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({}, "Open, due 3 Dec 2026"),
        ({"paid": Decimal("20.00")}, "Open, 20.00 € of 45.00 € paid"),
        ({"status": "overdue"}, "Overdue since 3 Dec 2026"),
        ({"status": "overdue", "due_on": None}, "Overdue"),
        (
            {"status": "overdue", "next_action": "suspend", "next_action_on": date(2026, 12, 11)},
            "Overdue, please pay by 10 Dec 2026 to avoid interruption",
        ),
        (
            {"status": "overdue", "next_action": "reminder", "next_action_on": date(2026, 12, 6)},
            "Overdue since 3 Dec 2026",
        ),
        (
            {"status": "overdue", "paid": Decimal("20.00"), "next_action": "suspend"},
            "Overdue, 20.00 € of 45.00 € paid",
        ),
        ({"status": "paid", "paid": Decimal("45.00")}, "Paid"),
        ({"status": "cancelled"}, "Cancelled"),
        ({"status": "draft", "due_on": None}, "Draft"),
        ({"due_on": None}, "Open"),
    ],
)
def test_customers_read_what_is_owed_and_until_when(known, words) -> None:
    assert invoice_words(**known) == words


def test_they_are_said_in_german_and_staff_read_their_own_word() -> None:
    assert invoice_words("de") == "Offen, fällig am 03.12.2026"
    assert invoice_words("de", paid=Decimal("20.00")) == "Offen, 20,00 € von 45,00 € bezahlt"
    assert invoice_words(reader="staff") == "Open"


def test_a_service_is_ordered_until_its_payment_has_begun_to_set_it_up() -> None:
    assert service_standing("pending", None).case == "ordered"
    assert service_standing("pending", DUE).case == ""
    assert service_standing("active", None).case == ""


def test_a_standing_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        declare_standing(INVOICE, StandingRule(columns=("status",), compute=standing_rule))
