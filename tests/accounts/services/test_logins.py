"""Coming in, for staff and customers."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.choices import MembershipStatus, PortalAccountStatus, SessionChannel, SessionKind
from accounts.errors import (
    AccountLocked,
    EmailNotProved,
    InvalidCredentials,
    InvalidPortalCredentials,
    SecondFactorMissing,
)
from accounts.hashers import PasswordHasher
from accounts.models import LoginFailure, Session
from accounts.services.logins import portal_log_in, staff_log_in
from accounts.services.sessions import Device
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput
from ispplatform.core.models import OutboxEvent, Tenant, TenantMode
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import LAPTOP, acts, colleague, customer, portal_in, staff_in
from tests.factories.accounts import PASSWORD, MembershipFactory, PortalAccountFactory, UserFactory

TRANSACTION_WORDS = ("BEGIN", "SAVEPOINT", "RELEASE SAVEPOINT", "COMMIT", "SELECT set_config")


def _statements(queries: CaptureQueriesContext) -> list[str]:
    return [
        query["sql"]
        for query in queries.captured_queries
        if not query["sql"].startswith(TRANSACTION_WORDS)
    ]


def test_staff_log_in_opens_a_session_with_the_roles_permissions(tenant: Tenant) -> None:
    membership = colleague(tenant, "support")

    entry = staff_in(tenant, membership)

    assert entry.kind is SessionKind.STAFF
    assert entry.tenant_id == tenant.pk
    assert entry.roles == ("support",)
    assert "users:read" in entry.permissions
    assert "roles:manage" not in entry.permissions
    assert entry.actor().label == membership.user.email
    session = Session.objects.get()
    assert session.membership_id == membership.pk
    assert session.expires_at - session.created_at > timedelta(days=13)
    assert acts() == ["accounts.log_in"]


def test_customer_logs_in_by_portal_id_in_any_case_and_by_email(tenant: Tenant) -> None:
    account = customer(tenant)

    for name in (account.portal_id, account.portal_id.lower(), f" {account.user.email.upper()} "):
        entry = portal_log_in(
            tenant=tenant,
            name=name,
            password=PASSWORD,
            device=LAPTOP,
            channel=SessionChannel.BROWSER,
        ).entry
        assert entry.customer_id == account.customer_id
        assert entry.actor().customer_id == account.customer_id

    assert entry.roles == ("customer",)
    assert entry.permissions >= {"own_profile:read", "own_profile:update"}
    assert not any(code.startswith("users:") for code in entry.permissions)


@pytest.mark.parametrize("portal", [False, True])
def test_log_in_costs_one_hash_and_at_most_six_queries(
    tenant: Tenant, portal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = customer(tenant) if portal else colleague(tenant, "billing")
    log_in = portal_in if portal else staff_in
    log_in(tenant, account)
    hashes = _count_hashes(monkeypatch)

    with CaptureQueriesContext(connection) as queries:
        log_in(tenant, account)

    assert len(_statements(queries)) <= 6, "\n".join(_statements(queries))
    assert hashes == ["hash"]


@pytest.mark.parametrize("name", ["nobody@mail.example", "ZZZ99999", "", "a\0b", "x" * 5000])
def test_unknown_names_cost_one_hash_too(
    tenant: Tenant, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = _count_hashes(monkeypatch)

    with pytest.raises(InvalidPortalCredentials):
        portal_log_in(
            tenant=tenant,
            name=name,
            password=PASSWORD,
            device=LAPTOP,
            channel=SessionChannel.API,
        )

    assert hashes == ["hash"]
    assert not Session.objects.exists()


def _count_hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    counted: list[str] = []
    for name in ("encode", "verify"):
        original = getattr(PasswordHasher, name)

        def counting(self: object, *args: object, _original=original, **kwargs: object) -> object:
            counted.append("hash")
            return _original(self, *args, **kwargs)

        monkeypatch.setattr(PasswordHasher, name, counting)
    return counted


@pytest.mark.parametrize("portal", [False, True])
def test_wrong_password_says_nothing_counts_and_leaves_a_trace(
    tenant: Tenant, portal: bool
) -> None:
    account = customer(tenant) if portal else colleague(tenant, "support")
    log_in, refusal = (
        (portal_in, InvalidPortalCredentials) if portal else (staff_in, InvalidCredentials)
    )

    with pytest.raises(refusal) as raised:
        log_in(tenant, account, "Wrong-Password-1")

    assert raised.value.message == "These log-in details are not correct."
    assert raised.value.http_status == (400 if portal else 401)
    assert LoginFailure.objects.get().failures == 1
    assert not Session.objects.exists()
    assert acts() == ["accounts.log_in_refused"]


def test_success_forgets_earlier_failures(tenant: Tenant) -> None:
    account = customer(tenant)
    with pytest.raises(InvalidPortalCredentials):
        portal_in(tenant, account, "Wrong-Password-1")

    portal_in(tenant, account)

    assert not LoginFailure.objects.exists()


@pytest.mark.parametrize("known", [True, False])
def test_five_failures_lock_known_and_unknown_names_for_a_quarter_of_an_hour(
    tenant: Tenant, known: bool
) -> None:
    account = customer(tenant)
    name = account.portal_id if known else "ZZZ99999"

    def attempt(password: str) -> None:
        portal_log_in(
            tenant=tenant,
            name=name,
            password=password,
            device=LAPTOP,
            channel=SessionChannel.API,
        )

    with time_machine.travel("2026-03-01 09:00:00+00:00", tick=False) as clock:
        for _ in range(5):
            with pytest.raises(InvalidPortalCredentials):
                attempt("Wrong-Password-1")
        with pytest.raises(AccountLocked) as raised:
            attempt(PASSWORD)
        assert raised.value.http_status == 423
        assert raised.value.params["retry_after"] == 901

        clock.move_to("2026-03-01 09:15:01+00:00")
        if known:
            attempt(PASSWORD)
            assert Session.objects.count() == 1
        else:
            with pytest.raises(InvalidPortalCredentials):
                attempt(PASSWORD)


def test_portal_id_and_email_share_one_count(tenant: Tenant) -> None:
    account = customer(tenant)
    for name in (account.portal_id, account.user.email):
        with pytest.raises(InvalidPortalCredentials):
            portal_log_in(
                tenant=tenant,
                name=name,
                password="Wrong-Password-1",
                device=LAPTOP,
                channel=SessionChannel.API,
            )

    assert LoginFailure.objects.get().failures == 2


@pytest.mark.parametrize("what", ["user", "status", "foreign"])
def test_closed_accounts_answer_like_wrong_passwords(
    tenant: Tenant, other_tenant: Tenant, what: str
) -> None:
    account = customer(tenant)
    if what == "user":
        account.user.is_active = False
        account.user.save()
    elif what == "status":
        account.status = PortalAccountStatus.DISABLED
        account.save()
    place = other_tenant if what == "foreign" else tenant

    with tenant_context(place.pk), pytest.raises(InvalidPortalCredentials):
        portal_in(place, account)

    with tenant_context(place.pk):
        assert not Session.objects.exists()


def test_pending_account_is_told_to_confirm_only_after_the_right_password(tenant: Tenant) -> None:
    account = PortalAccountFactory(status=PortalAccountStatus.PENDING)

    with pytest.raises(InvalidPortalCredentials):
        portal_in(tenant, account, "Wrong-Password-1")
    with pytest.raises(EmailNotProved):
        portal_in(tenant, account)

    assert not Session.objects.exists()


def test_suspended_colleague_stays_outside(tenant: Tenant) -> None:
    membership = colleague(tenant, "support")
    membership.status = MembershipStatus.SUSPENDED
    membership.save()

    with pytest.raises(InvalidCredentials):
        staff_in(tenant, membership)


def test_colleague_of_one_company_needs_to_name_none(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_context(other_tenant.pk):
        membership = colleague(other_tenant, "sales")

    entry = staff_in(tenant, membership)

    assert entry.tenant_id == other_tenant.pk


def test_named_company_must_be_the_colleagues_own(tenant: Tenant, other_tenant: Tenant) -> None:
    membership = colleague(tenant, "sales")

    with pytest.raises(InvalidCredentials):
        staff_log_in(
            email=membership.user.email,
            password=PASSWORD,
            device=LAPTOP,
            channel=SessionChannel.API,
            tenant=other_tenant,
            is_tenant_named=True,
        )


def test_colleague_of_several_companies_names_one_after_the_right_password(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    user = UserFactory()
    MembershipFactory(user=user)
    with tenant_context(other_tenant.pk):
        MembershipFactory(user=user)

    def attempt(password: str) -> None:
        staff_log_in(
            email=user.email,
            password=password,
            device=LAPTOP,
            channel=SessionChannel.API,
            tenant=None,
        )

    with pytest.raises(InvalidCredentials):
        attempt("Wrong-Password-1")
    with pytest.raises(InvalidInput) as raised:
        attempt(PASSWORD)
    assert raised.value.params["field"] == "tenant_id"


def test_live_company_gives_no_token_without_a_second_factor(tenant: Tenant) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(mode=TenantMode.LIVE)
    tenant.refresh_from_db()
    membership = colleague(tenant, "admin")

    with pytest.raises(SecondFactorMissing):
        staff_in(tenant, membership)

    assert not Session.objects.exists()


def test_operator_of_the_installation_gets_no_tokens(tenant: Tenant) -> None:
    operator = UserFactory(is_superuser=True)

    with pytest.raises(InvalidCredentials):
        staff_log_in(
            email=operator.email,
            password=PASSWORD,
            device=LAPTOP,
            channel=SessionChannel.API,
            tenant=tenant,
        )
    entry = staff_log_in(
        email=operator.email,
        password=PASSWORD,
        device=LAPTOP,
        channel=SessionChannel.BROWSER,
        tenant=tenant,
    ).entry

    assert entry.permissions == {"*"}


def test_new_device_is_announced_once_and_the_first_log_in_is_not(tenant: Tenant) -> None:
    account = customer(tenant)
    phone = Device(address="192.0.2.77", user_agent="Phone", key="phone")

    portal_in(tenant, account)
    assert not OutboxEvent.objects.filter(name="accounts.new_device_login").exists()
    for _ in range(2):
        portal_log_in(
            tenant=tenant,
            name=account.portal_id,
            password=PASSWORD,
            device=phone,
            channel=SessionChannel.API,
        )

    event = OutboxEvent.objects.get(name="accounts.new_device_login")
    assert event.payload["user_agent"] == "Phone"
    assert event.customer_id == account.customer_id


def test_remembered_customer_stays_thirty_days_and_staff_browser_eight_hours(
    tenant: Tenant,
) -> None:
    account, membership = customer(tenant), colleague(tenant, "support")
    with time_machine.travel("2026-03-01 09:00:00+00:00", tick=False):
        portal_log_in(
            tenant=tenant,
            name=account.portal_id,
            password=PASSWORD,
            device=LAPTOP,
            channel=SessionChannel.BROWSER,
            is_remembered=True,
        )
        staff_log_in(
            email=membership.user.email,
            password=PASSWORD,
            device=LAPTOP,
            channel=SessionChannel.BROWSER,
            tenant=tenant,
        )
        now = system_now()

    lifetimes = {row.kind: row.expires_at - now for row in Session.objects.all()}
    assert lifetimes == {"portal": timedelta(days=30), "staff": timedelta(hours=8)}
