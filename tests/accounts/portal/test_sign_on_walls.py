"""Whom a provider is required for, and the wall around the company that it vouches in."""

import pytest
from django.test import Client

from accounts.choices import SessionChannel
from accounts.errors import SignOnBound, SignOnRequired
from accounts.models import Membership, Session, User
from accounts.selectors.principals import session_entry
from accounts.services.logins import staff_log_in
from accounts.services.second_factors import totp_activate, totp_begin
from accounts.services.sessions import Device, session_move
from ispplatform.core.models import AuditEntry, Tenant, TenantMode
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.fake_openid import FakeOpenId
from tests.accounts.people import LAPTOP
from tests.accounts.sign_on import (
    DOMAIN,
    browser,
    goes,
    is_in,
    person,
    provider_of,
    worker,
)
from tests.factories.accounts import PASSWORD, MembershipFactory


@pytest.fixture
def live(tenant: Tenant) -> Tenant:
    Tenant.objects.filter(pk=tenant.pk).update(mode=TenantMode.LIVE)
    tenant.refresh_from_db()
    return tenant


# ---------------------------------------------------------------------------------- required


def test_password_is_refused_where_the_provider_is_required(
    tenant: Tenant, openid: FakeOpenId
) -> None:
    provider_of(openid, tenant, is_required=True)
    membership, web = worker(tenant, "admin"), browser()
    typed = {"name": membership.user.email, "password": PASSWORD}

    answer = web.post("/admin/login/", typed)

    assert answer.status_code == 403
    assert "Your company logs in with Harbour ID." in answer.content.decode()
    noted = AuditEntry.objects.get(act="accounts.log_in_refused")
    assert noted.values.reason == "SIGN_ON_REQUIRED"
    assert not Session.objects.exists()
    wrong = web.post("/admin/login/", {**typed, "password": "wrong"})
    assert wrong.status_code == 401, "who does not know the password learns nothing"
    with pytest.raises(SignOnRequired):
        staff_log_in(
            email=membership.user.email,
            password=PASSWORD,
            device=LAPTOP,
            channel=SessionChannel.API,
            tenant=tenant,
        )


@pytest.mark.parametrize(
    "exempt", ["an owner", "another domain", "switched off", "not required", "the operator"]
)
def test_password_counts_for_whom_it_is_not_required(
    tenant: Tenant, openid: FakeOpenId, exempt: str
) -> None:
    provider_of(
        openid,
        tenant,
        is_required=exempt != "not required",
        is_active=exempt != "switched off",
    )
    email = "robin@elsewhere.example" if exempt == "another domain" else f"robin@{DOMAIN}"
    membership, web = worker(tenant, "admin", email=email), browser()
    Membership.objects.update(is_owner=exempt == "an owner")
    User.objects.update(is_superuser=exempt == "the operator")

    web.post("/admin/login/", {"name": membership.user.email, "password": PASSWORD})

    assert is_in(web)


# ------------------------------------------------------------------------- one company alone


def _shared(tenant: Tenant, other: Tenant) -> Membership:
    membership = worker(tenant, "support")
    with tenant_context(other.pk):
        MembershipFactory(user=membership.user)
    return membership


def test_one_companys_provider_opens_no_other_company(
    tenant: Tenant, other_tenant: Tenant, openid: FakeOpenId
) -> None:
    provider, _membership, web = (
        provider_of(openid, tenant),
        _shared(tenant, other_tenant),
        browser(),
    )
    openid.person = person()
    goes(web, provider)

    web.post("/admin/account/", {"act": "switch", "company": str(other_tenant.pk)})

    with tenant_context(other_tenant.pk):
        assert not Session.objects.exists()
    assert Session.objects.get().ended_at is None


def test_one_companys_provider_gives_a_shared_person_no_second_factor(
    live: Tenant, other_tenant: Tenant, openid: FakeOpenId
) -> None:
    provider, membership = provider_of(openid, live), _shared(live, other_tenant)
    openid.person = person()
    goes(browser(), provider)
    session = Session.objects.get()
    entry = session_entry(tenant_id=live.pk, session_id=session.pk)
    setup = totp_begin(user=membership.user, session_id=session.pk)
    assert setup.secret

    with pytest.raises(SignOnBound):
        totp_activate(
            actor=entry.actor(), user=membership.user, session_id=session.pk, code="000000"
        )


def test_company_that_requires_its_provider_is_not_entered_from_another(
    tenant: Tenant, other_tenant: Tenant, openid: FakeOpenId
) -> None:
    membership = _shared(tenant, other_tenant)
    entry = staff_log_in(
        email=membership.user.email,
        password=PASSWORD,
        device=Device(),
        channel=SessionChannel.BROWSER,
        tenant=tenant,
    ).entry
    with tenant_context(other_tenant.pk):
        provider_of(openid, other_tenant, is_required=True)

    with pytest.raises(SignOnBound):
        session_move(entry=entry, tenant_id=other_tenant.pk, device=Device())

    assert session_entry(tenant_id=tenant.pk, session_id=entry.session_id) is not None


def test_each_company_decides_for_itself_who_needs_its_provider(
    tenant: Tenant, other_tenant: Tenant, openid: FakeOpenId
) -> None:
    """One person, one password, two companies: only one of them has a provider that is required."""
    membership = _shared(tenant, other_tenant)
    with tenant_context(other_tenant.pk):
        provider_of(openid, other_tenant, is_required=True)
    typed = {"name": membership.user.email, "password": PASSWORD}

    there = Client(HTTP_HOST="rival.localhost:8000").post("/admin/login/", typed)
    web = browser()
    web.post("/admin/login/", typed)

    assert there.status_code == 403
    assert is_in(web)
