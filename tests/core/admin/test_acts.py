"""Acts: each calls a service, shows its refusal, and is open only to those who may."""

import pytest
from django.test import Client
from django.urls import reverse

from ispplatform.core.models import AuditEntry, Operation, OperationState, Tenant
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from tests.core.operations.conftest import start
from tests.core.operations.counterpart import refuses, times_out
from tests.pages.staff import staff_client


def act_url(row: Operation, name: str) -> str:
    return reverse("admin:core_operation_act", args=[row.pk, name])


def page_url(row: Operation) -> str:
    return reverse("admin:core_operation_change", args=[row.pk])


@pytest.fixture
def waiting(connection, lamp) -> Operation:
    return start(connection, lamp)


@pytest.fixture
def refused(waiting, world) -> Operation:
    world.before_act = refuses
    run_until_quiet()
    world.before_act = lambda key: None
    waiting.refresh_from_db()
    return waiting


@pytest.fixture
def stuck(connection, lamp, world) -> Operation:
    """A fax of which nobody knows whether it arrived."""
    world.after_act = times_out
    row = start(connection, lamp, kind="lamps.fax")
    run_until_quiet()
    world.after_act = lambda key: None
    row.refresh_from_db()
    return row


def test_the_page_of_a_row_offers_what_can_be_done_now(admin_desk: Client, refused) -> None:
    page = admin_desk.get(page_url(refused)).content.decode()
    assert act_url(refused, "retry") in page
    assert act_url(refused, "dismiss") in page
    assert act_url(refused, "cancel") not in page


def test_the_page_tells_the_whole_course_with_what_was_said(admin_desk: Client, stuck) -> None:
    page = admin_desk.get(page_url(stuck)).content.decode()
    assert "Started by tests" in page
    assert "make" in page
    assert "key-of-the-works" not in page


def test_retrying_starts_anew(admin_desk: Client, refused, world) -> None:
    answer = admin_desk.post(act_url(refused, "retry"), {"reason": ""}, follow=True)
    assert "It is being tried again." in answer.content.decode()
    run_until_quiet()
    assert world.effects.total() == 1


def test_looking_at_the_form_of_an_act_does_nothing(admin_desk: Client, refused) -> None:
    answer = admin_desk.get(act_url(refused, "retry"))
    assert answer.status_code == 200
    assert Operation.objects.filter(kind__startswith="lamps.").count() == 1


def test_a_refusal_is_shown_beside_the_form_that_keeps_what_was_typed(
    admin_desk: Client, stuck
) -> None:
    answer = admin_desk.post(act_url(stuck, "retry"), {"reason": "I think so"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Look at the provider first: it may have taken place." in page
    assert "I think so" in page
    stuck.refresh_from_db()
    assert stuck.state == OperationState.NEEDS_PERSON


def test_a_form_without_a_reason_calls_no_service(admin_desk: Client, waiting) -> None:
    answer = admin_desk.post(act_url(waiting, "cancel"), {"reason": ""})
    assert "This field is required." in answer.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == OperationState.PENDING


def test_cancelling_settling_and_dismissing_call_their_services(
    admin_desk: Client, waiting, connection, lamp, world
) -> None:
    admin_desk.post(act_url(waiting, "cancel"), {"reason": "ordered twice"})
    waiting.refresh_from_db()
    assert waiting.state == OperationState.CANCELLED

    world.before_act = refuses
    second = start(connection, lamp, "k2")
    run_until_quiet()
    admin_desk.post(act_url(second, "dismiss"), {"reason": "done by telephone"})
    assert AuditEntry.objects.get(act="core.operation_dismiss").reason == "done by telephone"


def test_a_stuck_one_is_settled_by_hand(admin_desk: Client, stuck) -> None:
    admin_desk.post(
        act_url(stuck, "take_over"),
        {"succeeded": "yes", "reference": "F-7", "reason": "They have it on paper."},
    )
    stuck.refresh_from_db()
    assert stuck.state == OperationState.SUCCEEDED
    assert stuck.provider_reference == "F-7"


def test_who_may_only_look_sees_no_button_and_is_refused(tenant: Tenant, refused) -> None:
    sales_desk = staff_client(tenant, "sales")
    page = sales_desk.get(page_url(refused))
    assert page.status_code == 200
    assert act_url(refused, "retry") not in page.content.decode()
    assert sales_desk.post(act_url(refused, "retry"), {"reason": ""}).status_code == 403
    assert Operation.objects.filter(kind__startswith="lamps.").count() == 1


def test_who_may_not_look_sees_nothing(editor_desk: Client, refused) -> None:
    assert editor_desk.get(page_url(refused)).status_code == 403
    assert editor_desk.get(reverse("admin:core_operation_changelist")).status_code == 403
    assert editor_desk.get(act_url(refused, "retry")).status_code == 403


def test_an_act_that_does_not_apply_any_more_leads_back_and_does_nothing(
    admin_desk: Client, refused
) -> None:
    assert admin_desk.get(act_url(refused, "cancel")).status_code == 404
    answer = admin_desk.post(act_url(refused, "cancel"), {"reason": "late"}, follow=True)
    assert answer.redirect_chain == [(page_url(refused), 302)]
    assert "It was done before, or is no longer possible." in answer.content.decode()
    refused.refresh_from_db()
    assert refused.state == OperationState.REJECTED


@pytest.mark.parametrize("name", ["no_such_act", "retry"])
def test_rows_of_another_company_are_not_there(refused, other_tenant: Tenant, name: str) -> None:
    with tenant_context(other_tenant.pk):
        stranger = staff_client(other_tenant, "admin")
    assert stranger.post(act_url(refused, name), {"reason": ""}).status_code == 404
    assert Operation.objects.filter(kind__startswith="lamps.").count() == 1


def test_an_act_needs_the_token_of_the_form(tenant: Tenant, refused) -> None:
    desk = staff_client(tenant, "admin")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = desk.cookies
    answer = strict.post(act_url(refused, "retry"), {"reason": ""})
    assert answer.status_code == 403
    assert "The form had grown too old" in answer.content.decode()
    assert Operation.objects.filter(kind__startswith="lamps.").count() == 1


def test_the_history_of_a_row_is_the_audit_trail(admin_desk: Client, waiting) -> None:
    admin_desk.post(act_url(waiting, "cancel"), {"reason": "ordered twice"})
    page = admin_desk.get(reverse("admin:core_operation_history", args=[waiting.pk]))
    assert "core.operation_cancel" in page.content.decode()
    assert "ordered twice" in page.content.decode()


def test_nobody_changes_adds_or_deletes_rows_by_djangos_own_forms(
    admin_desk: Client, waiting
) -> None:
    assert admin_desk.post(page_url(waiting), {"state": "succeeded"}).status_code == 403
    assert admin_desk.get(reverse("admin:core_operation_add")).status_code == 403
    delete = reverse("admin:core_operation_delete", args=[waiting.pk])
    assert admin_desk.post(delete, {"post": "yes"}).status_code == 403
    waiting.refresh_from_db()
    assert waiting.state == OperationState.PENDING
