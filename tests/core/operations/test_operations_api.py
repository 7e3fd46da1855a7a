"""``/api/v1/operations``: seeing, retrying and cancelling outside effects."""

import pytest

from ispplatform.core.api.resources.operations import OperationViewSet
from ispplatform.core.models import AuditEntry, Operation, OperationState
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from tests.core.api.conftest import Caller
from tests.core.api.resources import NamedActor
from tests.core.operations.conftest import start
from tests.core.operations.counterpart import refuses

LIST = "/api/v1/operations"


@pytest.fixture
def operator(tenant, settings, monkeypatch):
    settings.ROOT_URLCONF = "tests.core.api.resources"
    monkeypatch.setattr(OperationViewSet, "authentication_classes", (NamedActor,))
    return Caller("operator")


@pytest.fixture
def done(connection, lamp):
    operation = start(connection, lamp)
    run_until_quiet()
    return operation


@pytest.fixture
def refused(connection, lamp, world):
    world.before_act = refuses
    operation = start(connection, lamp, key="k2")
    run_until_quiet()
    world.before_act = lambda key: None
    return operation


def test_an_operation_shows_its_state_account_and_conversation(operator, done, connection, lamp):
    shown = operator("GET", f"{LIST}/{done.pk}").json()["data"]
    assert (shown["kind"], shown["state"]) == ("lamps.make", "succeeded")
    assert shown["subject"] == {"type": "lamps.lamp", "id": str(lamp.id), "label": "Lamp"}
    assert shown["connection"] == {
        "id": str(connection.pk),
        "name": "Works",
        "kind": "lamps",
        "backend": "works",
    }
    assert shown["waiting_for"] == ""
    assert "params" not in shown
    assert "key-of-the-works" not in str(shown)


def test_operations_are_listed_and_filtered(operator, done, refused):
    assert operator("GET", LIST).json()["pagination"]["total"] == 2
    by_state = operator("GET", f"{LIST}?state=rejected").json()["data"]
    assert [row["id"] for row in by_state] == [str(refused.pk)]
    assert operator("GET", f"{LIST}?filter[state][in]=pending,unknown").json()["data"] == []


def test_a_refused_operation_is_started_anew(operator, refused):
    response = operator("POST", f"{LIST}/{refused.pk}/retry", {"reason": "mended"})
    assert response.status_code == 200
    shown = response.json()["data"]
    assert (shown["retry_of_id"], shown["state"]) == (str(refused.pk), "pending")
    assert AuditEntry.objects.filter(act__startswith="core.operation_").count() == 1


def test_what_is_done_cannot_be_retried_or_cancelled(operator, done):
    retried = operator("POST", f"{LIST}/{done.pk}/retry")
    cancelled = operator("POST", f"{LIST}/{done.pk}/cancel", {"reason": "x"})
    for response in (retried, cancelled):
        assert response.status_code == 409
        assert response.json()["error"]["code"] == "OPERATION_NOT_POSSIBLE"
    assert Operation.objects.count() == 1


def test_what_was_not_sent_can_be_cancelled_with_a_reason(operator, connection, lamp):
    operation = start(connection, lamp)
    assert operator("POST", f"{LIST}/{operation.pk}/cancel").status_code == 422
    response = operator("POST", f"{LIST}/{operation.pk}/cancel", {"reason": "changed my mind"})
    assert response.status_code == 200
    operation.refresh_from_db()
    assert operation.state == OperationState.CANCELLED


def test_other_tenants_and_people_without_the_permission_see_nothing(operator, done, other_tenant):
    assert Caller("reader")("GET", LIST).status_code == 403
    assert Caller("reader")("POST", f"{LIST}/{done.pk}/cancel", {"reason": "x"}).status_code == 403
    with tenant_context(other_tenant.pk):
        assert not Operation.objects.exists()
