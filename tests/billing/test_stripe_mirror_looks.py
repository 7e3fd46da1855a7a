"""What Stripe says on the pages of payment and connection, in every view."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from billing.services.reconciliation import comparison_start
from ispplatform.core.clock import system_now
from ispplatform.core.models import Tenant
from ispplatform.core.testing import run_until_quiet
from tests.billing.gateways.fake_stripe import FakeStripe
from tests.billing.test_stripe_comparison import OPERATOR
from tests.billing.test_stripe_mirror import paid, told
from tests.factories.billing import StripeFactory
from tests.pages.checks import assert_good_desk_page
from tests.pages.staff import colleague, session_key_of, staff_window
from tests.pages.views import VIEWS, View, looking

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_the_mirrors_pages_are_good_in_every_view(
    browser: Browser, live_server: LiveServer, tenant: Tenant, fake_stripe: FakeStripe, view: View
) -> None:
    connection = StripeFactory(api_base=fake_stripe.base)
    payment = paid(connection, fake_stripe)
    intent = fake_stripe.objects[payment.gateway_reference]
    told(connection, fake_stripe, "payment_intent.succeeded", intent)
    fake_stripe.pay_out()
    fake_stripe.objects[intent["latest_charge"]]["amount_captured"] = 10000
    with time_machine.travel(system_now() + timedelta(hours=2)):
        comparison_start(actor=OPERATOR, connection=connection)
        run_until_quiet()
    key = session_key_of(colleague(tenant, "admin"))
    addresses = [
        reverse("admin:billing_payment_change", args=[payment.pk]),
        reverse("admin:core_providerconnection_change", args=[connection.pk]),
        reverse("admin:billing_mirroredobject_changelist"),
    ]
    with looking(browser, view) as window:
        staff_window(window, base_url=live_server.url, session_key=key)
        page = window.new_page()
        for address in addresses:
            answer = page.goto(live_server.url + address, wait_until="networkidle")
            assert answer is not None
            assert answer.status == 200
            assert_good_desk_page(page)
