"""What the demo company holds: every situation that staff meet, and books that agree."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.hashers import check_password

from accounts.models import Membership, PortalAccount
from billing.choices import InvoiceStatus, PaymentState, RefundState, StepState
from billing.models import CreditEntry, Document, DunningCase, Invoice, Payment, Refund
from billing.rules.dunning import StepKind
from billing.selectors.foretelling import calendar_of_customer
from billing.selectors.ledger import ledger_differences
from catalog.models import Plan
from customers.models import Customer
from demo.company import PASSWORD
from demo.copies import is_copy
from domains.models import DnsZone, Domain, SandboxRegistration
from domains.rules.names import parse_domain_name
from hosting.models import HostingAccount, SandboxPanelAccount
from ispplatform.core.audit.seals import audit_seal, chain_check
from ispplatform.core.clock import business_today, system_now
from ispplatform.core.models import AttentionItem, AuditEntry, Operation, ProviderConnection
from ispplatform.core.tenancy.context import tenant_context
from provisioning.choices import ReasonKind, ServiceStatus
from provisioning.models import Service, ServiceReason
from sales.choices import OrderStatus
from sales.models import Order

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def inside(demo):
    """Each test looks at the company from inside."""
    with tenant_context(demo.tenant.pk):
        yield


def customer_of(**conditions) -> Customer:
    return Customer.objects.filter(**conditions).distinct().first()


# ------------------------------------------------------------------------------------- situations


def test_somebody_is_overdue():
    overdue = Invoice.objects.filter(status=InvoiceStatus.OVERDUE)
    assert {invoice.customer.company_name for invoice in overdue} == {
        "Fuchs Cycles",
        "Café Morgenrot",
        "Lorenz Pottery",
    }


def test_somebody_stands_still_for_money_and_somebody_for_abuse():
    reasons = ServiceReason.objects.filter(closed_at=None).select_related("service")
    kinds = {reason.kind: reason.service.status for reason in reasons}
    assert kinds == {
        ReasonKind.UNPAID: ServiceStatus.SUSPENDED,
        ReasonKind.ABUSE: ServiceStatus.SUSPENDED,
    }


def test_somebody_has_paid_a_part():
    invoice = Invoice.objects.open().get(amount_paid__gt=0)
    assert invoice.customer.company_name == "Lorenz Pottery"
    assert invoice.amount_paid == Decimal("2.00")
    assert invoice.amount_due == invoice.gross_total - Decimal("2.00")


def test_somebody_has_credit():
    entry = CreditEntry.objects.get(kind="goodwill")
    assert (entry.remaining, entry.currency) == (Decimal("15.00"), "EUR")


def test_somebody_was_refunded():
    assert Refund.objects.get().state == RefundState.SETTLED


def test_somebodys_card_was_declined_and_the_order_waits():
    payment = Payment.objects.get(state=PaymentState.FAILED)
    order = Order.objects.get(proforma=payment.document)
    assert order.status == OrderStatus.AWAITING_PAYMENT


def test_an_order_is_held_and_a_registration_needs_a_person():
    assert Order.objects.get(status=OrderStatus.ON_HOLD).lines.count() == 6
    trouble = Service.objects.exclude(trouble="").get()
    assert "refuses refused-lighthouse.example" in trouble.trouble
    kinds = set(AttentionItem.objects.filter(resolved_at=None).values_list("kind", flat=True))
    assert {"sales.order_held", "provisioning.trouble"} <= kinds


def test_the_held_order_needs_a_person_once():
    order = Order.objects.get(status=OrderStatus.ON_HOLD)
    waiting = AttentionItem.objects.filter(resolved_at=None, customer_id=order.customer_id)
    assert [item.kind for item in waiting] == ["sales.order_held"]


def test_a_domain_expires_in_twelve_days(demo):
    domain = Domain.objects.get(name="sommerfest-2025.example")
    expires_on = business_today(demo.tenant) + timedelta(days=12)
    if (expires_on.month, expires_on.day) == (2, 29):  # which no name for one year expires on
        expires_on -= timedelta(days=1)
    assert domain.expires_at.date() == expires_on


def test_a_business_abroad_pays_no_tax_and_a_customer_pays_in_yen():
    austrian = Document.objects.filter(customer__vat_number="ATU13585627")[0]
    assert (austrian.tax_total, austrian.lines.all()[0].tax_rule) == (0, "reverse_charge")
    tokyo = Invoice.objects.filter(currency="JPY")
    assert {invoice.gross_total % 1 for invoice in tokyo} == {0}
    assert len(tokyo) > 1


def test_two_log_ins_on_one_customer_and_one_log_in_on_two():
    agency = Customer.objects.get(company_name="Studio Nordlicht GmbH")
    assert PortalAccount.objects.filter(customer_id=agency.pk).count() == 2
    mira = PortalAccount.objects.filter(user__email="mira@mail.example")
    assert len({account.customer_id for account in mira}) == 2


def test_names_are_international_and_long():
    assert Domain.objects.filter(unicode_name="müller-und-söhne.example").exists()
    labels = [name.partition(".")[0] for name in Domain.objects.values_list("name", flat=True)]
    assert max(map(len, labels)) >= 60
    assert max(map(len, Customer.objects.values_list("company_name", flat=True))) > 120


# ----------------------------------------------------------------------------------- the whole


def test_everything_that_was_paid_works_or_waits_for_a_person():
    statuses = dict.fromkeys(Service.objects.values_list("status", flat=True))
    assert set(statuses) <= {"active", "suspended", "pending"}
    pending = Service.objects.filter(status=ServiceStatus.PENDING)
    assert all(row.trouble or row.held_reason or not _paid(row) for row in pending)
    assert set(Operation.objects.exclude(state="succeeded").values_list("kind", flat=True)) <= {
        "domains.register",
        "notifications.mail",
    }


def _paid(service: Service) -> bool:
    return Order.objects.filter(lines__service=service, paid_at__isnull=False).exists()


def test_the_ledger_agrees_with_the_balances():
    assert ledger_differences() == []


def test_numbers_have_no_gaps_and_follow_the_days():
    for kind in ("invoice", "pro_forma", "credit_note"):
        rows = Document.objects.filter(kind=kind).order_by("number")
        numbers = [(row.number, row.issue_date) for row in rows]
        by_year: dict[str, list[int]] = {}
        for number, _ in numbers:
            stem, _, last = number.rpartition("-")
            by_year.setdefault(stem, []).append(int(last))
        assert all(found == list(range(1, len(found) + 1)) for found in by_year.values())
        assert all(days == sorted(days) for days in _days_of_lived_and_copied(kind))


def _days_of_lived_and_copied(kind: str) -> list[list[date]]:
    """Numbers of copies go on where those of the lived histories end, a year at a time."""
    days: dict[tuple[bool, str], list[date]] = {}
    for row in Document.objects.filter(kind=kind).order_by("number"):
        stem = row.number.rpartition("-")[0]
        days.setdefault((is_copy(row), stem), []).append(row.issue_date)
    return list(days.values())


def test_periods_follow_one_another_without_a_gap():
    for service in Service.objects.filter(type="hosting"):
        lines = service_periods(service)
        ends = [end for _, end in lines]
        assert [start for start, _ in lines[1:]] == ends[:-1]


def service_periods(service: Service) -> list[tuple[object, object]]:
    rows = Document.objects.filter(
        kind="invoice", lines__subject_id=service.pk, lines__period_start__isnull=False
    )
    found = rows.values_list("lines__period_start", "lines__period_end")
    return sorted(set(found.filter(lines__subject_id=service.pk)))


def test_the_history_goes_back_two_years_and_ends_now():
    days = Document.objects.order_by("issue_date").values_list("issue_date", flat=True)
    today = system_now().date()
    assert timedelta(days=730) < today - days[0] < timedelta(days=750)
    assert AuditEntry.objects.filter(created_at__gt=system_now() + timedelta(hours=1)).count() == 0
    oldest = Customer.objects.order_by("created_at")[0]
    assert system_now() - oldest.created_at > timedelta(days=730)


def test_what_was_cast_is_as_if_the_services_had_made_it():
    """Names at the registrar, accounts on the panel, zones, digests: all of it agrees."""
    for domain in Domain.objects.exclude(status="failed").exclude(registered_at=None):
        held = SandboxRegistration.objects.get(name=domain.name)
        assert (held.expires_at, held.name_servers) == (domain.expires_at, domain.name_servers)
        assert domain.expires_at > system_now()
        assert parse_domain_name(domain.unicode_name).ascii == domain.name
        assert DnsZone.objects.filter(name=domain.name).exists()
    for account in HostingAccount.objects.all():
        remote = SandboxPanelAccount.objects.get(username=account.username)
        assert (remote.domain, remote.owner_mark) == (account.domain, account.owner_mark)
    while audit_seal() is not None:
        pass
    assert chain_check().breaks == []


def test_no_name_of_an_archetype_is_left_on_somebody_else():
    for customer in Customer.objects.filter(company_name="").exclude(first_name="Thaddäus"):
        assert "quendel" not in f"{customer.search_text} {customer.email}"
        for document in customer.documents.all():
            assert "Quendel" not in f"{document.buyer}"
            assert document.buyer["name"] == customer.display_name
            assert document.seller["address"]["city"] == "Hamburg"


def test_names_are_made_up():
    for address in Customer.objects.values_list("email", flat=True):
        assert address.endswith(".example")
    for name in Domain.objects.values_list("name", flat=True):
        assert name.endswith((".example", ".test"))


def test_log_ins_work_and_are_told(demo):
    assert [one.who for one in demo.log_ins] == [
        "Owner",
        "Billing",
        "Support",
        "API key",
        "Customer",
        "Customer (agency)",
        "Customer (two accounts)",
        "Second brand",
        "Second brand: owner",
        "Second brand: customer",
    ]
    for one in demo.log_ins:
        if one.who in {"Owner", "Billing", "Support"}:
            user = Membership.objects.get(user__email=one.name).user
            assert check_password(one.secret, user.password)
            assert not user.must_change_password
            assert one.secret == PASSWORD
    assert demo.log_ins[3].secret.startswith("test_pk_")


def test_every_plan_sells_and_every_connection_works():
    assert Plan.objects.count() == 6
    states = dict(ProviderConnection.objects.values_list("kind", "state"))
    assert states == dict.fromkeys(("registrar", "dns", "panel", "payments"), "working")


def test_what_follows_unpaid_invoices_is_known_before_the_mornings_run():
    for name in ("Café Morgenrot", "Fuchs Cycles"):
        case = DunningCase.objects.filter(customer=customer_of(company_name=name)).latest("pk")
        assert (case.closed_at, case.next_at is not None) == (None, True), name


def test_who_stands_still_for_money_was_brought_there_by_dunning():
    debtor = customer_of(company_name="Café Morgenrot")
    case = DunningCase.objects.filter(customer=debtor).earliest("due_on")
    taken = dict(case.steps.values_list("kind", "state"))
    assert {kind for kind, state in taken.items() if state == StepState.DONE} >= {
        StepKind.REMINDER,
        StepKind.LAST_NOTICE,
        StepKind.SUSPEND,
    }
    reason = ServiceReason.objects.get(closed_at=None, kind=ReasonKind.UNPAID)
    assert reason.service.customer_id == debtor.pk
    notice, suspension = (
        case.steps.get(kind=kind).taken_at for kind in (StepKind.LAST_NOTICE, StepKind.SUSPEND)
    )
    assert suspension - notice >= timedelta(hours=24)
    assert case.suspended_at is not None
    assert abs(case.suspended_at - suspension) < timedelta(seconds=1)
    foretold = calendar_of_customer(debtor).open[0]
    assert StepKind.SUSPEND not in {one.step.kind for one in foretold.steps}
