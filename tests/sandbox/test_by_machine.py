"""The same sale by each API alone: order, pay, active, a month later, suspended, paid, resumed.

Only the clock is moved by hand; everything else is asked for over HTTP.
"""

from typing import Any

import pytest

from accounts.services.roles import tenant_roles_seed
from billing.providers.payments.cards import sandbox_token
from hosting.models import SandboxPanelAccount
from ispplatform.core.testing import run_until_quiet
from tests.callers import Caller, key_caller, portal_caller
from tests.factories.billing import DECLINED, SUCCEEDS
from tests.notifications.conftest import mail_server
from tests.sales.conftest import Shop, shop
from tests.sandbox.test_daily_work import moved

__all__ = ["mail_server", "shop"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    # A service is suspended only when a mail server took the last notice.
    pytest.mark.usefixtures("real_time", "mail_server"),
]
SCOPES = (
    "customers:read",
    "invoices:read",
    "orders:*",
    "payments:*",
    "payment_methods:*",
    "services:*",
)
HOSTING = {
    "plan_code": "web",
    "cycle": "monthly",
    "domain_mode": "own",
    "domain_name": "kontor.example",
}
INVOICES = {"/api/v1": "invoices", "/api/portal/v1": "billing/invoices"}
# A month to the renewal; its calendar suspends a week after the due day, later on a weekend.
MONTH_AND_CALENDAR = 31 + 11


def done(caller: Caller, method: str, path: str, body: Any = None) -> Any:
    """Return the data of a request that has to succeed, after what it started is done."""
    answer = caller(method, path, body)
    assert answer.status < 300, answer.body
    run_until_quiet()
    return answer.data


def card(number: str) -> dict[str, Any]:
    return {"token": sandbox_token(number), "is_default": True}


def lives_through(shop: Shop, caller: Caller, *, cards: str, payments: str, order: Any) -> None:
    """Pay an order, let a month go by on a card that is declined then, and pay what is owed."""
    good = done(caller, "POST", cards, card(SUCCEEDS))
    paying = {"document_id": order["proforma_id"], "payment_method_id": good["id"]}
    done(caller, "POST", payments, paying)
    (line,) = done(caller, "GET", f"orders/{order['id']}")["lines"]
    service = f"services/{line['service_id']}"
    assert done(caller, "GET", service)["status"] == "active"

    done(caller, "POST", cards, card(DECLINED))
    moved(shop.tenant, MONTH_AND_CALENDAR)
    assert done(caller, "GET", service)["status"] == "suspended"
    assert SandboxPanelAccount.objects.get().is_suspended

    found = done(caller, "GET", f"{INVOICES[caller.base]}?status=overdue")
    (owed,) = found if isinstance(found, list) else found["invoices"]
    paying = {"document_id": owed["id"], "payment_method_id": good["id"]}
    done(caller, "POST", payments, paying)
    assert done(caller, "GET", f"{INVOICES[caller.base]}/{owed['id']}")["status"] == "paid"
    assert done(caller, "GET", service)["status"] == "active"
    assert not SandboxPanelAccount.objects.get().is_suspended


def test_a_program_with_an_api_key(shop: Shop):
    program = key_caller(shop.tenant, *SCOPES)
    wishes = {"customer_id": str(shop.customer.pk), "lines": [HOSTING]}
    order = done(program, "POST", "orders", wishes)
    cards = f"customers/{shop.customer.pk}/payment-methods"
    lives_through(shop, program, cards=cards, payments="payments", order=order)


def test_a_customer_who_is_logged_in(shop: Shop):
    tenant_roles_seed(shop.tenant)
    customer = portal_caller(shop.tenant, shop.customer.pk)
    wishes = {"lines": [HOSTING], "accepted_documents": ["terms"]}
    order = done(customer, "POST", "orders", wishes)
    lives_through(
        shop,
        customer,
        cards="billing/payment-methods",
        payments="billing/payments",
        order=order,
    )
