"""Integrations: two people answer for each, keys belong to them, and they end in one act."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine

from accounts.choices import MembershipStatus
from accounts.models import ApiKey, Integration, Membership
from accounts.services.integrations import PEOPLE, integration_create, integrations_check
from accounts.services.users import membership_set_status
from accounts.tasks import watch_machines
from accounts.tokens.encoding import text_digest
from ispplatform.core.actors import Actor
from ispplatform.core.clock import system_now
from ispplatform.core.models import AttentionItem, OutboxEvent, Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import Program, acts, colleague, staff_program
from tests.factories.accounts import ApiKeyFactory, IntegrationFactory

SYSTEM = Actor.system("tests")


def _make(call: Program, **body: Any) -> Any:
    return call("POST", "integrations", {"name": "Bookkeeping", **body})


def _two(tenant: Tenant) -> tuple[Membership, Membership]:
    return colleague(tenant, "support"), colleague(tenant, "billing")


def _open_items() -> list[str]:
    rows = AttentionItem.objects.filter(kind=PEOPLE, resolved_at=None).order_by("opened_at")
    return list(rows.values_list("sentence", flat=True))


def test_integration_is_made_changed_and_shown_with_its_keys(tenant: Tenant) -> None:
    call, me = staff_program(tenant, "admin")
    first, second = _two(tenant)

    made = _make(call, responsible_id=str(first.user_id), deputy_id=str(second.user_id))

    assert made.status_code == 201, made.json()
    data = made.json()["data"]
    assert (data["responsible"], data["deputy"]) == (first.user.email, second.user.email)
    named = {"name": "sync", "scopes": ["users:read"], "integration_id": data["id"]}
    assert call("POST", "api-keys", named).status_code == 201
    changed = call("PATCH", f"integrations/{data['id']}", {"deputy_id": str(me.user_id)})
    assert changed.json()["data"]["deputy"] == me.user.email
    shown = call("GET", f"integrations/{data['id']}").json()["data"]
    assert [key["name"] for key in shown["api_keys"]] == ["sync"]
    assert _open_items() == []
    assert acts()[-3:] == [
        "accounts.integration_create",
        "accounts.api_key_create",
        "accounts.integration_update",
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"deputy_id": None}, "deputy_id"),
        ({"deputy_id": "same"}, "deputy_id"),
        ({"deputy_id": "suspended"}, "deputy_id"),
        ({"responsible_id": "suspended"}, "responsible_id"),
        ({"responsible_id": "foreign"}, "responsible_id"),
        ({"name": "   "}, "name"),
    ],
)
def test_integrations_that_two_people_cannot_answer_for_are_not_made(
    tenant: Tenant, change: dict[str, Any], field: str
) -> None:
    call, _me = staff_program(tenant, "admin")
    first, second = _two(tenant)
    gone = colleague(tenant, "sales")
    membership_set_status(actor=SYSTEM, membership=gone, status=MembershipStatus.SUSPENDED)
    people = {
        "same": str(first.user_id),
        "suspended": str(gone.user_id),
        "foreign": str(UUID(int=7)),
    }
    body = {"responsible_id": str(first.user_id), "deputy_id": str(second.user_id)}

    wrong = {name: people.get(str(value), value) for name, value in change.items()}

    answer = _make(call, **{**body, **wrong})

    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["field"] == field
    assert not Integration.objects.exists()


def test_living_integrations_have_names_of_their_own(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    row = IntegrationFactory(name="Bookkeeping")
    body = {"responsible_id": str(row.responsible_id), "deputy_id": str(row.deputy_id)}

    assert _make(call, **body).status_code == 409
    assert call("POST", f"integrations/{row.pk}/end", {}).status_code == 200
    assert _make(call, **body).status_code == 201


def test_who_works_alone_may_begin_and_is_asked_for_a_second_person(tenant: Tenant) -> None:
    alone = colleague(tenant, "admin")

    row = integration_create(actor=SYSTEM, name="Sync", responsible_id=alone.user_id)

    assert _open_items() == [
        "The integration Sync needs two people. A second person who answers for it is not named."
    ]
    call, _me = staff_program(tenant, "admin")
    second = colleague(tenant, "support")
    call("PATCH", f"integrations/{row.pk}", {"deputy_id": str(second.user_id)})
    assert _open_items() == []


def test_one_of_the_two_who_leaves_is_surfaced_until_they_are_back(tenant: Tenant) -> None:
    first, second = _two(tenant)
    integration_create(
        actor=SYSTEM, name="Sync", responsible_id=first.user_id, deputy_id=second.user_id
    )
    colleague(tenant, "admin")

    membership_set_status(actor=SYSTEM, membership=second, status=MembershipStatus.SUSPENDED)

    assert _open_items() == [
        f"The integration Sync needs two people. {second.user.email} has no access any more."
    ]
    membership_set_status(actor=SYSTEM, membership=second, status=MembershipStatus.ACTIVE)
    assert _open_items() == []


def test_a_person_whom_the_operator_locks_out_is_found_by_the_hourly_look(tenant: Tenant) -> None:
    row = IntegrationFactory(name="Sync")
    row.deputy.is_active = False
    row.deputy.save(update_fields=["is_active"])
    assert _open_items() == []

    assert integrations_check() == 1

    assert len(_open_items()) == 1


def test_ending_an_integration_ends_all_its_keys_in_one_act(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    row = IntegrationFactory()
    named = {"name": "a", "scopes": ["users:read"], "integration_id": str(row.pk)}
    texts = [call("POST", "api-keys", named).json()["data"]["key"] for _ in range(2)]
    other = call(
        "POST", "api-keys", {**named, "integration_id": str(IntegrationFactory().pk)}
    ).json()["data"]["key"]

    answer = call("POST", f"integrations/{row.pk}/end", {"reason": "contract over"})

    assert answer.status_code == 200
    assert answer.json()["data"]["ended_at"] is not None
    assert [Program(text)("GET", "users").status_code for text in (*texts, other)] == [
        401,
        401,
        200,
    ]
    assert acts().count("accounts.api_key_revoke") == 2
    assert acts()[-2:] == ["accounts.integration_end", "accounts.credential_refused"]
    refused = call("POST", "api-keys", named)
    assert refused.json()["error"]["code"] == "INTEGRATION_ENDED"
    assert ApiKey.objects.filter(integration=row).count() == 2


def test_integration_of_another_company_holds_no_key_of_ours(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    with tenant_context(other_tenant.pk):
        foreign = IntegrationFactory()
    call, _me = staff_program(tenant, "admin")

    named = {"name": "a", "scopes": ["users:read"], "integration_id": str(foreign.pk)}

    assert call("POST", "api-keys", named).status_code == 422
    assert call("GET", f"integrations/{foreign.pk}").status_code == 404
    assert not ApiKey.objects.exists()


def test_key_that_ends_within_two_weeks_is_told_once_unless_it_was_rotated(
    tenant: Tenant,
) -> None:
    now = system_now()
    soon = ApiKeyFactory(expires_at=now + timedelta(days=13))
    ApiKeyFactory(expires_at=now + timedelta(days=15))
    ApiKeyFactory(expires_at=None)
    rotated = ApiKeyFactory(expires_at=now + timedelta(days=2))
    ApiKeyFactory(rotated_from=rotated)

    watch_machines()
    watch_machines()

    told = OutboxEvent.objects.filter(name="accounts.api_key_expiring")
    assert [row.payload["api_key_id"] for row in told] == [str(soon.pk)]


@pytest.mark.parametrize(
    ("networks", "address", "status"),
    [
        (["2001:db8::/32"], "2001:db8::5", 200),
        (["2001:db8::/32"], "2001:db9::5", 403),
        (["192.0.2.0/24"], "::ffff:192.0.2.9", 200),
        (["192.0.2.0/24"], "::ffff:198.51.100.9", 403),
        (["192.0.2.7", "2001:db8::/32"], "192.0.2.7", 200),
        (["192.0.2.7", "2001:db8::/32"], "192.0.2.8", 403),
    ],
)
def test_networks_hold_for_both_families_of_addresses(
    tenant: Tenant, networks: list[str], address: str, status: int
) -> None:
    call, _me = staff_program(tenant, "admin")
    named = {
        "name": "a",
        "scopes": ["users:read"],
        "networks": networks,
        "integration_id": str(IntegrationFactory().pk),
    }
    key = call("POST", "api-keys", named).json()["data"]["key"]

    answer = Program(key)("GET", "users", REMOTE_ADDR=address)

    assert answer.status_code == status
    row = ApiKey.objects.get(digest=text_digest(key))
    assert (row.last_used_at is not None) is (status == 200)


def test_key_tells_when_it_was_last_used_and_from_where(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    named = {"name": "a", "scopes": ["users:read"], "integration_id": str(IntegrationFactory().pk)}
    made = call("POST", "api-keys", named).json()["data"]

    with time_machine.travel("2027-03-01 09:00:00+00:00", tick=False):
        Program(made["key"])("GET", "users", REMOTE_ADDR="2001:db8::9")

    shown = call("GET", f"api-keys/{made['id']}").json()["data"]
    assert shown["last_used_at"] == "2027-03-01T09:00:00Z"
    assert shown["last_used_address"] == "2001:db8::9"
