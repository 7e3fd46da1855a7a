"""The pages about unpaid invoices in every view."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from billing.models import DunningCase
from billing.services.dunning_holds import dunning_promise
from billing.services.suspension_plans import suspension_plan_make
from billing.workflows.dunning_run import dunning_run
from ispplatform.core.clock import business_today
from ispplatform.core.subjects import subject_of
from tests.factories.billing import SYSTEM, issued_invoice, line
from tests.factories.hosting import hosted_account
from tests.house import House, house
from tests.pages.checks import assert_good_desk_page
from tests.pages.staff import colleague, session_key_of, staff_window
from tests.pages.views import VIEWS, View, looking

__all__ = ["house"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_unpaid_invoices_are_good_in_every_view(
    browser: Browser, live_server: LiveServer, house: House, view: View
) -> None:
    due_on = business_today(house.tenant)
    invoices = []
    for _ in range(2):
        service = hosted_account(
            service__customer=house.customer, service__plan=house.hosting_plan, server=house.server
        ).service
        billed = line("10.00", subject=subject_of(service))
        invoices.append(issued_invoice(house.customer, billed, due_on=due_on))
    dunning_run(house.tenant)
    cases = list(DunningCase.objects.values_list("pk", flat=True))
    suspension_plan_make(case_ids=cases)
    dunning_promise(
        actor=SYSTEM, customer=house.customer, until=due_on + timedelta(days=9), reason="They pay."
    )
    key = session_key_of(colleague(house.tenant, "billing"))
    with looking(browser, view) as window:
        staff_window(window, base_url=live_server.url, session_key=key)
        page = window.new_page()
        for address in (
            reverse("admin:billing_unpaid"),
            reverse("admin:billing_invoice_change", args=[invoices[0].pk]),
            reverse("admin:customers_customer_change", args=[house.customer.pk]),
            reverse("admin:billing_dunningcase_act", args=[cases[0], "promise"]),
            reverse("admin:billing_dunninghold_add"),
            reverse("admin:customer_calendar", args=[house.customer.pk]),
        ):
            page.goto(live_server.url + address, wait_until="load")
            assert_good_desk_page(page)
        page.goto(live_server.url + reverse("admin:billing_unpaid"), wait_until="load")
        expect(page.get_by_role("button", name="Suspend them")).to_be_visible()
