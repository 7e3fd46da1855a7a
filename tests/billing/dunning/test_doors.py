"""What staff, customers and programs see of unpaid invoices, and the buttons that staff have."""

import re
from contextvars import copy_context
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.models import DunningHold, Invoice, PaymentMethod, SuspensionPlan
from billing.services.dunning_holds import dunning_promise
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from provisioning.models import Service
from tests.billing.dunning.conftest import DUE
from tests.callers import key_caller
from tests.factories.accounts import PASSWORD, PortalAccountFactory
from tests.factories.billing import DECLINED, SYSTEM, kept_card
from tests.pages.staff import staff_client

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


class Colleague:
    """A colleague at the back office, logged in anew at each time; the test stays in its tenant."""

    def __init__(self, desk, *roles):
        self.tenant, self.roles, self.desk = desk.house.tenant, roles, desk
        self.logged_in_at = None

    @property
    def client(self):
        if self.logged_in_at != self.desk.now():
            self.browser = staff_client(self.tenant, *self.roles)
            self.logged_in_at = self.desk.now()
        return self.browser

    def get(self, name, *args):
        with tenant_context(self.tenant.pk):
            return text_of(self.client.get(reverse(f"admin:{name}", args=args)))

    def post(self, name, *args, **values):
        with tenant_context(self.tenant.pk):
            return self.client.post(reverse(f"admin:{name}", args=args), values, follow=True)

    def act(self, case, name, **values):
        return text_of(self.post("billing_dunningcase_act", case.pk, name, **values))


def text_of(answer) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def colleague(desk):
    return Colleague(desk, "billing")


@pytest.fixture
def unpaid(desk):
    """An invoice for one hosting service, not paid on the day after it was due."""
    service = desk.hosted()
    kept_card(desk.house.customer, desk.gateway, DECLINED)
    invoice = desk.invoice(service)
    desk.go(1)
    return invoice


def test_the_invoice_page_tells_what_happens_next_what_was_done_and_why(colleague, unpaid):
    page = colleague.get("billing_invoice_change", unpaid.pk)
    assert "The card is charged: 4 Mar 2026." in page or "The card is charged: Mar 4, 2026." in page
    assert "Would be suspended from" in page
    for button in ("Charge the card now", "Pause dunning", "Leave out the next step"):
        assert button in page
    assert "A reminder is sent" in page
    assert "Declined" in page


def test_the_customer_page_tells_it_too_in_few_queries(colleague, desk, unpaid):
    colleague.get("customers_customer_change", desk.house.customer.pk)
    with CaptureQueriesContext(connection) as queries:
        page = colleague.get("customers_customer_change", desk.house.customer.pk)
    assert "What happens next to open invoices" in page
    assert "The card is charged" in page
    ours = [one for one in queries if "billing_dunning" in one["sql"]]
    assert len(ours) <= 3


def test_staff_agree_on_a_day_pause_let_go_on_and_skip(colleague, desk, unpaid):
    case = desk.case(unpaid)
    until = (DUE + timedelta(days=9)).date().isoformat()
    page = colleague.act(case, "promise", until=until, reason="Salary comes on 10.")
    assert "Nothing of this customer is suspended before" in page
    assert "Stands still" in page
    page = colleague.act(case, "go-on")
    assert "It goes on." in page
    colleague.act(case, "pause", reason="Waiting for an answer.")
    assert DunningHold.objects.get(closed_at=None).invoice_id == unpaid.pk
    colleague.act(case, "go-on")
    colleague.act(case, "skip", reason="They called.")
    assert desk.steps(unpaid, "skipped") == ["charge_2"]


def test_a_promise_too_far_ahead_is_shown_beside_its_field(colleague, desk, unpaid):
    until = (DUE + timedelta(days=99)).date().isoformat()
    page = colleague.act(desk.case(unpaid), "promise", until=until, reason="x")
    assert "Use a day up to" in page
    assert DunningHold.objects.count() == 0


def test_staff_resume_and_charge(colleague, desk, unpaid):
    desk.go(6)
    desk.go(7)
    assert Service.objects.get().status == "suspended"
    until = (DUE + timedelta(days=14)).date().isoformat()
    colleague.act(desk.case(unpaid), "resume", until=until, reason="They pay on Monday.")
    run_until_quiet()
    assert Service.objects.get().status == "active"
    page = colleague.act(desk.case(unpaid), "charge")
    assert "are being charged" in page


def test_the_customer_page_offers_no_charge_where_there_is_no_card(colleague, desk, unpaid):
    customer = desk.house.customer
    desk.go(6)
    desk.go(7)
    assert "Charge the card now" in colleague.get("customers_customer_change", customer.pk)
    PaymentMethod.objects.filter(customer=customer).update(removed_at=desk.now())
    page = colleague.get("customers_customer_change", customer.pk)
    assert "Charge the card now" not in page
    assert "Resume now" in page


def test_a_hold_is_made_from_the_customer_page(colleague, desk, unpaid):
    number = desk.house.customer.customer_number
    answer = colleague.post(
        "billing_dunninghold_add", customer_number=number, sort="promise", day="", why="x"
    )
    assert "Choose the day" in text_of(answer)
    colleague.post(
        "billing_dunninghold_add",
        customer_number=number,
        sort="promise",
        day=(DUE + timedelta(days=9)).date().isoformat(),
        why="They pay.",
    )
    hold = DunningHold.objects.get()
    assert (hold.kind, hold.reason) == ("promise", "They pay.")
    colleague.post("billing_dunninghold_act", hold.pk, "end")
    hold.refresh_from_db()
    assert hold.closed_at is not None


def test_the_customer_page_asks_with_the_name_in_sight_and_leads_back(colleague, desk, unpaid):
    customer = desk.house.customer
    assert "Pause dunning" in colleague.get("customers_customer_change", customer.pk)
    assert customer.display_name in colleague.get(
        "customers_customer_act", customer.pk, "pause-dunning"
    )
    given = {"sort": "promise", "why": "They pay."}
    refused = colleague.post(
        "customers_customer_act", customer.pk, "pause-dunning", **given, day="2020-01-01"
    )
    assert "Choose a day that lies ahead." in text_of(refused)
    day = (DUE + timedelta(days=9)).date().isoformat()
    colleague.post("customers_customer_act", customer.pk, "pause-dunning", **given, day=day)
    hold = DunningHold.objects.get()
    assert (hold.kind, hold.until.isoformat(), hold.reason) == ("promise", day, "They pay.")
    assert "Do not suspend until" in colleague.get("customers_customer_change", customer.pk)


def test_the_list_of_suspensions_is_shown_and_confirmed(colleague, desk):
    invoices = [desk.invoice(desk.hosted()) for _ in range(3)]
    desk.go(6)
    desk.go(7)
    page = colleague.get("billing_unpaid")
    assert "3 services of 3 invoices would be suspended" in page
    assert all(invoice.number in page for invoice in invoices)
    plan = SuspensionPlan.objects.get()
    answer = colleague.post("billing_unpaid", act="confirm", plan=plan.pk, version=99)
    assert "The list has changed" in text_of(answer)
    colleague.post("billing_unpaid", act="confirm", plan=plan.pk, version=plan.version)
    desk.work()
    assert Service.objects.filter(status="suspended").count() == 3
    assert "No list waits" in colleague.get("billing_unpaid")


def test_support_may_let_it_stand_still_and_neither_skip_nor_resume(desk, unpaid):
    support = Colleague(desk, "support")
    case = desk.case(unpaid)
    page = support.get("billing_invoice_change", unpaid.pk)
    assert "Pause dunning" in page
    assert "Leave out the next step" not in page
    for act in ("skip", "resume"):
        refused = support.post("billing_dunningcase_act", case.pk, act, reason="x")
        assert refused.status_code == 403
    support.act(case, "pause", reason="They asked.")
    assert DunningHold.objects.get().reason == "They asked."


def test_who_may_only_read_sees_no_buttons_and_may_not_act(desk, unpaid):
    sales = Colleague(desk, "sales")
    case = desk.case(unpaid)
    assert "Pause dunning" not in sales.get("billing_invoice_change", unpaid.pk)
    assert sales.post("billing_dunningcase_act", case.pk, "pause", reason="x").status_code == 403
    assert DunningHold.objects.count() == 0


def test_the_calendar_of_a_customer_tells_each_step_with_its_setting_and_what_stops_it(
    colleague, desk, unpaid
):
    page = colleague.get("customer_calendar", desk.house.customer.pk)
    assert unpaid.number in page
    assert "Services are suspended" in page
    assert "7 days after it was due on" in page
    assert "Days after the due day until services are suspended" in page
    assert "Only from 9:00 to 15:00 of a working day" in page
    for button in ("Record payment", "Do not suspend until, or pause", "Charge the card now"):
        assert button in page
    address = reverse("admin:customer_calendar", args=[desk.house.customer.pk])
    for name, row in (("customers_customer", desk.house.customer), ("billing_invoice", unpaid)):
        with tenant_context(desk.house.tenant.pk):
            shown = colleague.client.get(reverse(f"admin:{name}_change", args=[row.pk]))
        assert address in shown.content.decode()
    dunning_promise(
        actor=SYSTEM,
        customer=desk.house.customer,
        until=(DUE + timedelta(days=9)).date(),
        reason="Salary comes on 10.",
    )
    page = colleague.get("customer_calendar", desk.house.customer.pk)
    assert "Salary comes on 10." in page
    assert "A later one of its sort is due as well, and one is enough." in page
    with tenant_context(desk.house.tenant.pk):
        missing = reverse("admin:customer_calendar", args=[unpaid.pk])
        assert colleague.client.get(missing).status_code == 404


def test_programs_read_what_happens_next(desk, unpaid):
    reader = key_caller(desk.house.tenant, "invoices:read")
    shown = reader("GET", f"invoices/{unpaid.pk}/dunning").data
    assert (shown["next_step"], shown["standstill"]) == ("charge", None)
    assert shown["next_at"].startswith("2026-03-04T08:00:00")
    assert {step["key"] for step in shown["steps"]} == {"charge_1", "reminder_1"}
    assert [one["label"] for one in shown["subjects"]] == [Service.objects.get().label]
    detail = reader("GET", f"invoices/{unpaid.pk}").data
    assert detail["next_action"] == {"what": "charge", "on": "2026-03-04"}
    dunning_promise(
        actor=SYSTEM,
        customer=desk.house.customer,
        until=(DUE + timedelta(days=5)).date(),
        reason="They pay.",
    )
    stopped = reader("GET", f"invoices/{unpaid.pk}/dunning").data["standstill"]
    assert (stopped["kind"], stopped["until"]) == ("promise", "2026-03-07")
    stranger = key_caller(desk.house.tenant, "customers:read")
    assert stranger("GET", f"invoices/{unpaid.pk}/dunning").status == 403


def test_the_customer_reads_in_one_sentence_what_happens_and_can_pay(desk, unpaid):
    account = PortalAccountFactory(customer_id=desk.house.customer.pk)
    log_in = {"name": account.portal_id, "password": PASSWORD}

    def page():
        client = Client()
        copy_context().run(client.post, reverse("accounts:log_in"), log_in)
        address = reverse("billing:invoice", args=[unpaid.pk])
        return text_of(copy_context().run(client.get, address))

    assert "We charge your card Visa •••• 0002 on" in page()
    assert "Pay now" in page()
    desk.go(6)
    assert "from then on we switch off" in page()
    desk.go(7)
    assert "what is switched off runs again by itself" in page()
    assert Invoice.objects.get().is_open
