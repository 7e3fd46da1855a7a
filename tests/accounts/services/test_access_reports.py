"""The report of what a colleague took, gave, entered and made in the last 90 days."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from accounts.selectors.access_reports import access_report, reported_entries
from accounts.services.access_reports import HEAD, access_report_export
from accounts.services.api_keys import api_key_create
from billing.services.credit import credit_grant
from domains.services.zones import zone_export
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.audit import audit
from ispplatform.core.errors import NotPermitted
from ispplatform.core.models import AuditEntry, Tenant
from ispplatform.core.providers.services import connection_update
from ispplatform.core.reported_acts import REPORTED_ACTS, ReportKind
from ispplatform.core.subjects import Subject
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import actor_with, colleague
from tests.accounts.services.test_access_ends import acting
from tests.factories.accounts import IntegrationFactory
from tests.factories.customers import CustomerFactory
from tests.factories.domains import DnsZoneFactory, RegistrarConnectionFactory
from tests.meta.source import product_files

NOW = "2026-06-15 12:00:00+00:00"
SEE = actor_with(["users:report"])


def noted(actor: Actor, act: str, *, reason: str = "", label: str = "it", **after: Any) -> None:
    subject = Subject(type="customers.customer", id=CustomerFactory().pk, label=label)
    with transaction.atomic():
        audit(act, actor=actor, subject=subject, reason=reason, after=after)


def counts(membership: Membership) -> dict[str, int]:
    report = access_report(membership.user_id)
    return {kind: count for kind, count in report.counts.items() if count}


def test_real_acts_of_every_app_are_counted(tenant: Tenant) -> None:
    me = colleague(tenant)
    actor = acting(me)
    customer = CustomerFactory()

    zone_export(actor=actor, zone=DnsZoneFactory())
    credit_grant(actor=actor, customer=customer, amount=Decimal("5.00"), reason="sorry")
    api_key_create(
        actor=actor,
        tenant=tenant,
        name="own",
        integration=IntegrationFactory(),
        scopes=["users:read"],
    )
    registrar = RegistrarConnectionFactory()
    connection_update(actor=actor, connection_id=registrar.pk, name="other name")

    assert counts(me) == {"exports": 1, "refunds": 1, "keys": 1}
    connection_update(actor=actor, connection_id=registrar.pk, credentials={})
    assert counts(me) == {"exports": 1, "refunds": 1, "keys": 1}, "no secret was entered"
    noted(actor, "core.connection_update", credentials_replaced=["password"])
    assert counts(me)["secrets"] == 1


def test_each_reported_act_is_one_that_some_service_writes() -> None:
    code = "".join(path.read_text() for path in product_files() if "wiring" not in path.name)
    unknown = [one.act for one in REPORTED_ACTS.items() if f'"{one.act}"' not in code]
    assert unknown == []
    assert {one.kind for one in REPORTED_ACTS.items()} == set(ReportKind)


def test_only_this_persons_acts_of_90_days_in_this_company(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    me, other = colleague(tenant), colleague(tenant)
    key = Actor(type=ActorType.API_KEY, id=str(me.user_id), label="key")
    with time_machine.travel(NOW, tick=False) as clock:
        noted(acting(me), "domains.domain_auth_code", label="old.example")
        clock.shift(timedelta(seconds=1))
        noted(acting(me), "domains.domain_auth_code", label="first.example")
        clock.shift(timedelta(days=90))
        noted(acting(me), "billing.refund_start", label="RF-1")
        noted(acting(other), "billing.refund_start")
        noted(key, "billing.refund_start")
        noted(acting(me), "billing.invoice_issue")
        with tenant_context(other_tenant.pk):
            noted(acting(me), "billing.refund_start")
        report = access_report(me.user_id)

    assert {kind: n for kind, n in report.counts.items() if n} == {"refunds": 1, "secrets": 1}
    assert [line.subject for line in report.lines] == ["RF-1", "first.example"]
    assert report.total == 2
    assert (report.until - report.since) == timedelta(days=90)


def test_report_costs_two_statements_and_reads_by_its_index(tenant: Tenant) -> None:
    me = colleague(tenant)
    for number in range(5):
        noted(acting(me), "billing.refund_start", label=f"RF-{number}")

    with CaptureQueriesContext(connection) as few:
        access_report(me.user_id)
    for number in range(130):
        noted(acting(me), "domains.domain_auth_code", label=f"{number}.example")
    with CaptureQueriesContext(connection) as many:
        report = access_report(me.user_id)

    asked = [q["sql"] for q in many if q["sql"].startswith("SELECT") and "audit" in q["sql"]]
    assert len(asked) == 2
    assert len(many) == len(few)
    assert (len(report.lines), report.total) == (100, 135)
    if connection.vendor == "sqlite":
        found = reported_entries(me.user_id, since=report.since, until=report.until)
        assert "core_audit_of_colleague" in found.explain()


def test_file_has_all_lines_and_no_formula(tenant: Tenant) -> None:
    me = colleague(tenant)
    evil = ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=2", " =3", '=HYPERLINK("http://x";"y")', "fine"]
    for text in evil:
        noted(acting(me), "billing.refund_start", label=text, reason=text)
    for number in range(120):
        noted(acting(me), "domains.domain_auth_code", label=f"{number}.example")

    with pytest.raises(NotPermitted):
        access_report_export(actor=actor_with(["users:read"]), membership=me)
    text = access_report_export(actor=SEE, membership=me)

    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert tuple(rows[0]) == HEAD
    assert len(rows) == 1 + len(evil) + 120
    cells = [cell for row in rows[1:] for cell in row]
    assert [cell for cell in cells if cell.lstrip()[:1] in set("=+-@")] == []
    assert "'=1+1" in cells
    assert AuditEntry.objects.filter(act="accounts.access_report_export").count() == 1


def test_taking_a_report_is_an_export_itself(tenant: Tenant) -> None:
    me, other = colleague(tenant), colleague(tenant)

    access_report_export(actor=acting(me), membership=other)

    assert counts(me) == {"exports": 1}
