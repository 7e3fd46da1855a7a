"""Plans and prices in the back office."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Plan, Price
from ispplatform.core.admin.search import search_hits
from ispplatform.core.clock import business_today
from tests.actors import staff
from tests.desk import Desk, text_of
from tests.factories.catalog import PlanFactory, PriceFactory

NBSP = "\u00a0"
PLAN = {
    "type": "hosting",
    "code": "starter",
    "name": "Starter",
    "features": "10 GB\n\n10 mailboxes",
    "parameters": '{"package": "starter", "disk_mb": 10240}',
    "domain_offers": ["register", "own"],
    "is_active": "on",
    "is_public": "on",
    "sort_order": "10",
}


@pytest.fixture
def editor(tenant):
    return Desk(tenant, "editor")


def test_a_plan_is_added_and_changed(editor):
    editor.post("admin:catalog_plan_add", **PLAN)
    plan = Plan.objects.get()
    assert plan.features == ["10 GB", "10 mailboxes"]
    assert plan.parameters == {"package": "starter", "disk_mb": 10_240}
    assert plan.offers == ["register", "own"]
    editor.post("admin:catalog_plan_change", plan.pk, **{**PLAN, "name": "Start"})
    plan.refresh_from_db()
    assert (plan.name, plan.type) == ("Start", "hosting")


def test_a_refused_plan_keeps_what_was_typed(editor):
    PlanFactory(code="starter")
    page = text_of(editor.post("admin:catalog_plan_add", **PLAN))
    assert "There is a plan starter already." in page
    assert "10 mailboxes" in page
    assert Plan.objects.count() == 1


def test_a_price_is_set_and_ended_by_buttons(tenant, editor):
    price = PriceFactory()
    today = business_today(tenant)
    later = today + timedelta(days=10)
    editor.post(
        "admin:catalog_plan_act",
        price.plan_id,
        "price",
        currency="eur",
        cycle="monthly",
        amount="10.00",
        renewal_amount="12.00",
        tax_included="on",
        valid_from=later.isoformat(),
    )
    price.refresh_from_db()
    new = Price.objects.get(valid_to=None)
    assert (price.valid_to, new.valid_from) == (later, later)
    assert (new.amount, new.renewal_amount, new.setup_amount, new.tax_included) == (
        Decimal("10.00"),
        Decimal("12.00"),
        Decimal("0.00"),
        True,
    )
    editor.post("admin:catalog_price_act", price.pk, "end", valid_to="")
    price.refresh_from_db()
    assert price.valid_to == today


def test_a_refused_price_says_why_beside_its_field(editor):
    plan = PlanFactory()
    page = editor.post(
        "admin:catalog_plan_act",
        plan.pk,
        "price",
        currency="JPY",
        cycle="monthly",
        amount="10.5",
    )
    assert "10.5 is not an exact amount of JPY." in text_of(page)
    assert not Price.objects.exists()


def test_the_page_shows_every_version_and_what_the_shop_says(editor):
    plan = PlanFactory(name="Starter", features=["10 GB"])
    PriceFactory(plan=plan, valid_to=date(2021, 1, 1), amount=Decimal("7.00"))
    PriceFactory(
        plan=plan,
        cycle="yearly",
        amount=Decimal("9.00"),
        renewal_amount=Decimal("14.00"),
        setup_amount=Decimal("5.00"),
    )
    page = text_of(editor.get("admin:catalog_plan_change", plan.pk))
    assert (
        page.count(f"9.00{NBSP}€ for the first year, then 14.00{NBSP}€ a year, 5.00{NBSP}€ set-up")
        >= 2
    )
    assert page.count(f"7.00{NBSP}€ a month") == 1
    assert "In force" in page
    assert "Over" in page


def test_a_plan_leaves_the_shop_and_comes_back(editor):
    plan = PlanFactory()
    editor.post("admin:catalog_plan_act", plan.pk, "hide")
    plan.refresh_from_db()
    assert plan.is_public is False
    assert "Not in the shop" in text_of(editor.get("admin:catalog_plan_change", plan.pk))
    editor.post("admin:catalog_plan_act", plan.pk, "show")
    plan.refresh_from_db()
    assert plan.is_public is True


def test_lists_cost_the_same_however_many_rows(editor):
    def queries(name):
        with CaptureQueriesContext(connection) as captured:
            assert editor.get(name).status_code == 200
        return len(captured)

    names = ("admin:catalog_plan_changelist", "admin:catalog_price_changelist")
    PriceFactory.create_batch(2)
    for name in names:
        queries(name)
    few = [queries(name) for name in names]
    PriceFactory.create_batch(5)
    assert [queries(name) for name in names] == few


def test_who_may_only_read_changes_nothing(tenant):
    reader = Desk(tenant, "billing")
    price = PriceFactory()
    page = text_of(reader.get("admin:catalog_plan_change", price.plan_id))
    assert "/act/" not in page
    for answer in (
        reader.post("admin:catalog_plan_add", **PLAN),
        reader.post("admin:catalog_plan_change", price.plan_id, **PLAN),
        reader.post("admin:catalog_plan_act", price.plan_id, "hide"),
        reader.post("admin:catalog_price_act", price.pk, "end"),
    ):
        assert answer.status_code == 403
    price.refresh_from_db()
    assert (price.valid_to, Plan.objects.get().is_public) == (None, True)
    assert Desk(tenant, "operator").get("admin:catalog_plan_changelist").status_code == 403


def test_the_one_search_finds_plans(tenant):
    PlanFactory(name="Starter", code="starter")
    PlanFactory(domain=True, tld="de", code="domain-de", name=".de domain")
    reader = staff("plans:read")
    assert [(hit.title, hit.is_exact) for hit in search_hits("starter", actor=reader)] == [
        ("Starter", True)
    ]
    assert [hit.title for hit in search_hits(".de", actor=reader)] == [".de domain"]
