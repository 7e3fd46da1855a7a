"""The door of the back office."""

import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.test import Client

from accounts.models import Membership, Role, Session
from accounts.selectors.mails import mail_secret
from accounts.selectors.principals import role_permissions
from accounts.services.second_factors import totp_activate, totp_begin
from ispplatform.core.actors import Actor
from ispplatform.core.clock import system_now
from ispplatform.core.ids import uuid7
from ispplatform.core.models import OutboxEvent, Tenant, TenantMode
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import acts, colleague, customer
from tests.factories.accounts import PASSWORD, MembershipFactory

LOG_IN = "/admin/login/"
FACTOR = "/admin/second-factor/"
NEXT_STEP = timedelta(seconds=30)


@pytest.fixture
def web() -> Client:
    return Client()


@pytest.fixture
def live(tenant: Tenant) -> Tenant:
    Tenant.objects.filter(pk=tenant.pk).update(mode=TenantMode.LIVE)
    tenant.refresh_from_db()
    return tenant


def _log_in(web: Client, membership: Membership, **extra: Any) -> Any:
    return web.post(LOG_IN, {"name": membership.user.email, "password": PASSWORD, **extra})


def _app_of(membership: Membership) -> pyotp.TOTP:
    """Give a colleague an authenticator app, as the set-up page does."""
    session_id = uuid7()
    app = pyotp.TOTP(totp_begin(user=membership.user, session_id=session_id).secret)
    totp_activate(
        actor=Actor.system("test"), user=membership.user, session_id=session_id, code=app.now()
    )
    return app


def test_sandbox_on_loopback_opens_without_a_second_factor(tenant: Tenant, web: Client) -> None:
    assert web.get("/admin/").status_code == 302

    answer = _log_in(web, colleague(tenant, "admin"), next="/admin/")

    assert answer["Location"] == "/admin/"
    assert web.get("/admin/").status_code == 200


def test_sandbox_that_others_can_reach_asks_for_it(
    tenant: Tenant, web: Client, settings: Any
) -> None:
    settings.BOUND_TO_LOOPBACK = False

    answer = _log_in(web, colleague(tenant, "admin"))

    assert answer["Location"].startswith(FACTOR)
    assert web.get("/admin/").status_code == 302


def test_live_company_makes_colleagues_set_one_up_first(live: Tenant, web: Client) -> None:
    membership = colleague(live, "admin")

    assert _log_in(web, membership)["Location"].startswith(FACTOR)
    assert web.get("/admin/").status_code == 302
    assert web.get("/api/v1/users").status_code == 401, "a half-open session opens no API"
    page = web.get(FACTOR).content.decode()
    assert "<svg" in page
    secret = re.search(r"<code class=\"mono\">([A-Z2-7]{32})</code>", page)[1]
    assert secret in web.get(FACTOR).content.decode(), "the same while it is being set up"

    wrong = web.post(FACTOR, {"code": "000000"})
    assert "This code is not correct." in wrong.content.decode()
    done = web.post(FACTOR, {"code": pyotp.TOTP(secret).now()})

    assert len(re.findall(r"<li>\d{8}</li>", done.content.decode())) == 10
    assert web.get("/admin/").status_code == 200
    assert "accounts.totp_activate" in acts()


def test_second_factor_is_asked_for_and_a_code_counts_once(live: Tenant, web: Client) -> None:
    membership = colleague(live, "admin")
    app = _app_of(membership)
    code = app.at(system_now() + NEXT_STEP)  # the present one switched the app on

    _log_in(web, membership)
    assert web.post(FACTOR, {"code": code, "next": "/admin/account/"})["Location"] == (
        "/admin/account/"
    )
    assert web.get("/admin/account/").status_code == 200

    second = Client()
    _log_in(second, membership)
    replayed = second.post(FACTOR, {"code": code})
    assert "This code is not correct." in replayed.content.decode()
    assert second.get("/admin/").status_code == 302


def test_recovery_code_opens_once(live: Tenant, web: Client) -> None:
    membership = colleague(live, "admin")
    session_id = uuid7()
    app = pyotp.TOTP(totp_begin(user=membership.user, session_id=session_id).secret)
    codes = totp_activate(
        actor=Actor.system("test"), user=membership.user, session_id=session_id, code=app.now()
    )

    _log_in(web, membership)
    assert web.post(FACTOR, {"code": codes[3]}).status_code == 302
    assert web.get("/admin/").status_code == 200
    other = Client()
    _log_in(other, membership)
    assert other.post(FACTOR, {"code": codes[3]}).status_code == 200
    assert other.get("/admin/").status_code == 302


def test_five_wrong_codes_lock_the_account(live: Tenant, web: Client, settings: Any) -> None:
    settings.API_LIMITS = {**settings.API_LIMITS, "auth": "100/minute"}
    membership = colleague(live, "admin")
    app = _app_of(membership)
    _log_in(web, membership)

    for _ in range(5):
        web.post(FACTOR, {"code": "000000"})
    locked = web.post(FACTOR, {"code": app.at(system_now() + NEXT_STEP)})

    assert "Too many failed log-ins." in locked.content.decode()
    assert web.get("/admin/").status_code == 302
    assert _log_in(Client(), membership).status_code == 423


def test_log_in_without_a_code_does_not_forget_failures_of_the_factor(
    live: Tenant, web: Client, settings: Any
) -> None:
    """Logging in again between wrong codes must not give endless tries."""
    settings.API_LIMITS = {**settings.API_LIMITS, "auth": "100/minute"}
    membership = colleague(live, "admin")
    _app_of(membership)

    for _ in range(5):
        _log_in(web, membership)
        web.post(FACTOR, {"code": "000000"})

    assert _log_in(web, membership).status_code == 423


def test_customer_and_colleague_in_one_browser_do_not_mix(tenant: Tenant, web: Client) -> None:
    account, membership = customer(tenant), colleague(tenant, "admin")
    web.post("/login", {"name": account.portal_id, "password": PASSWORD})
    assert web.get("/admin/").status_code == 302, "a customer is no colleague"

    _log_in(web, membership)
    assert web.get("/admin/").status_code == 200
    assert account.portal_id in web.get("/account").content.decode()
    web.post("/admin/logout/")

    assert web.get("/admin/").status_code == 302
    assert web.get("/account").status_code == 200


def test_colleague_goes_to_another_company_they_work_for(
    tenant: Tenant, other_tenant: Tenant, web: Client
) -> None:
    membership = colleague(tenant, "admin")
    with tenant_context(other_tenant.pk):
        MembershipFactory(user=membership.user)
    _log_in(web, membership)
    assert "Rival Networks" in web.get("/admin/account/").content.decode()

    web.post("/admin/account/", {"act": "switch", "company": str(other_tenant.pk)})

    page = web.get("/admin/account/")
    assert page.context["present_tenant_id"] == other_tenant.pk
    assert Session.objects.get().end_reason == "Went to another company."
    with tenant_context(other_tenant.pk):
        assert Session.objects.get().ended_at is None


def test_colleague_cannot_go_to_a_company_they_do_not_work_for(
    tenant: Tenant, other_tenant: Tenant, web: Client
) -> None:
    _log_in(web, colleague(tenant, "admin"))

    for company in (str(other_tenant.pk), "x", ""):
        web.post("/admin/account/", {"act": "switch", "company": company})

    assert web.get("/admin/account/").context["present_tenant_id"] == tenant.pk
    with tenant_context(other_tenant.pk):
        assert not Session.objects.exists()


def test_removed_role_closes_the_page_at_once(tenant: Tenant, web: Client) -> None:
    membership = colleague(tenant, "admin")
    _log_in(web, membership)
    assert web.get("/admin/accounts/role/").status_code == 200

    membership.held_roles.all().delete()

    assert web.get("/admin/accounts/role/").status_code == 403


def test_staff_password_link_leads_to_the_staff_door(tenant: Tenant, web: Client) -> None:
    membership = colleague(tenant, "support")

    web.post("/admin/forgot-password/", {"name": membership.user.email})
    event = OutboxEvent.objects.get(name="accounts.password_reset_requested")
    path = mail_secret(event.payload).link.removeprefix(tenant.base_url)
    done = web.post(
        path, {"new_password": "Grey-Kettle-91-Orchard", "repeated": "Grey-Kettle-91-Orchard"}
    )

    assert done["Location"] == LOG_IN


def test_djangos_own_password_form_is_not_reachable(tenant: Tenant, web: Client) -> None:
    _log_in(web, colleague(tenant, "admin"))

    assert web.get("/admin/password_change/")["Location"] == "/admin/account/"


@pytest.mark.parametrize(
    "path",
    [
        "/admin/accounts/membership/",
        "/admin/accounts/role/",
        "/admin/accounts/portalaccount/",
        "/admin/accounts/apikey/",
        "/admin/accounts/membershiprole/",
        "/admin/colleagues/new/",
        "/admin/roles/new/",
        "/admin/api-keys/new/",
        "/admin/account/",
    ],
)
def test_pages_of_the_back_office_open_for_the_administrator(
    tenant: Tenant, web: Client, path: str
) -> None:
    membership = colleague(tenant, "admin", "support")
    customer(tenant)
    _log_in(web, membership)

    assert web.get(path).status_code == 200


@pytest.mark.parametrize(
    ("code", "offered", "not_offered"),
    [
        ("support", "Make and change roles (roles:manage)", "(own_profile:read)"),
        ("customer", "See the own profile (own_profile:read)", "(roles:manage)"),
    ],
)
def test_role_is_offered_what_its_kind_may_hold(
    tenant: Tenant, web: Client, code: str, offered: str, not_offered: str
) -> None:
    _log_in(web, colleague(tenant, "admin"))
    role = Role.objects.get(code=code)
    path = f"/admin/accounts/role/{role.pk}/act/grants/"

    page = web.get(path).content.decode()
    assert offered in page
    assert not_offered not in page
    allowed = sorted(role_permissions(role))
    web.post(path, {"permissions": allowed[:1]})

    role.refresh_from_db()
    assert role.grants == allowed[:1]


def test_new_colleague_is_made_in_the_back_office(tenant: Tenant, web: Client) -> None:
    _log_in(web, colleague(tenant, "admin"))
    values = {"email": "kim@mail.example", "first_name": "Kim", "roles": ["support"]}

    made = web.post("/admin/colleagues/new/", values)
    again = web.post("/admin/colleagues/new/", values)

    membership = Membership.objects.get(user__email="kim@mail.example")
    assert made["Location"] == f"/admin/accounts/membership/{membership.pk}/change/"
    assert [role.code for role in membership.roles.all()] == ["support"]
    assert "This person works here already." in again.content.decode()


def test_colleague_is_suspended_unlocked_and_logged_out_by_buttons(
    tenant: Tenant, web: Client
) -> None:
    _log_in(web, colleague(tenant, "admin"))
    them = colleague(tenant, "support")
    other = Client()
    for _ in range(5):
        other.post(LOG_IN, {"name": them.user.email, "password": "wrong"})
    assert _log_in(other, them).status_code == 423
    base = f"/admin/accounts/membership/{them.pk}/act"

    web.post(f"{base}/unlock/")
    assert _log_in(other, them).status_code == 302
    web.post(f"{base}/end/")
    assert other.get("/admin/account/").status_code == 302
    web.post(f"{base}/suspend/", {"reason": "left"})

    them.refresh_from_db()
    assert them.status == "suspended"
    assert _log_in(other, them).status_code == 401
    assert "accounts.account_unlock" in acts()
