"""Services through the APIs, the portal and the back office."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hosting.models import SandboxPanelAccount
from ispplatform.core.clock import business_today
from ispplatform.core.models import Operation
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from provisioning.choices import ServiceStatus
from provisioning.models import Service, ServiceSchedule
from provisioning.services.activation import service_activate
from tests.callers import Caller, anonymous_caller, key_caller, portal_caller
from tests.factories.accounts import PASSWORD, PortalAccountFactory
from tests.factories.catalog import PlanFactory
from tests.factories.customers import CustomerFactory
from tests.factories.provisioning import ServiceFactory
from tests.house import SYSTEM, House
from tests.pages.staff import staff_client


@pytest.fixture
def program(house: House) -> Caller:
    return key_caller(house.tenant, "services:*", "customers:read", "plans:read")


@pytest.fixture
def hosted(house: House) -> Service:
    service = house.order(house.hosting_plan, domain="shop.example")
    service_activate(actor=SYSTEM, service=service)
    run_until_quiet()
    service.refresh_from_db()
    return service


# ------------------------------------------------------------------------------------------ API


def test_a_program_orders_activates_suspends_and_resumes(house: House, program: Caller):
    body = {
        "customer_id": str(house.customer.pk),
        "plan_id": str(house.hosting_plan.pk),
        "type": "hosting",
        "configuration": {"domain": "shop.example"},
        "installation_address": {"street": "Lindenstraße 12"},
        "contract_months": 12,
        "external_refs": [{"system": "crm", "id": "7"}],
    }
    made = program("POST", "services", body, Idempotency_Key="order-1")
    again = program("POST", "services", body, Idempotency_Key="order-1")
    assert (made.status, made.data["status"]) == (201, "pending")
    assert again.data["id"] == made.data["id"]
    assert made.data["configuration"]["contract_months"] == 12
    assert made.data["external_refs"] == [{"system": "crm", "id": "7"}]
    assert Service.objects.count() == 1

    address = f"services/{made.data['id']}"
    assert program("POST", f"{address}/activate", {}).status == 200
    run_until_quiet()
    shown = program("GET", address)
    assert shown.data["status"] == "active"
    assert [step["state"] for step in shown.data["steps"]] == ["done", "done"]

    off = program("POST", f"{address}/suspend", {"reason": "Spam.", "notes": "Twice."})
    assert off.data["status"] == "suspended"
    assert off.data["reasons"][0]["text"] == "Spam. Twice."
    run_until_quiet()
    assert SandboxPanelAccount.objects.get().is_suspended is True
    assert program("POST", f"{address}/resume", {}).data["status"] == "active"
    assert program("POST", f"{address}/resume", {}).code == "SERVICE_STATE_FORBIDS"


def test_the_state_can_be_asked_for_by_name_now_and_later(hosted: Service, program: Caller):
    address = f"services/{hosted.pk}/status"
    assert program("PUT", address, {"status": "suspended"}).data["status"] == "suspended"
    assert program("PUT", address, {"status": "activate"}).data["status"] == "active"
    day = business_today(hosted.tenant) + timedelta(days=365)

    later = program("PUT", address, {"status": "terminated", "effective_date": day.isoformat()})

    assert later.data["status"] == "active"
    assert later.data["schedules"][0]["due_on"] == day.isoformat()
    assert ServiceSchedule.objects.get().act == "terminate"
    assert program("PUT", address, {"status": "gone"}).status == 422
    assert program("PUT", address, {"status": "terminated"}).data["terminate_at"] is not None


def test_a_plan_is_changed_by_its_documented_names(hosted: Service, program: Caller):
    bigger = PlanFactory(parameters={"package": "business"})
    address = f"services/{hosted.pk}/change-plan"

    answer = program("POST", address, {"new_plan_id": str(bigger.pk)})

    assert answer.data["plan"]["code"] == bigger.code
    assert program("POST", address, {"plan_id": str(bigger.pk)}).code == "PLAN_DOES_NOT_FIT"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"plan_id": "x"}, 422, "VALIDATION_ERROR"),
        ({"plan_id": "0196b5a0-0000-7000-8000-000000000001"}, 404, "PLAN_NOT_FOUND"),
        ({"customer_id": "0196b5a0-0000-7000-8000-000000000001"}, 404, "CUSTOMER_NOT_FOUND"),
        ({"type": "domain"}, 422, "VALIDATION_ERROR"),
        ({"configuration": {"domain": "no name"}}, 422, "INVALID_DOMAIN_NAME"),
        ({"configuration": {"domain": "a\x00b.example"}}, 422, "VALIDATION_ERROR"),
        ({"configuration": []}, 422, "VALIDATION_ERROR"),
        ({"contract_months": 0}, 422, "VALIDATION_ERROR"),
        ({"unknown": 1}, 422, "VALIDATION_ERROR"),
    ],
)
def test_what_cannot_be_ordered_writes_nothing(
    house: House, program: Caller, change: dict[str, object], status: int, code: str
):
    body = {
        "customer_id": str(house.customer.pk),
        "plan_id": str(house.hosting_plan.pk),
        "configuration": {"domain": "shop.example"},
        **change,
    }
    answer = program("POST", "services", body)

    assert (answer.status, answer.code) == (status, code)
    assert Service.objects.count() == 0
    assert Operation.objects.count() == 0


def test_acts_need_their_own_permissions(hosted: Service):
    reader = key_caller(hosted.tenant, "services:read")
    for act in ("activate", "release", "retry", "read-back", "suspend", "resume", "terminate"):
        answer = reader("POST", f"services/{hosted.pk}/{act}", {})
        assert (answer.status, answer.code) == (403, "ACCESS_DENIED"), act
    assert reader("PUT", f"services/{hosted.pk}/status", {"status": "suspended"}).status == 403
    assert anonymous_caller()("GET", "services").status == 401
    hosted.refresh_from_db()
    assert hosted.status == ServiceStatus.ACTIVE


def test_lists_are_filtered_and_cost_the_same_for_many_rows(house: House, program: Caller):
    mine = house.order(house.hosting_plan, domain="shop.example")
    ServiceFactory(trouble="Refused.", trouble_at=house.tenant.created_at)
    assert program("GET", f"services?customer_id={house.customer.pk}").data[0]["id"] == str(mine.pk)
    assert len(program("GET", "services?needs_person=true").data) == 1
    assert len(program("GET", "services?needs_person=false").data) == 1
    assert len(program("GET", "services?type=hosting&status=pending").data) == 2
    assert len(program("GET", "services?search=shop.ex").data) == 1
    assert program("GET", "services?colour=red").status == 422
    few = _queries(program, "services")
    for _ in range(15):
        ServiceFactory(customer=house.customer, plan=house.hosting_plan)

    assert _queries(program, "services") == few <= 8
    assert _queries(program, f"services/{mine.pk}") <= 10


def test_usage_is_told_in_the_documented_form(hosted: Service, program: Caller):
    usage = program("GET", f"services/{hosted.pk}/usage?period=monthly").data

    assert usage["service_id"] == str(hosted.pk)
    assert usage["summary"]["total_usage"] == usage["usage_data"][0]["total"] > 0
    for query in ("period=hourly", "start_date=x", "start_date=2000-01-01", "end_date=1999-01-01"):
        assert program("GET", f"services/{hosted.pk}/usage?{query}").status == 422


def test_a_customer_sees_its_own_services_only(house: House, hosted: Service):
    mine = portal_caller(house.tenant, house.customer.pk)
    stranger = portal_caller(house.tenant, CustomerFactory().pk)

    listed = mine("GET", "services?status=active&type=hosting")

    assert listed.data["total"] == 1
    shown = listed.data["services"][0]
    assert (shown["service_type"], shown["plan_name"]) == ("hosting", house.hosting_plan.name)
    assert shown["data_usage"]["storage_limit"] == 10
    assert mine("GET", f"services/{hosted.pk}").data["steps"][0]["state"] == "done"
    assert mine("GET", f"services/{hosted.pk}/usage").status == 200
    assert stranger("GET", "services").data["total"] == 0
    for path in (f"services/{hosted.pk}", f"services/{hosted.pk}/usage"):
        assert stranger("GET", path).status == 404


# --------------------------------------------------------------------------------------- portal


def _visitor(house: House, customer_id) -> Client:
    account = PortalAccountFactory(customer_id=customer_id)
    client = Client()
    with tenant_context(house.tenant.pk):
        client.post("/login", {"name": account.portal_id, "password": PASSWORD})
    return client


def _page(house: House, client: Client, path: str) -> tuple[int, str]:
    with tenant_context(house.tenant.pk):
        answer = client.get(path)
    return answer.status_code, answer.content.decode()


def test_the_portal_shows_progress_and_then_the_way_to_manage_it(house: House):
    service = house.order(house.hosting_plan, domain="shop.example", mailbox="info")
    client = _visitor(house, house.customer.pk)
    address = f"/portal/services/{service.pk}"
    _, before = _page(house, client, address)
    assert "as soon as your payment has arrived" in before
    assert "hx-get" not in before

    service_activate(actor=SYSTEM, service=service)
    _, moving = _page(house, client, address)
    assert f'hx-get="{address}/live"' in moving
    assert "Creating your hosting account" in moving

    run_until_quiet()
    _, after = _page(house, client, f"{address}/live")
    assert "hx-get" not in after
    assert "/portal/hosting/" in after
    assert "shop.example" in _page(house, client, "/portal/services")[1]


def test_trouble_and_holds_are_told_calmly(house: House):
    client = _visitor(house, house.customer.pk)
    service = house.order(house.domain_plan, domain="refused-shop.example")
    service_activate(actor=SYSTEM, service=service)
    run_until_quiet()

    _, text = _page(house, client, f"/portal/services/{service.pk}")

    assert "One step needs a look from us" in text
    assert "refuse" not in text.replace("refused-shop.example", "").lower()
    assert "fail" not in text.lower()
    assert "hx-get" not in text


def test_strangers_and_visitors_see_no_service(house: House, hosted: Service):
    stranger = _visitor(house, CustomerFactory().pk)
    assert _page(house, stranger, f"/portal/services/{hosted.pk}")[0] == 404
    assert "shop.example" not in _page(house, stranger, "/portal/services")[1]
    assert _page(house, Client(), f"/portal/services/{hosted.pk}")[0] == 302


# ---------------------------------------------------------------------------------------- admin


def test_staff_steer_a_service_from_its_page(house: House, hosted: Service):
    client = staff_client(house.tenant, "operator")
    address = reverse("admin:provisioning_service_change", args=[hosted.pk])
    act = reverse("admin:provisioning_service_act", args=[hosted.pk, "suspend"])
    with tenant_context(house.tenant.pk):
        page = client.get(address).content.decode()
        assert "Creating your hosting account" in page
        asked = client.post(act, {"kind": "abuse", "text": ""})
        assert asked.status_code == 200
        done = client.post(act, {"kind": "abuse", "text": "Spam."})
    assert done.status_code == 302
    hosted.refresh_from_db()
    assert hosted.status == ServiceStatus.SUSPENDED
    assert hosted.reasons.get().text == "Spam."
    with tenant_context(house.tenant.pk):
        listed = client.get(reverse("admin:provisioning_service_changelist"), {"due": "person"})
        assert "shop.example" not in listed.content.decode()


def test_staff_without_the_permission_have_no_button(house: House, hosted: Service):
    client = staff_client(house.tenant, "sales")
    act = reverse("admin:provisioning_service_act", args=[hosted.pk, "suspend"])
    with tenant_context(house.tenant.pk):
        answer = client.post(act, {"kind": "abuse", "text": "Spam."})
    assert answer.status_code == 403
    hosted.refresh_from_db()
    assert hosted.status == ServiceStatus.ACTIVE


def _queries(caller: Caller, path: str) -> int:
    caller("GET", path)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert caller("GET", path).status == 200
    return len(seen)
