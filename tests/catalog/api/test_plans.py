"""Plans and prices over HTTP, and the shop."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Plan, Price
from ispplatform.core.clock import business_today
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import customer as portal_account
from tests.callers import anonymous_caller, key_caller, portal_caller
from tests.factories.catalog import PlanFactory, PriceFactory
from tests.factories.customers import CustomerFactory

STARTER = {
    "code": "starter",
    "name": "Starter",
    "type": "hosting",
    "features": ["10 GB", "10 mailboxes"],
    "parameters": {"package": "starter", "disk_mb": 10_240},
    "domain_offers": ["register", "own"],
    "customer_types": ["business"],
    "prices": [
        {"currency": "EUR", "cycle": "yearly", "amount": "9.00", "renewal_amount": 14},
        {"currency": "EUR", "cycle": "monthly", "amount": 1.5, "setup_amount": 10},
    ],
}


@pytest.fixture
def editor(tenant):
    return key_caller(tenant, "plans:*")


def test_a_plan_is_created_with_its_prices(editor):
    answer = editor("POST", "plans", STARTER)
    assert answer.status == 201
    shown = answer.data
    assert shown["customer_types"] == ["business"]
    assert shown["availability"] == {"residential": False, "business": True, "enterprise": True}
    assert shown["domain_offers"] == ["register", "own"]
    monthly, yearly = shown["prices"]
    assert (monthly["amount"], monthly["renewal_amount"], monthly["setup_amount"]) == (1.5, 1.5, 10)
    assert (yearly["amount"], yearly["renewal_amount"]) == (9, 14)
    assert b'"amount":9.00' in answer.response.content


def priced(amount, cycle="yearly"):
    return {"prices": [{"currency": "EUR", "cycle": cycle, "amount": amount}]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "No Way"}, "code"),
        ({"type": "car"}, "type"),
        ({"tld": "de"}, "tld"),
        ({"sort_order": -1}, "sort_order"),
        ({"customer_types": []}, "customer_types"),
        ({"price": 5}, "price"),
        (priced(1, cycle="weekly"), "prices.0.cycle"),
        (priced(-1), "prices.0.amount"),
        (priced("1.001"), "prices.0.amount"),
        (priced(True), "prices.0.amount"),
    ],
)
def test_bad_plans_are_refused_by_name_and_change_nothing(editor, change, field):
    answer = editor("POST", "plans", {**STARTER, **change})
    assert (answer.status, answer.body["error"]["details"]["field"]) == (422, field)
    assert (Plan.objects.count(), Price.objects.count()) == (0, 0)


def test_a_code_is_given_once(editor):
    first = editor("POST", "plans", STARTER)
    again = editor("POST", "plans", STARTER)
    assert (again.status, again.code) == (409, "PLAN_CODE_TAKEN")
    assert again.body["error"]["details"]["existing_id"] == first.data["id"]
    assert Price.objects.count() == 2


def test_what_was_read_can_be_sent_back(editor):
    made = editor("POST", "plans", STARTER).data
    answer = editor("PUT", f"plans/{made['id']}", {**made, "name": "Start"})
    assert (answer.status, answer.data["name"]) == (200, "Start")
    assert answer.data["prices"] == made["prices"]
    assert editor(
        "PUT", f"plans/{made['id']}", {"name": "S", "version": made["version"]}
    ).status == (409)


def test_a_new_price_ends_the_one_before_and_the_list_keeps_both(tenant, editor):
    price = PriceFactory()
    path = f"plans/{price.plan_id}/prices"
    today = business_today(tenant)
    body = {"currency": "EUR", "cycle": "monthly", "amount": "10.00"}
    made = editor("POST", path, body)
    assert (made.status, made.data["valid_from"]) == (201, today.isoformat())
    versions = editor("GET", f"{path}?sort=valid_from").data
    assert [(row["amount"], row["valid_to"]) for row in versions] == [
        (9, today.isoformat()),
        (10, None),
    ]
    past = {**body, "valid_from": (today - timedelta(days=1)).isoformat()}
    assert editor("POST", path, past).code == "PRICE_IN_THE_PAST"
    ended = editor("POST", f"{path}/{made.data['id']}/end", {})
    assert (ended.status, ended.data["valid_to"]) == (200, today.isoformat())


def test_prices_of_another_plan_are_not_found_here(editor):
    price, other = PriceFactory(), PlanFactory()
    path = f"plans/{other.pk}/prices/{price.pk}"
    assert editor("GET", path).status == 404
    assert editor("POST", f"{path}/end", {}).status == 404
    assert Price.objects.get().valid_to is None


def test_lists_are_filtered_searched_and_cost_the_same_however_many(tenant, editor):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert editor("GET", "plans").status == 200
        return len(captured)

    PriceFactory(plan__name="Starter", plan__is_public=False)
    PriceFactory(plan=PlanFactory(domain=True, tld="de"))
    assert [row["tld"] for row in editor("GET", "plans?type=domain").data] == ["de"]
    assert [row["name"] for row in editor("GET", "plans?search=start").data] == ["Starter"]
    assert editor("GET", "plans?is_public=false").body["pagination"]["total"] == 1
    few = queries()
    PriceFactory.create_batch(5)
    assert queries() == few <= 8


def test_the_shop_shows_each_buyer_what_they_pay(tenant):
    plan = PriceFactory(cycle="yearly", amount=Decimal("9.00"), tax_included=True).plan
    PriceFactory(plan=plan, cycle="yearly", customer_type="business", amount=Decimal("8.00"))
    PriceFactory(plan=plan, cycle="monthly", amount=Decimal("1.00"))
    PriceFactory(plan=plan, cycle="yearly", currency="CHF", amount=Decimal("10.00"))
    PriceFactory(plan__customer_type="business")
    PlanFactory(name="without a price")
    PriceFactory(plan__is_public=False)
    portal_account(tenant)
    visitor = anonymous_caller("/api/portal/v1")
    person = portal_caller(tenant, CustomerFactory().pk)
    company = portal_caller(tenant, CustomerFactory(business=True).pk)
    swiss = portal_caller(tenant, CustomerFactory(currency="CHF").pk)

    def shown(caller, query=""):
        return [
            [(price["cycle"], price["amount"], price["currency"]) for price in row["prices"]]
            for row in caller("GET", f"plans{query}").data["plans"]
        ]

    consumer = [[("monthly", 1, "EUR"), ("yearly", 9, "EUR")]]
    business = [[("monthly", 1, "EUR"), ("yearly", 8, "EUR")], [("monthly", 9, "EUR")]]
    assert shown(visitor) == shown(person) == consumer
    assert shown(company) == shown(visitor, "?customer_type=business") == business
    assert shown(person, "?customer_type=business") == consumer
    assert shown(swiss) == [[("yearly", 10, "CHF")]]
    assert visitor("GET", "plans").data["total"] == 1
    assert visitor("GET", f"plans/{plan.pk}").data["prices"][1]["tax_included"] is True
    assert "parameters" not in visitor("GET", f"plans/{plan.pk}").data


def test_a_price_that_is_over_is_not_shown(tenant, editor):
    over = PriceFactory(valid_to=date(2021, 1, 1))
    visitor = anonymous_caller("/api/portal/v1")
    assert visitor("GET", f"plans/{over.plan_id}").status == 404
    assert editor("GET", f"plans/{over.plan_id}").data["prices"] == []


def test_every_door_asks_for_its_permission(tenant, other_tenant):
    price = PriceFactory()
    path = f"plans/{price.plan_id}"
    reader, nobody = key_caller(tenant, "plans:read"), key_caller(tenant)
    for method, one in (
        ("POST", "plans"),
        ("PUT", path),
        ("PATCH", path),
        ("POST", f"{path}/prices"),
        ("POST", f"{path}/prices/{price.pk}/end"),
    ):
        assert reader(method, one, STARTER).status == 403, one
    for one in ("plans", path, f"{path}/prices"):
        assert nobody("GET", one).status == 403
        assert anonymous_caller()("GET", one).status == 401
    with tenant_context(other_tenant.pk):
        stranger = key_caller(other_tenant, "plans:*")
    assert stranger("GET", path).status == 404
    assert stranger("GET", f"{path}/prices").status == 404
    assert stranger("GET", "plans").data == []
