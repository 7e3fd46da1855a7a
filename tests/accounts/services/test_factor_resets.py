"""A lost second factor: announced, stopped by anybody, carried out a day later."""

import io
from typing import Any

import pyotp
import pytest
import time_machine
from django.core.management import CommandError, call_command

from accounts.choices import FactorResetStatus, IdentityCheck, MembershipStatus, SessionChannel
from accounts.errors import (
    FactorMissing,
    FactorResetEnded,
    FactorResetWaiting,
    GrantExceedsOwn,
    OwnFactorReset,
    SharedUser,
)
from accounts.models import FactorReset, LoginGuard, PortalAccount, Session, User
from accounts.selectors.guards import stop_address
from accounts.selectors.second_factors import is_protected
from accounts.services.factor_resets import (
    colleague_factor_reset,
    factor_reset_ask,
    factor_reset_stop,
    factor_reset_stop_by_link,
)
from accounts.services.logins import portal_log_in
from accounts.services.second_factors import totp_activate, totp_begin
from accounts.tasks import carry_out_factor_resets
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.errors import NotPermitted
from ispplatform.core.ids import uuid7
from ispplatform.core.models import AttentionItem, AuditEntry, OutboxEvent, Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import LAPTOP, actor_with, acts, colleague, customer
from tests.factories.accounts import PASSWORD, PortalAccountFactory, UserFactory

NOON = "2026-03-02 12:00:00+00:00"
SUPPORT = actor_with(["portal_accounts:reset_factor"])
CHECK = {"identity_check": IdentityCheck.CALL_BACK, "note": "called +49 30 1234"}


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def protected(user: User) -> User:
    """Give a person an authenticator app."""
    session_id = uuid7()
    secret = totp_begin(user=user, session_id=session_id).secret
    totp_activate(
        actor=Actor.system("test"),
        user=user,
        session_id=session_id,
        code=pyotp.TOTP(secret).now(),
    )
    return user


def announced(tenant: Tenant, account: PortalAccount) -> FactorReset:
    return factor_reset_ask(actor=SUPPORT, tenant=tenant, account=account, **CHECK)


def test_nobody_stops_it_and_it_goes_after_a_day(tenant: Tenant, clock: Any) -> None:
    account = customer(tenant)
    protected(account.user)
    half_open = portal_log_in(
        tenant=tenant,
        name=account.portal_id,
        password=PASSWORD,
        device=LAPTOP,
        channel=SessionChannel.BROWSER,
    ).entry

    row = announced(tenant, account)
    clock.shift(24 * 3600 - 1)
    carry_out_factor_resets()
    assert is_protected(account.user)
    assert Session.objects.get(pk=half_open.session_id).ended_at is None
    clock.shift(301)  # the next time that the duty is due
    carry_out_factor_resets()
    clock.shift(301)
    carry_out_factor_resets()

    row.refresh_from_db()
    assert row.status == FactorResetStatus.DONE
    assert not is_protected(account.user)
    assert Session.objects.get(pk=half_open.session_id).ended_at is not None
    guard = LoginGuard.objects.get()
    assert (guard.reason, guard.user_id) == ("factor_reset", account.user_id)
    told = OutboxEvent.objects.filter(name__in=["accounts.factor_reset_asked"])
    assert [event.customer_id for event in told] == [account.customer_id]
    assert acts()[-4:] == [
        "accounts.factor_reset_ask",
        "accounts.factors_remove",
        "accounts.session_end",
        "accounts.guard_begin",
    ]
    assert "+49 30 1234" in AuditEntry.objects.get(act="accounts.factors_remove").reason


def test_every_customer_of_the_person_is_told(tenant: Tenant) -> None:
    account = customer(tenant)
    second = PortalAccountFactory(user=account.user)
    protected(account.user)

    announced(tenant, account)

    told = OutboxEvent.objects.filter(name="accounts.factor_reset_asked")
    assert {event.customer_id for event in told} == {account.customer_id, second.customer_id}


def test_link_stops_it_and_staff_hear_of_it_at_once(tenant: Tenant, clock: Any) -> None:
    account = customer(tenant)
    protected(account.user)
    row = announced(tenant, account)
    token = stop_address(row).rpartition("/")[2]

    factor_reset_stop_by_link(token=token, address="192.0.2.9")
    with pytest.raises(FactorResetEnded):
        factor_reset_stop_by_link(token=token, address="192.0.2.9")
    clock.shift(3 * 24 * 3600)
    carry_out_factor_resets()

    assert is_protected(account.user)
    assert not LoginGuard.objects.exists()
    item = AttentionItem.objects.get(kind="accounts.factor_reset_stopped")
    assert account.user.email in item.sentence
    assert item.told_at is not None, "urgent: mailed at once"
    assert "192.0.2.9" in AuditEntry.objects.get(act="accounts.factor_reset_stop").reason


def test_person_and_staff_stop_it_and_nobody_else(tenant: Tenant) -> None:
    account = customer(tenant)
    protected(account.user)
    own = portal_in_actor(account)
    other = portal_in_actor(PortalAccountFactory())
    announced(tenant, account)

    with pytest.raises(NotPermitted):
        factor_reset_stop(actor=other, user=account.user, note="mine")
    factor_reset_stop(actor=own, user=account.user, note="found it")
    announced(tenant, account)
    factor_reset_stop(actor=SUPPORT, user=account.user, note="they called")
    with pytest.raises(FactorResetEnded):
        factor_reset_stop(actor=SUPPORT, user=account.user, note="again")

    assert list(FactorReset.objects.values_list("status", flat=True)) == ["stopped", "stopped"]


def portal_in_actor(account: PortalAccount) -> Actor:
    return Actor(
        type=ActorType.CUSTOMER,
        id=str(account.pk),
        label=account.user.email,
        customer_id=account.customer_id,
    )


def test_what_is_refused_changes_nothing(tenant: Tenant, other_tenant: Tenant) -> None:
    account, shared = customer(tenant), customer(tenant)
    with pytest.raises(FactorMissing):
        announced(tenant, account)
    with pytest.raises(NotPermitted):
        factor_reset_ask(
            actor=actor_with(["portal_accounts:read"]), tenant=tenant, account=account, **CHECK
        )
    protected(shared.user)
    with tenant_context(other_tenant.pk):
        PortalAccountFactory(user=shared.user)
    with pytest.raises(SharedUser):
        announced(tenant, shared)
    protected(account.user)
    announced(tenant, account)
    with pytest.raises(FactorResetWaiting):
        announced(tenant, account)

    assert FactorReset.objects.count() == 1


def test_colleague_is_helped_by_another_who_may_as_much(tenant: Tenant) -> None:
    helped = colleague(tenant, "admin")
    protected(helped.user)
    helper = actor_with(["*"])
    weaker = actor_with(["users:update"])
    own = Actor(
        type=ActorType.USER,
        id=str(helped.user_id),
        label=helped.user.email,
        permissions=frozenset({"*"}),
    )

    with pytest.raises(OwnFactorReset):
        colleague_factor_reset(actor=own, membership=helped, **CHECK)
    with pytest.raises(GrantExceedsOwn):
        colleague_factor_reset(actor=weaker, membership=helped, **CHECK)
    assert is_protected(helped.user)
    colleague_factor_reset(actor=helper, membership=helped, **CHECK)

    assert not is_protected(helped.user)
    assert helped.status == MembershipStatus.ACTIVE
    event = OutboxEvent.objects.filter(name="accounts.second_factor_changed").last()
    assert event is not None
    assert event.payload["change"] == "reset"


def test_command_helps_an_owner_who_is_alone(tenant: Tenant) -> None:
    owner = colleague(tenant, "admin")
    protected(owner.user)
    out = io.StringIO()

    with pytest.raises(CommandError, match="No colleague"):
        call_command("second_factor_reset", UserFactory().email, reason="x")
    call_command("second_factor_reset", owner.user.email.upper(), reason="phone lost", stdout=out)
    with pytest.raises(CommandError, match="no second factor"):
        call_command("second_factor_reset", owner.user.email, reason="x")

    assert not is_protected(owner.user)
    assert "sets another up" in out.getvalue()
    entry = AuditEntry.objects.get(act="accounts.factors_remove")
    assert (entry.actor_label, entry.reason) == ("manage.py second_factor_reset", "phone lost")
