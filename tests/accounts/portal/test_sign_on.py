"""Coming in by an identity provider: the whole way, whom it lets in, and what it costs."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.choices import MembershipStatus
from accounts.models import IdentityLink, Membership, Session, SignOnRequest, User
from accounts.workflows.sweeps import sweep_old_rows
from ispplatform.core.clock import system_now
from ispplatform.core.models import AuditEntry, AuditValues, OutboxEvent, Tenant, TenantMode
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.fake_openid import FakeOpenId
from tests.accounts.people import acts, customer
from tests.accounts.portal.test_staff_pages import _app_of
from tests.accounts.sign_on import (
    DOMAIN,
    SECRET,
    back_from,
    browser,
    comes_back,
    goes,
    is_in,
    person,
    provider_of,
    reasons,
    refused,
    sent_to,
    worker,
)


@pytest.fixture
def live(tenant: Tenant) -> Tenant:
    Tenant.objects.filter(pk=tenant.pk).update(mode=TenantMode.LIVE)
    tenant.refresh_from_db()
    return tenant


def _page_of(web: Any) -> str:
    return str(web.get("/admin/login/?next=/admin/account/").content.decode())


def test_colleague_comes_in_by_the_button_and_is_known_from_then_on(
    tenant: Tenant, openid: FakeOpenId
) -> None:
    provider, membership, web = provider_of(openid, tenant), worker(tenant, "support"), browser()
    openid.person = person()
    assert "Log in with Harbour ID" in _page_of(web)
    assert f"/admin/sign-on/{provider.pk}/?next=%2Fadmin%2Faccount%2F" in _page_of(web)

    answer = goes(web, provider, "/admin/account/")

    assert (answer.status_code, answer["Location"]) == (302, "/admin/account/")
    assert is_in(web)
    link = IdentityLink.objects.get()
    assert (link.membership_id, link.subject, link.issuer) == (
        membership.pk,
        "4711",
        openid.issuer,
    )
    session = Session.objects.get()
    assert (session.membership_id, session.identity_link_id) == (membership.pk, link.pk)
    assert (session.channel, session.is_factor_required) == ("browser", True)
    assert acts() == ["accounts.identity_link", "accounts.log_in"]
    noted = AuditEntry.objects.get(act="accounts.log_in")
    assert noted.values.actor_label == membership.user.email
    assert noted.values.after["identity_provider"] == "Harbour ID"
    mails = OutboxEvent.objects.filter(name="accounts.identity_link_changed")
    assert [one.payload["change"] for one in mails] == ["linked"]
    assert openid.calls == ["/.well-known/openid-configuration", "/authorize", "/token", "/keys"]


def test_identity_counts_afterwards_and_the_address_no_longer_matters(
    tenant: Tenant, openid: FakeOpenId
) -> None:
    provider, membership, web = provider_of(openid, tenant), worker(tenant, "support"), browser()
    openid.person = person()
    goes(browser(), provider)
    openid.person = person(email="robin.new@elsewhere.example", email_verified=False)

    assert goes(web, provider).status_code == 302

    assert is_in(web)
    assert IdentityLink.objects.count() == 1
    assert Session.objects.filter(membership=membership).count() == 2
    assert acts().count("accounts.identity_link") == 1


def test_way_back_costs_no_more_than_a_page(tenant: Tenant, openid: FakeOpenId) -> None:
    provider, _membership, web = provider_of(openid, tenant), worker(tenant, "support"), browser()
    openid.person = person()
    goes(browser(), provider)
    back = back_from(sent_to(web, provider))

    with CaptureQueriesContext(connection) as asked:
        comes_back(web, back)

    said = [one["sql"] for one in asked.captured_queries]
    statements = [sql for sql in said if not sql.startswith(("SAVEPOINT", "RELEASE", "SELECT set"))]
    assert len(statements) <= 25, "\n".join(statements)


@pytest.mark.parametrize("key_kind", ["RSA", "EC"])
def test_both_kinds_of_keys_and_new_ones_are_believed(
    tenant: Tenant, openid: FakeOpenId, key_kind: str
) -> None:
    provider, _membership = provider_of(openid, tenant), worker(tenant, "support")
    openid.person = person()
    openid.key_kind = key_kind
    openid.rotate()
    assert goes(browser(), provider).status_code == 302
    openid.calls.clear()
    openid.rotate()

    assert goes(browser(), provider).status_code == 302

    assert openid.calls.count("/keys") == 1, "what is kept is read anew for a new key, once"
    assert "/.well-known/openid-configuration" not in openid.calls


def test_secret_goes_in_the_form_where_the_provider_wants_it_there(
    tenant: Tenant, openid: FakeOpenId
) -> None:
    openid.lies.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    provider, _membership, web = provider_of(openid, tenant), worker(tenant, "support"), browser()
    openid.person = person()

    assert goes(web, provider).status_code == 302
    assert is_in(web)


def test_provider_may_tell_of_the_person_beside_the_token(
    tenant: Tenant, openid: FakeOpenId
) -> None:
    provider, _membership, web = provider_of(openid, tenant), worker(tenant, "support"), browser()
    openid.person, openid.lean_tokens = person(), True

    assert goes(web, provider).status_code == 302
    assert openid.calls[-1] == "/person"


def test_provider_that_tells_of_somebody_else_is_refused(
    tenant: Tenant, openid: FakeOpenId
) -> None:
    provider, _membership, web = provider_of(openid, tenant), worker(tenant, "support"), browser()
    openid.person, openid.lean_tokens = person(), True
    openid.lies.userinfo = {"sub": "another"}

    refused(web, goes(web, provider), "userinfo_sub")


# ------------------------------------------------------------------------------ second factors


def test_our_second_factor_is_asked_for_as_well(live: Tenant, openid: FakeOpenId) -> None:
    provider, membership, web = provider_of(openid, live), worker(live, "support"), browser()
    app = _app_of(membership)
    openid.person = person(amr=["pwd", "otp", "mfa"])

    answer = goes(web, provider, "/admin/account/")

    assert answer["Location"] == "/admin/second-factor/?next=%2Fadmin%2Faccount%2F"
    assert not is_in(web)
    code = app.at(system_now() + timedelta(seconds=30))
    shown = web.post("/admin/second-factor/", {"code": code, "next": "/admin/account/"})
    assert shown["Location"] == "/admin/account/"
    assert is_in(web)


@pytest.mark.parametrize(
    ("claims", "levels", "opens"),
    [
        ({"amr": ["pwd", "mfa"]}, [], True),
        ({"amr": ["pwd"]}, [], False),
        ({"amr": ["pwd", "otp"]}, [], False),
        ({"amr": "mfa"}, [], False),
        ({"acr": "phr"}, ["phr"], True),
        ({"acr": "phr"}, [], False),
        ({"acr": "1"}, ["phr"], False),
        ({}, ["phr"], False),
    ],
)
def test_second_factor_of_the_provider_counts_where_it_says_so(
    live: Tenant, openid: FakeOpenId, claims: dict[str, Any], levels: list[str], opens: bool
) -> None:
    provider = provider_of(openid, live, is_factor_trusted=True, factor_acr_values=levels)
    membership, web = worker(live, "support"), browser()
    _app_of(membership)
    openid.person = person(**claims)
    assert ("acr_values=phr" in sent_to(web, provider)) is bool(levels)

    answer = goes(web, provider)

    assert answer["Location"].startswith("/admin/second-factor/") is not opens
    assert is_in(web) is opens
    assert (Session.objects.get().factor_verified_at is not None) is opens


# ------------------------------------------------------------------------------- who is let in


def test_nobody_is_made_a_colleague(tenant: Tenant, openid: FakeOpenId) -> None:
    provider, web = provider_of(openid, tenant), browser()
    openid.person = person(email=f"stranger@{DOMAIN}")

    shown = refused(web, goes(web, provider), "no_colleague")

    assert "Harbour ID does not make it" in shown
    assert not Membership.objects.exists()
    assert not User.objects.exists()


def test_log_in_of_a_customer_is_nobodys_here(tenant: Tenant, openid: FakeOpenId) -> None:
    provider, account, web = provider_of(openid, tenant), customer(tenant), browser()
    User.objects.filter(pk=account.user_id).update(email=f"robin@{DOMAIN}")
    openid.person = person()

    refused(web, goes(web, provider), "no_colleague")


def test_colleague_of_another_company_is_nobodys_here(
    tenant: Tenant, other_tenant: Tenant, openid: FakeOpenId
) -> None:
    provider, web = provider_of(openid, tenant), browser()
    with tenant_context(other_tenant.pk):
        worker(other_tenant, "admin")
    openid.person = person()

    refused(web, goes(web, provider), "no_colleague")


@pytest.mark.parametrize("status", [MembershipStatus.SUSPENDED, MembershipStatus.ENDED])
def test_shut_out_colleague_stays_outside_before_and_after_linking(
    tenant: Tenant, openid: FakeOpenId, status: MembershipStatus
) -> None:
    provider, membership, web = provider_of(openid, tenant), worker(tenant, "support"), browser()
    Membership.objects.update(status=status)
    openid.person = person()
    refused(web, goes(web, provider), "suspended")
    assert not IdentityLink.objects.exists()

    IdentityLink.objects.create(
        provider=provider,
        membership=membership,
        issuer=openid.issuer,
        subject="4711",
        email=membership.user.email,
    )

    shown = refused(web, goes(web, provider), "suspended")
    assert "Your access here is suspended" in shown


def test_closed_person_stays_outside(tenant: Tenant, openid: FakeOpenId) -> None:
    provider, _membership, web = provider_of(openid, tenant), worker(tenant, "support"), browser()
    User.objects.update(is_active=False)
    openid.person = person()

    refused(web, goes(web, provider), "suspended")


def test_operator_of_the_installation_is_never_let_in(tenant: Tenant, openid: FakeOpenId) -> None:
    """Else whoever owns one company would own all of them."""
    provider, membership, web = provider_of(openid, tenant), worker(tenant, "admin"), browser()
    User.objects.filter(pk=membership.user_id).update(is_superuser=True)
    openid.person = person()

    refused(web, goes(web, provider), "operator")


def test_second_person_with_the_address_of_a_linked_colleague_is_refused(
    tenant: Tenant, openid: FakeOpenId
) -> None:
    provider, _membership = provider_of(openid, tenant), worker(tenant, "support")
    openid.person = person()
    goes(browser(), provider)
    Session.objects.all().delete()
    openid.person, web = person(sub="another"), browser()

    refused(web, goes(web, provider), "linked_to_other")


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"email_verified": False}, "email_not_verified"),
        ({"email_verified": "true"}, "email_not_verified"),
        ({"email_verified": None}, "email_not_verified"),
        ({"email": "robin@elsewhere.example"}, "email_domain"),
        ({"email": f"robin@sub.{DOMAIN}"}, "email_domain"),
        ({"email": f"robin@{DOMAIN}.evil.example"}, "email_domain"),
        ({"email": ""}, "email_missing"),
        ({"email": ["robin"]}, "email_missing"),
        ({"email": f"\u017fam@{DOMAIN}"}, "no_colleague"),
    ],
)
def test_address_that_proves_nothing_finds_nobody(
    tenant: Tenant, openid: FakeOpenId, claims: dict[str, Any], reason: str
) -> None:
    provider, web = provider_of(openid, tenant), browser()
    worker(tenant, "support")
    worker(tenant, "support", email=f"sam@{DOMAIN}")
    openid.person = {k: v for k, v in person(**claims).items() if v is not None}

    refused(web, goes(web, provider), reason)
    assert not IdentityLink.objects.exists()


def test_address_is_compared_without_regard_to_capitals(tenant: Tenant, openid: FakeOpenId) -> None:
    provider, _membership, web = provider_of(openid, tenant), worker(tenant, "support"), browser()
    openid.person = person(email=f"Robin@{DOMAIN.upper()}")

    assert goes(web, provider).status_code == 302


def test_locked_person_waits_at_this_door_too(tenant: Tenant, openid: FakeOpenId) -> None:
    provider, membership, web = provider_of(openid, tenant), worker(tenant, "support"), browser()
    for _ in range(5):
        browser().post("/admin/login/", {"name": membership.user.email, "password": "no"})
    openid.person = person()

    answer = goes(web, provider)

    assert answer.status_code == 423
    assert "Too many failed log-ins." in answer.content.decode()
    assert not is_in(web)


def test_new_device_is_mailed_and_a_known_one_is_not(tenant: Tenant, openid: FakeOpenId) -> None:
    provider, _membership, web = provider_of(openid, tenant), worker(tenant, "support"), browser()
    openid.person = person()
    goes(web, provider)
    goes(web, provider)
    news = OutboxEvent.objects.filter(name="accounts.new_device_login")
    assert news.count() == 0

    goes(browser(), provider)

    assert news.count() == 1


# -------------------------------------------------------------------------------- what is kept


def test_secrets_of_the_way_stand_nowhere_and_old_requests_are_swept(
    tenant: Tenant, openid: FakeOpenId
) -> None:
    provider, _membership, web = provider_of(openid, tenant), worker(tenant, "support"), browser()
    openid.person = person()
    goes(web, provider)

    row = SignOnRequest.objects.get()
    told = str(SignOnRequest.objects.values().get()) + str(list(AuditValues.objects.values()))
    asked = next(iter(openid.codes.values()))
    for secret in (asked["state"], asked["nonce"], SECRET):
        assert secret not in told
    with time_machine.travel(row.expires_at + timedelta(days=8)):
        sweep_old_rows()
    assert not SignOnRequest.objects.exists()


def test_agreement_that_is_not_given_leads_to_a_page_that_says_so(
    tenant: Tenant, openid: FakeOpenId
) -> None:
    provider, _membership, web = provider_of(openid, tenant), worker(tenant, "support"), browser()
    openid.person = None

    shown = refused(web, goes(web, provider), "answer:access_denied")

    assert "Harbour ID did not let you in." in shown


def test_provider_that_is_out_of_reach_is_said_on_a_page(
    tenant: Tenant, openid: FakeOpenId
) -> None:
    provider, web = provider_of(openid, tenant, issuer="http://127.0.0.1:9/none"), browser()

    answer = web.get(f"/admin/sign-on/{provider.pk}/")

    shown = refused(web, answer, "unreachable")
    assert "127.0.0.1" not in shown


def test_company_switches_the_provider_off_while_somebody_is_there(
    tenant: Tenant, openid: FakeOpenId
) -> None:
    provider, _membership, web = provider_of(openid, tenant), worker(tenant, "support"), browser()
    openid.person = person()
    back = back_from(sent_to(web, provider))
    type(provider).objects.update(is_active=False)

    refused(web, comes_back(web, back), "switched_off")
    assert web.get(f"/admin/sign-on/{provider.pk}/").status_code == 404
    assert "Harbour ID" not in _page_of(web)
    assert reasons() == ["switched_off"]
