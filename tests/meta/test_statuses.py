"""One table words every status; screens, mails and both interfaces read it."""

import re

import pytest
from django.db.models import TextChoices
from django.urls import get_resolver
from django.utils import translation
from rest_framework import serializers

from billing import choices as billing
from customers.choices import CustomerStatus
from domains.choices import DelegationStatus, DomainStatus, ZoneStatus
from hosting.choices import AccountStatus, MailboxStatus
from ispplatform.core.api.labels import StatusLabel
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.models.operations import OperationState
from ispplatform.core.pages.statuses import declared_statuses, standing_rule
from provisioning.choices import ServiceStatus, StepState
from sales.choices import LineStatus, OrderStatus
from tests.meta.source import ROOT, name_of
from tests.meta.texts import customers_files, templates

CHOICES: dict[str, type[TextChoices]] = {
    "billing.dispute": billing.DisputeState,
    "billing.gateway_event": billing.GatewayEventState,
    "billing.invoice": billing.InvoiceStatus,
    "billing.payment": billing.PaymentState,
    "billing.proforma": billing.ProFormaStatus,
    "billing.refund": billing.RefundState,
    "billing.subscription": billing.SubscriptionStatus,
    "core.operation": OperationState,
    "customers.customer": CustomerStatus,
    "domains.delegation": DelegationStatus,
    "domains.domain": DomainStatus,
    "domains.zone": ZoneStatus,
    "hosting.account": AccountStatus,
    "hosting.mailbox": MailboxStatus,
    "provisioning.service": ServiceStatus,
    "provisioning.step": StepState,
    "sales.line": LineStatus,
    "sales.order": OrderStatus,
}
# Read by staff alone: the operations of the engine.
ONLY_FOR_STAFF = {"core.operation", "provisioning.step"}
DISPLAY = re.compile(r"\bget_(?:status|state)_display\b")
BADGE = re.compile(r"""\{% badge _\((["'])(.*?)\1\)""")
# Mails about something that has a status of the table.
STATEFUL_MAILS = {
    "invoice",
    "last_notice",
    "order_expired",
    "order_held",
    "order_placed",
    "order_refused",
    "order_reminder",
    "reminder",
    "renewal_notice",
    "service_active",
    "service_ended",
    "service_resumed",
    "service_suspended",
}


def test_the_table_has_every_status_and_no_other() -> None:
    declared = {kind: {row.value for row in rows} for kind, rows in declared_statuses().items()}
    declared = {kind: values for kind, values in declared.items() if not kind.startswith("test.")}
    assert declared == {kind: set(choices.values) for kind, choices in CHOICES.items()}


def test_every_status_has_its_words_in_both_languages() -> None:
    for kind, rows in declared_statuses().items():
        for row in rows:
            for text in (row.customer, *row.cases.values()):
                with translation.override("en"):
                    english = str(text)
                with translation.override("de"):
                    german = str(text)
                assert english, (kind, row.value)
                assert german, (kind, row.value)
                assert german != english or english == "Normal", (kind, row.value, english)


def test_nobody_else_words_a_status_for_customers() -> None:
    said = [
        name_of(path)
        for path in customers_files()
        if {"portal", "email"} & set(path.parts) or path.suffix != ".py"
        if DISPLAY.search(path.read_text())
    ]
    assert said == [], "use {% status %}, {% status_of %} or standing_text"
    with translation.override("en"):
        words = {str(row.customer) for rows in declared_statuses().values() for row in rows}
    badges = [
        f"{name_of(path)}: {found.group(2)}"
        for path in templates()
        if path in customers_files()
        for found in BADGE.finditer(path.read_text())
        if found.group(2) in words
    ]
    assert badges == [], "use {% status %} or {% status_of %}"


def _rows() -> list[type[RowSerializer]]:
    _ = get_resolver().url_patterns  # the views bring their serializers
    found, waiting = [], list(RowSerializer.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if not kind.__module__.startswith("tests."):
            found.append(kind)
    return found


def test_every_row_of_the_interfaces_with_a_status_says_it_in_words_too() -> None:
    kinds = {tuple(choices.choices): kind for kind, choices in CHOICES.items()}
    silent, labels = [], 0
    for row in _rows():
        fields = row().fields
        field = fields.get("status")
        if not isinstance(field, serializers.ChoiceField):
            continue
        kind = kinds.get(tuple(field.choices.items()))
        if kind is None or kind in ONLY_FOR_STAFF:
            continue
        label = fields.get("status_label")
        if isinstance(label, StatusLabel) and label.kind == kind:
            labels += 1
            assert label.columns == standing_rule(kind, str(field.source)).columns
        else:
            silent.append(f"{row.__module__}.{row.__name__}: {kind}")
    assert silent == []
    assert labels > 20


@pytest.mark.parametrize("name", sorted(STATEFUL_MAILS))
def test_mails_say_where_something_stands_in_the_words_of_the_table(name) -> None:
    source = (ROOT / f"templates/email/{name}.html").read_text()
    assert "{% state " in source
