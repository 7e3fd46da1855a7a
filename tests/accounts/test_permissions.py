"""The list of permissions, grants over it, and the seeded roles."""

import pytest

from accounts.models import Role
from accounts.rules.seeded_roles import SEEDED_ROLES
from accounts.selectors.principals import customer_permissions, role_permissions
from accounts.services.roles import tenant_roles_seed
from ispplatform.core import permissions
from ispplatform.core.models import Tenant
from ispplatform.core.permissions import (
    declare_permissions,
    declared_permissions,
    is_grant,
    permissions_of,
    permissions_seeded_for,
)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(permissions, "_declared", {})
    declare_permissions(
        ("invoices:read", "See invoices", "billing", "support"),
        ("invoices:void", "Void invoices", "billing"),
        ("domains:read", "See domains"),
        ("own_invoices:read", "See own invoices", "customer"),
    )


@pytest.mark.parametrize(
    ("grants", "meant"),
    [
        ([], set()),
        (["invoices:read"], {"invoices:read"}),
        (["invoices:*"], {"invoices:read", "invoices:void"}),
        (["*:read"], {"invoices:read", "domains:read", "own_invoices:read"}),
        (["*"], {"*"}),
        (["*", "invoices:read"], {"*"}),
        (["unicorns:*", "invoices"], set()),
    ],
)
def test_grants_mean_declared_permissions(
    registry: None, grants: list[str], meant: set[str]
) -> None:
    assert permissions_of(grants) == meant


@pytest.mark.parametrize(
    ("grant", "is_one"),
    [("*", True), ("invoices:*", True), ("*:void", True), ("unicorns:*", False), ("", False)],
)
def test_grant_means_something(registry: None, grant: str, is_one: bool) -> None:
    assert is_grant(grant) is is_one


def test_roles_are_seeded_with_what_apps_declare_for_them(registry: None) -> None:
    assert permissions_seeded_for("billing") == {"invoices:read", "invoices:void"}
    assert permissions_seeded_for("customer") == {"own_invoices:read"}


def test_same_declaration_twice_is_harmless_and_another_one_is_not(registry: None) -> None:
    declare_permissions(("invoices:void", "Void invoices", "billing"))
    with pytest.raises(ValueError, match="declared twice"):
        declare_permissions(("invoices:void", "Cancel invoices", "billing"))


@pytest.mark.parametrize("code", ["invoices", "Invoices:read", "invoices:", "a:b:c", "*:read"])
def test_malformed_codes_are_refused(registry: None, code: str) -> None:
    with pytest.raises(ValueError, match="not of the form"):
        declare_permissions((code, "Something"))


def test_every_declared_permission_has_a_sentence_and_known_roles() -> None:
    known = {role.code for role in SEEDED_ROLES}

    for permission in declared_permissions():
        assert permission.label[:1].isupper(), permission.code
        assert not permission.label.endswith("."), permission.code
        assert permission.roles <= known, permission.code


def test_no_permission_of_staff_reaches_customers() -> None:
    dangerous = {"users", "roles", "api_keys", "operations", "connections", "audit", "ledger"}

    assert not {code.partition(":")[0] for code in permissions_seeded_for("customer")} & dangerous


def test_seeding_twice_changes_nothing(tenant: Tenant) -> None:
    tenant_roles_seed(tenant)
    Role.objects.filter(code="support").update(name="Helpers", is_customised=True, grants=[])

    tenant_roles_seed(tenant)

    assert Role.objects.count() == len(SEEDED_ROLES)
    support = Role.objects.get(code="support")
    assert support.name == "Helpers"
    assert role_permissions(support) == frozenset()


def test_grants_of_a_portal_account_only_narrow(tenant: Tenant) -> None:
    tenant_roles_seed(tenant)
    everything = customer_permissions(["*"])

    assert customer_permissions(["own_profile:read"]) == {"own_profile:read"}
    assert customer_permissions(["users:read", "roles:*"]) == frozenset()
    assert customer_permissions(["own_profile:*"]) < everything
