"""The guard of a log-in: what begins it, what it holds back, who lifts it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.choices import EmailCodePurpose, GuardReason, SessionChannel
from accounts.errors import LoginGuarded
from accounts.models import LoginGuard, PortalAccount
from accounts.selectors.guards import guard_check
from accounts.services.email_codes import email_code_check, email_code_send
from accounts.services.guards import guard_begin, guard_lift
from accounts.services.logins import portal_log_in
from accounts.services.passwords import password_change
from accounts.services.sessions import Device
from accounts.tokens.derived import derived_code
from ispplatform.core.actors import Actor
from ispplatform.core.errors import NotPermitted
from ispplatform.core.models import AuditEntry, OutboxEvent, Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import LAPTOP, actor_with, customer
from tests.accounts.services.test_factor_resets import portal_in_actor
from tests.factories.accounts import PASSWORD, PortalAccountFactory

NEW_PASSWORD = "Grey-Kettle-91-Orchard"
PHONE = Device(address="198.51.100.7", user_agent="Chrome on Android", key="phone")
NAMELESS = Device(address="198.51.100.7", user_agent="curl/8")


@pytest.fixture
def clock() -> Any:
    with time_machine.travel("2026-03-02 12:00:00+00:00", tick=False) as traveller:
        yield traveller


def logs_in(
    tenant: Tenant, account: PortalAccount, device: Device, password: str = PASSWORD
) -> None:
    portal_log_in(
        tenant=tenant,
        name=account.portal_id,
        password=password,
        device=device,
        channel=SessionChannel.API,
    )


def changes_password(account: PortalAccount) -> None:
    account.user.refresh_from_db()
    actor = portal_in_actor(account)
    password_change(actor=actor, user=account.user, current=PASSWORD, new=NEW_PASSWORD)


@pytest.mark.parametrize("device", [PHONE, NAMELESS], ids=["phone", "nameless"])
def test_new_device_and_then_new_password(tenant: Tenant, clock: Any, device: Device) -> None:
    account = customer(tenant)
    logs_in(tenant, account, LAPTOP)
    clock.shift(timedelta(days=5))
    logs_in(tenant, account, device)
    assert not LoginGuard.objects.exists()
    clock.shift(timedelta(hours=71))

    changes_password(account)

    assert LoginGuard.objects.get().reason == GuardReason.NEW_DEVICE


@pytest.mark.parametrize("device", [PHONE, NAMELESS], ids=["phone", "nameless"])
def test_new_password_and_then_new_device(tenant: Tenant, clock: Any, device: Device) -> None:
    account = customer(tenant)
    logs_in(tenant, account, LAPTOP)
    clock.shift(timedelta(days=5))
    changes_password(account)
    assert not LoginGuard.objects.exists()
    clock.shift(timedelta(hours=71))

    logs_in(tenant, account, device, NEW_PASSWORD)

    assert LoginGuard.objects.get().reason == GuardReason.NEW_DEVICE


def test_what_everybody_does_begins_none(tenant: Tenant, clock: Any) -> None:
    account = customer(tenant)
    account.user.password_changed_at = account.created_at  # the first password
    account.user.save(update_fields=["password_changed_at"])
    logs_in(tenant, account, LAPTOP)
    clock.shift(timedelta(hours=1))
    logs_in(tenant, account, PHONE)  # a second device, and no other password
    clock.shift(timedelta(days=5))
    changes_password(account)  # both devices are known by now
    logs_in(tenant, account, PHONE, NEW_PASSWORD)
    clock.shift(timedelta(hours=73))
    logs_in(tenant, account, NAMELESS, NEW_PASSWORD)  # the password is old by now

    assert not LoginGuard.objects.exists()


def test_changed_address_is_guarded_and_the_old_one_told(tenant: Tenant) -> None:
    account = customer(tenant)
    before = account.user.email
    code = email_code_send(
        actor=portal_in_actor(account),
        tenant=tenant,
        purpose=EmailCodePurpose.EMAIL_CHANGE,
        email="thief@mail.example",
        user=account.user,
        portal_account=account,
    )

    email_code_check(
        actor=portal_in_actor(account),
        tenant=tenant,
        email_code_id=code.pk,
        code=derived_code("email_code", row_id=code.pk),
        purpose=EmailCodePurpose.EMAIL_CHANGE,
    )

    assert LoginGuard.objects.get().reason == GuardReason.EMAIL_CHANGE
    event = OutboxEvent.objects.get(name="accounts.email_changed")
    assert (event.payload["old_email"], event.customer_id) == (before, account.customer_id)
    assert AuditEntry.objects.filter(act="accounts.guard_begin").count() == 1


def test_guard_holds_72_hours_in_every_company(
    tenant: Tenant, other_tenant: Tenant, clock: Any
) -> None:
    account = customer(tenant)
    with tenant_context(other_tenant.pk):
        there = PortalAccountFactory(user=account.user)
    neighbour = PortalAccountFactory(customer_id=account.customer_id)
    guard_begin(actor=Actor.system("test"), user=account.user, reason=GuardReason.EMAIL_CHANGE)

    for tenant_id, mine in ((tenant.pk, account), (other_tenant.pk, there)):
        with tenant_context(tenant_id), pytest.raises(LoginGuarded):
            guard_check(portal_in_actor(mine))
    guard_check(portal_in_actor(neighbour))
    guard_check(actor_with(["domains:transfer"]))
    clock.shift(timedelta(hours=72, seconds=-1))
    with pytest.raises(LoginGuarded):
        guard_check(portal_in_actor(account))
    clock.shift(timedelta(seconds=1))

    guard_check(portal_in_actor(account))


def test_staff_lift_it_with_a_note(tenant: Tenant) -> None:
    account = customer(tenant)
    for reason in (GuardReason.EMAIL_CHANGE, GuardReason.NEW_DEVICE):
        guard_begin(actor=Actor.system("test"), user=account.user, reason=reason)
    with pytest.raises(NotPermitted):
        guard_lift(actor=portal_in_actor(account), user=account.user, note="it is me")
    support = actor_with(["portal_accounts:lift_guard"])

    assert guard_lift(actor=support, user=account.user, note="called back") == 2
    assert guard_lift(actor=support, user=account.user, note="called back") == 0

    guard_check(portal_in_actor(account))
    entry = AuditEntry.objects.get(act="accounts.guard_lift")
    assert (entry.reason, entry.actor_label) == ("called back", support.label)
