import pytest

from catalog.errors import PlanCodeTaken
from catalog.models import Plan
from catalog.services import plan_create, plan_update
from catalog.slots import PlanParameters, plan_parameters
from ispplatform.core.api.versions import version_at
from ispplatform.core.errors import InvalidInput, NotPermitted, RuleViolation, StaleObject
from ispplatform.core.models import AuditEntry, OutboxEvent
from tests.actors import staff
from tests.factories.catalog import PlanFactory

EDITOR = staff("plans:*")


def telephony(**fields):
    return plan_create(
        actor=EDITOR, **{"code": "starter", "name": "Starter", "type": "voip", **fields}
    )


def test_a_plan_is_made_with_entry_and_event(tenant):
    plan = telephony(
        features=["10 GB", " 5  mailboxes ", ""],
        domain_offers=["later", "register"],
        parameters={"disk_mb": 10_240},
    )
    plan.refresh_from_db()
    assert plan.features == ["10 GB", "5 mailboxes"]
    assert plan.offers == ["register", "later"]
    assert (plan.customer_types, plan.is_public, plan.is_active) == (
        ["person", "business"],
        True,
        True,
    )
    assert AuditEntry.objects.get().act == "catalog.plan_create"
    assert OutboxEvent.objects.get().payload["code"] == "starter"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "Starter Pack"}, "code"),
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"type": "car"}, "type"),
        ({"customer_type": "robot"}, "customer_type"),
        ({"tld": "de"}, "tld"),
        ({"type": "domain"}, "tld"),
        ({"type": "domain", "tld": "-"}, "tld"),
        ({"description": "x" * 2001}, "description"),
        ({"features": ["x"] * 21}, "features"),
        ({"features": ["x" * 121]}, "features"),
        ({"domain_offers": ["steal"]}, "domain_offers"),
        ({"sort_order": -1}, "sort_order"),
        ({"parameters": {str(n): n for n in range(51)}}, "parameters"),
        ({"parameters": [1]}, "parameters"),
    ],
)
def test_what_cannot_be_sold_is_refused_by_name(tenant, change, field):
    with pytest.raises(InvalidInput) as refusal:
        telephony(**change)
    assert refusal.value.params["field"] == field
    assert not Plan.objects.exists()


def test_whoever_provisions_a_type_says_what_it_needs(tenant):
    needs = PlanParameters(
        type="voip", check=lambda values: "" if "package" in values else "Name the package."
    )
    with plan_parameters.filled(needs):
        with pytest.raises(InvalidInput, match="Name the package"):
            telephony()
        telephony(parameters={"package": "starter"})
    assert Plan.objects.count() == 1


def test_a_code_is_given_once(tenant):
    first = telephony()
    with pytest.raises(PlanCodeTaken) as refusal:
        telephony(name="Other")
    assert refusal.value.params["existing_id"] == first.pk
    assert Plan.objects.get().name == "Starter"


def test_one_plan_in_the_shop_covers_an_ending(tenant):
    plan = PlanFactory(domain=True, tld="de")
    with pytest.raises(RuleViolation):
        plan_create(actor=EDITOR, code="de-2", name=".de", type="domain", tld=".DE")
    plan_update(actor=EDITOR, plan=plan, is_public=False)
    plan_create(actor=EDITOR, code="de-2", name=".de", type="domain", tld=".DE")
    assert Plan.objects.filter(tld="de").count() == 2


def test_a_change_makes_a_new_version_and_tells_what_differed(tenant):
    plan = PlanFactory(name="Starter", sort_order=1)
    seen = version_at(plan.updated_at)
    changed = plan_update(actor=EDITOR, plan=plan, expected=seen, name="Start", sort_order=1)
    assert changed.name == "Start"
    assert changed.updated_at > plan.updated_at
    assert AuditEntry.objects.get().values.before == {"name": "Starter"}
    assert OutboxEvent.objects.get().payload["changed"] == ["name"]


def test_no_change_writes_nothing(tenant):
    plan = PlanFactory(name="Starter")
    same = plan_update(actor=EDITOR, plan=plan, name="Starter")
    assert same.updated_at == plan.updated_at
    assert not AuditEntry.objects.exists()


def test_a_plan_keeps_its_type_and_a_stale_change_is_refused(tenant):
    plan = PlanFactory(name="Starter")
    with pytest.raises(RuleViolation):
        plan_update(actor=EDITOR, plan=plan, type="email")
    with pytest.raises(StaleObject):
        plan_update(actor=EDITOR, plan=plan, expected=7, name="Start")
    plan.refresh_from_db()
    assert (plan.type, plan.name) == ("hosting", "Starter")


def test_plans_need_the_permission(tenant):
    reader = staff("plans:read")
    with pytest.raises(NotPermitted):
        plan_create(actor=reader, code="a", name="A", type="hosting")
    with pytest.raises(NotPermitted):
        plan_update(actor=reader, plan=PlanFactory(), name="B")
    assert not AuditEntry.objects.exists()
