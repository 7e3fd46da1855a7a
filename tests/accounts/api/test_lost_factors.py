"""Lost second factors and guarded log-ins over the staff API."""

from accounts.choices import GuardReason
from accounts.models import FactorReset
from accounts.selectors.second_factors import is_protected
from accounts.services.guards import guard_begin
from ispplatform.core.actors import Actor
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import colleague, customer, staff_program
from tests.accounts.services.test_factor_resets import protected

CHECK = {"identity_check": "video", "note": "showed the card"}


def test_customers_factor_waits_and_is_stopped(tenant: Tenant) -> None:
    support, _ = staff_program(tenant, "support")
    account = customer(tenant)
    path = f"users/{account.user_id}/2fa/resets"
    assert support("post", path, CHECK).json()["error"]["code"] == "TWO_FACTOR_MISSING"
    protected(account.user)

    refused = support("post", path, {"identity_check": "felt right", "note": "x"})
    made = support("post", path, CHECK)
    again = support("post", path, CHECK)
    stopped = support("post", f"{path}/stop", {"note": "it was not them"})
    listed = support("get", path)

    assert (refused.status_code, made.status_code, again.status_code) == (422, 200, 409)
    assert made.json()["data"][0]["status"] == "waiting"
    assert again.json()["error"]["code"] == "FACTOR_RESET_WAITING"
    assert stopped.json()["data"][0]["stop_note"] == "it was not them"
    assert [row["status"] for row in listed.json()["data"]] == ["stopped"]
    assert is_protected(account.user)


def test_colleagues_factor_goes_at_once_and_only_by_an_equal(tenant: Tenant) -> None:
    admin, _ = staff_program(tenant, "admin")
    helped = colleague(tenant, "admin")
    support, _ = staff_program(tenant, "support")
    protected(helped.user)
    path = f"users/{helped.user_id}/2fa/resets"

    assert support("post", path, CHECK).status_code == 403
    assert is_protected(helped.user)
    done = admin("post", path, CHECK)

    assert (done.status_code, done.json()["data"]) == (200, [])
    assert not is_protected(helped.user)
    assert not FactorReset.objects.exists()


def test_guard_is_read_and_lifted(tenant: Tenant) -> None:
    support, _ = staff_program(tenant, "support")
    account = customer(tenant)
    path = f"users/{account.user_id}/guards"
    guard_begin(actor=Actor.system("test"), user=account.user, reason=GuardReason.EMAIL_CHANGE)

    assert [row["reason"] for row in support("get", path).json()["data"]] == ["email_change"]
    assert support("post", f"{path}/lift", {}).status_code == 422
    assert support("post", f"{path}/lift", CHECK).json()["data"] == {"lifted": 1}
    assert support("get", path).json()["data"] == []
    billing, _ = staff_program(tenant, "billing")
    assert billing("post", f"{path}/lift", CHECK).status_code == 403


def test_person_of_another_company_is_unknown(tenant: Tenant, other_tenant: Tenant) -> None:
    admin, _ = staff_program(tenant, "admin")

    with tenant_context(other_tenant.pk):
        account = customer(other_tenant)
        protected(account.user)

    answers = [
        admin("post", f"users/{account.user_id}/2fa/resets", CHECK),
        admin("post", f"users/{account.user_id}/2fa/resets/stop", {"note": "x"}),
        admin("post", f"users/{account.user_id}/guards/lift", CHECK),
        admin("get", f"users/{account.user_id}/guards"),
    ]

    assert {answer.status_code for answer in answers} == {404}
