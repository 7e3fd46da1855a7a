"""A colleague leaves: what ends in one act, who takes over, who may do it, and the way back."""

from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from accounts.choices import AccessLinkPurpose, MembershipStatus, SessionChannel
from accounts.errors import (
    AccessOver,
    GrantExceedsOwn,
    InvalidCredentials,
    LastOwner,
    OperatorStays,
    OwnAccess,
)
from accounts.models import (
    AccessLink,
    AuthorizationCode,
    Membership,
    MembershipRole,
    Role,
    Session,
    StaffInvitation,
    TemporaryToken,
)
from accounts.selectors.acting import colleague_now
from accounts.selectors.leaving import end_plan
from accounts.selectors.principals import session_entry
from accounts.services.access_ends import access_end, membership_return
from accounts.services.invitations import invitation_create
from accounts.services.logins import staff_log_in
from accounts.services.memberships import membership_set_owner
from accounts.services.oauth_grants import code_make
from accounts.services.passwords import access_link_create
from accounts.services.roles import membership_set_roles, tenant_roles_seed
from accounts.services.sessions import session_begin
from accounts.services.temporary_tokens import temporary_token_create
from accounts.services.users import membership_set_status, user_create
from customers.models import Customer
from ispplatform.core.actors import EVERYTHING, Actor, ActorType
from ispplatform.core.attention import attention_open, attention_take
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.models import AttentionItem, AuditEntry, OutboxEvent, Tenant
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import LAPTOP, acts, colleague, staff_in
from tests.factories.accounts import (
    PASSWORD,
    IntegrationFactory,
    MembershipFactory,
    OAuthClientFactory,
    RoleFactory,
    UserFactory,
)
from tests.factories.customers import CustomerFactory

WHY = "left the company"


def acting(membership: Membership, *permissions: str) -> Actor:
    """Return a colleague with exactly these permissions, or with all."""
    return Actor(
        type=ActorType.USER,
        id=str(membership.user_id),
        label=membership.user.email,
        permissions=frozenset(permissions or {EVERYTHING}),
    )


def owner(**values: Any) -> Membership:
    return MembershipFactory(is_owner=True, **values)


@pytest.fixture
def boss(tenant: Tenant) -> Membership:
    tenant_roles_seed(tenant)
    return owner()


def test_every_way_in_of_a_colleague_ends_in_one_act(tenant: Tenant, boss: Membership) -> None:
    leaving = colleague(tenant, "admin", "support")
    other = colleague(tenant, "support")
    entry = staff_in(tenant, leaving)
    theirs = staff_in(tenant, other)
    client = OAuthClientFactory()
    program = session_begin(
        user=leaving.user,
        account=leaving,
        channel=SessionChannel.OAUTH,
        device=LAPTOP,
        client=client,
        scopes=["users:read"],
    )
    temporary_token_create(
        actor=entry.actor(),
        method="GET",
        path="/api/v1/users",
        base="/api/v1/",
        lifetime_seconds=60,
    )
    code_make(
        entry=entry,
        client=client,
        scopes=["users:read"],
        redirect_uri=client.redirect_uris[0],
        code_challenge="c",
    )
    access_link_create(
        actor=acting(boss),
        tenant=tenant,
        purpose=AccessLinkPurpose.RESET,
        email=leaving.user.email,
        user=leaving.user,
    )

    plan = end_plan(leaving)
    done = access_end(actor=acting(boss), membership=leaving, reason=WHY)

    assert (plan.log_ins, plan.applications, plan.tokens, plan.invitations) == (1, 1, 1, 1)
    assert sorted(plan.roles) == ["Administrator", "Support"]
    assert (done.log_ins, done.tokens, done.invitations) == (2, 1, 1)
    assert set(done.roles) == {"admin", "support"}
    for session_id in (entry.session_id, program.pk):
        assert session_entry(tenant_id=tenant.pk, session_id=session_id) is None
    assert session_entry(tenant_id=tenant.pk, session_id=theirs.session_id) is not None
    assert TemporaryToken.objects.get().ended_at is not None
    assert AuthorizationCode.objects.get().used_at is not None
    assert AccessLink.objects.get().used_at is not None
    assert not MembershipRole.objects.filter(membership=leaving).exists()
    leaving.refresh_from_db()
    assert leaving.status == MembershipStatus.ENDED
    assert leaving.ended_at is not None
    assert colleague_now(str(leaving.user_id)) is None
    with pytest.raises(InvalidCredentials):
        staff_log_in(
            email=leaving.user.email,
            password=PASSWORD,
            device=LAPTOP,
            channel=SessionChannel.API,
            tenant=tenant,
        )
    entry_told = AuditEntry.objects.get(act="accounts.access_end")
    assert entry_told.reason == WHY
    assert entry_told.values.before["roles"] == ["admin", "support"]
    assert entry_told.values.after["log_ins"] == 2
    assert OutboxEvent.objects.filter(name="accounts.access_ended").count() == 1


def test_what_they_looked_after_goes_to_the_colleague_who_is_chosen(
    tenant: Tenant, boss: Membership
) -> None:
    leaving, taker = colleague(tenant, "support"), colleague(tenant, "support")
    mine, other = CustomerFactory(assigned_to=leaving.user), CustomerFactory()
    item = attention_open(
        kind="accounts.integration_people", subject=subject_of(mine), sentence="look"
    )
    attention_take(actor=acting(leaving), item_id=item.pk)
    taken = attention_open(
        kind="accounts.integration_people", subject=subject_of(other), sentence="look"
    )
    attention_take(actor=acting(boss), item_id=taken.pk)
    plan = end_plan(leaving)

    done = access_end(actor=acting(boss), membership=leaving, reason=WHY, work_to=taker.user_id)

    assert {line.key: line.count for line in plan.work} == {"matters": 1, "customers": 1}
    assert done.work == {"matters": 1, "customers": 1}
    item.refresh_from_db()
    taken.refresh_from_db()
    assert (item.taken_by, item.taken_by_id) == (taker.user.email, str(taker.user_id))
    assert taken.taken_by_id == str(boss.user_id)
    assert Customer.objects.get(pk=mine.pk).assigned_to_id == taker.user_id
    assert Customer.objects.get(pk=other.pk).assigned_to_id is None
    told = AuditEntry.objects.get(act="customers.customer_hand_over")
    assert told.customer_id == mine.pk
    assert told.values.after == {"assigned_to": str(taker.user_id)}
    assert AuditEntry.objects.filter(act="core.attention_hand_over").count() == 1
    changed = OutboxEvent.objects.get(name="customers.customer_updated")
    assert changed.customer_id == mine.pk


def test_without_a_colleague_the_work_is_everybodys_again(tenant: Tenant, boss: Membership) -> None:
    leaving = colleague(tenant, "support")
    mine = CustomerFactory(assigned_to=leaving.user)
    item = attention_open(
        kind="accounts.integration_people", subject=subject_of(mine), sentence="look"
    )
    attention_take(actor=acting(leaving), item_id=item.pk)

    access_end(actor=acting(boss), membership=leaving, reason=WHY)

    item.refresh_from_db()
    assert (item.taken_by, item.taken_by_id, item.taken_at) == ("", "", None)
    assert Customer.objects.get(pk=mine.pk).assigned_to_id is None


def test_integrations_get_the_follower_that_is_named_and_the_others_wait(
    tenant: Tenant, boss: Membership
) -> None:
    leaving, follower = colleague(tenant, "support"), colleague(tenant, "support")
    first = IntegrationFactory(responsible=leaving.user)
    second = IntegrationFactory(deputy=leaving.user)
    third = IntegrationFactory(deputy=leaving.user)

    done = access_end(
        actor=acting(boss),
        membership=leaving,
        reason=WHY,
        followers={first.pk: follower.user_id, second.pk: follower.user_id},
    )

    first.refresh_from_db()
    second.refresh_from_db()
    assert first.responsible_id == follower.user_id
    assert second.deputy_id == follower.user_id
    assert (done.integrations, done.integrations_left) == (2, 1)
    waiting = AttentionItem.objects.filter(kind="accounts.integration_people", resolved_at=None)
    assert [item.subject_id for item in waiting] == [third.pk]
    assert leaving.user.email in waiting[0].sentence


@pytest.mark.parametrize("case", ["foreign", "stranger", "themselves", "twice", "work"])
def test_who_cannot_take_over_is_refused_and_nothing_ends(
    tenant: Tenant, other_tenant: Tenant, boss: Membership, case: str
) -> None:
    leaving = colleague(tenant, "support")
    entry = staff_in(tenant, leaving)
    mine = IntegrationFactory(responsible=leaving.user)
    foreign = IntegrationFactory()
    with tenant_context(other_tenant.pk):
        stranger = MembershipFactory()
    asked: dict[str, Any] = {
        "foreign": {"followers": {foreign.pk: boss.user_id}},
        "stranger": {"followers": {mine.pk: stranger.user_id}},
        "themselves": {"followers": {mine.pk: leaving.user_id}},
        "twice": {"followers": {mine.pk: mine.deputy_id}},
        "work": {"work_to": stranger.user_id},
    }[case]

    with pytest.raises(InvalidInput):
        access_end(actor=acting(boss), membership=leaving, reason=WHY, **asked)

    leaving.refresh_from_db()
    assert leaving.status == MembershipStatus.ACTIVE
    assert session_entry(tenant_id=tenant.pk, session_id=entry.session_id) is not None
    assert "accounts.access_end" not in acts()


def test_last_owner_stays(tenant: Tenant, boss: Membership) -> None:
    key = Actor(
        type=ActorType.API_KEY, id=str(UUID(int=7)), label="key", permissions=frozenset({"*"})
    )
    owner(status=MembershipStatus.SUSPENDED)
    owner(user=UserFactory(is_active=False))

    with pytest.raises(LastOwner):
        access_end(actor=key, membership=boss, reason=WHY)
    with pytest.raises(LastOwner):
        membership_set_status(actor=key, membership=boss, status=MembershipStatus.SUSPENDED)
    second = owner()
    access_end(actor=key, membership=boss, reason=WHY)
    with pytest.raises(LastOwner):
        access_end(actor=key, membership=second, reason=WHY)

    boss.refresh_from_db()
    assert (boss.status, boss.is_owner) == (MembershipStatus.ENDED, False)


def test_nobody_ends_their_own_access(tenant: Tenant, boss: Membership) -> None:
    owner()

    with pytest.raises(OwnAccess):
        access_end(actor=acting(boss), membership=boss, reason=WHY)
    with pytest.raises(OwnAccess):
        membership_set_status(
            actor=acting(boss), membership=boss, status=MembershipStatus.SUSPENDED
        )

    boss.refresh_from_db()
    assert boss.status == MembershipStatus.ACTIVE


def test_nobody_ends_or_suspends_who_may_do_what_they_may_not(
    tenant: Tenant, boss: Membership
) -> None:
    clerk = colleague(tenant)
    few = acting(clerk, "users:end_access", "users:update", "users:read")
    reader = MembershipFactory(roles=[RoleFactory(grants=["users:read"])])
    biller = MembershipFactory(roles=[RoleFactory(grants=["users:read", "invoices:void"])])
    owner()

    for membership in (boss, biller):
        with pytest.raises(GrantExceedsOwn):
            access_end(actor=few, membership=membership, reason=WHY)
        with pytest.raises(GrantExceedsOwn):
            membership_set_status(
                actor=few, membership=membership, status=MembershipStatus.SUSPENDED
            )
    with pytest.raises(NotPermitted):
        access_end(actor=acting(clerk, "users:update"), membership=reader, reason=WHY)
    access_end(actor=few, membership=reader, reason=WHY)

    assert acts().count("accounts.access_end") == 1


def test_who_was_ended_meanwhile_ends_nobody(tenant: Tenant, boss: Membership) -> None:
    """Two owners end each other: the second finds that it is no colleague any more."""
    second, third = owner(), owner()

    access_end(actor=acting(boss), membership=second, reason=WHY)
    with pytest.raises(NotPermitted):
        access_end(actor=acting(second), membership=boss, reason=WHY)
    with pytest.raises(NotPermitted):
        membership_set_status(
            actor=acting(second), membership=third, status=MembershipStatus.SUSPENDED
        )

    boss.refresh_from_db()
    assert boss.status == MembershipStatus.ACTIVE


def test_ending_an_ended_one_changes_nothing(tenant: Tenant, boss: Membership) -> None:
    leaving = colleague(tenant, "support")
    access_end(actor=acting(boss), membership=leaving, reason=WHY)
    before = acts()

    done = access_end(actor=acting(boss), membership=leaving, reason=WHY)

    assert (done.log_ins, done.roles, dict(done.work)) == (0, (), {})
    assert acts() == before


def test_a_reason_is_asked_for(tenant: Tenant, boss: Membership) -> None:
    leaving = colleague(tenant, "support")

    with pytest.raises(InvalidInput):
        access_end(actor=acting(boss), membership=leaving, reason="  ")


def test_who_runs_the_installation_stays_until_that_is_taken_on_the_server(
    tenant: Tenant, boss: Membership
) -> None:
    leaving = MembershipFactory(user=UserFactory(is_superuser=True))
    operators = session_begin(
        user=leaving.user, account=None, channel=SessionChannel.BROWSER, device=LAPTOP
    )

    with pytest.raises(OperatorStays):
        access_end(actor=acting(boss), membership=leaving, reason=WHY)
    call_command("operator_remove", leaving.user.email.upper())
    access_end(actor=acting(boss), membership=leaving, reason=WHY)

    assert session_entry(tenant_id=tenant.pk, session_id=operators.pk) is None
    assert "accounts.operator_remove" in acts()
    with pytest.raises(CommandError):
        call_command("operator_remove", leaving.user.email)


def test_they_come_back_with_new_roles_and_nothing_else(tenant: Tenant, boss: Membership) -> None:
    leaving = colleague(tenant, "admin")
    entry = staff_in(tenant, leaving)
    access_end(actor=acting(boss), membership=leaving, reason=WHY)

    with pytest.raises(AccessOver):
        membership_set_status(
            actor=acting(boss), membership=leaving, status=MembershipStatus.ACTIVE
        )
    with pytest.raises(AccessOver):
        membership_set_roles(actor=acting(boss), membership=leaving, codes=["support"])
    with pytest.raises(AccessOver):
        user_create(actor=acting(boss), tenant=tenant, email=leaving.user.email)
    with pytest.raises(InvalidInput):
        membership_return(actor=acting(boss), membership=leaving, codes=[])
    with pytest.raises(GrantExceedsOwn):
        membership_return(
            actor=acting(colleague(tenant), "roles:assign", "users:create"),
            membership=leaving,
            codes=["admin"],
        )
    membership_return(actor=acting(boss), membership=leaving, codes=["support"])
    with pytest.raises(AccessOver):
        membership_return(actor=acting(boss), membership=leaving, codes=["support"])

    leaving.refresh_from_db()
    assert (leaving.status, leaving.ended_at) == (MembershipStatus.ACTIVE, None)
    assert [role.code for role in leaving.roles.all()] == ["support"]
    assert session_entry(tenant_id=tenant.pk, session_id=entry.session_id) is None
    assert staff_in(tenant, leaving).roles == ("support",)
    assert {"accounts.access_end", "accounts.membership_return"} <= set(acts())


def test_other_companies_of_the_person_are_not_touched(
    tenant: Tenant, other_tenant: Tenant, boss: Membership
) -> None:
    leaving = colleague(tenant, "support")
    with tenant_context(other_tenant.pk):
        tenant_roles_seed(other_tenant)
        elsewhere = MembershipFactory(user=leaving.user, roles=[Role.objects.get(code="admin")])
        there = staff_in(other_tenant, elsewhere)

    plan = end_plan(leaving)
    access_end(actor=acting(boss), membership=leaving, reason=WHY)

    assert plan.works_elsewhere
    with tenant_context(other_tenant.pk):
        elsewhere.refresh_from_db()
        assert elsewhere.status == MembershipStatus.ACTIVE
        assert Session.objects.get(pk=there.session_id).ended_at is None
        assert MembershipRole.objects.filter(membership=elsewhere).count() == 1


def test_owner_is_made_by_an_owner_and_the_last_one_stays(tenant: Tenant, boss: Membership) -> None:
    second = colleague(tenant, "support")
    entry = staff_in(tenant, second)

    with pytest.raises(NotPermitted):
        membership_set_owner(
            actor=acting(second, "roles:assign"), membership=second, is_owner=True, reason="I"
        )
    with pytest.raises(LastOwner):
        membership_set_owner(actor=acting(boss), membership=boss, is_owner=False, reason="rest")
    membership_set_owner(actor=acting(boss), membership=second, is_owner=True, reason="deputy")
    now = session_entry(tenant_id=tenant.pk, session_id=entry.session_id)
    membership_set_owner(actor=acting(second), membership=boss, is_owner=False, reason="rest")
    with pytest.raises(LastOwner):
        membership_set_owner(actor=acting(second), membership=second, is_owner=False, reason="?")

    assert now is not None
    assert now.permissions == frozenset({EVERYTHING})
    boss.refresh_from_db()
    assert not boss.is_owner
    assert acts().count("accounts.membership_set_owner") == 2


def test_who_may_not_come_in_is_made_no_owner(tenant: Tenant, boss: Membership) -> None:
    gone = colleague(tenant, "support")
    access_end(actor=acting(boss), membership=gone, reason=WHY)

    with pytest.raises(AccessOver):
        membership_set_owner(actor=acting(boss), membership=gone, is_owner=True, reason="?")


def test_open_invitations_that_they_sent_are_withdrawn(tenant: Tenant, boss: Membership) -> None:
    leaving, other = colleague(tenant, "admin"), colleague(tenant, "admin")
    for who, email in ((leaving, "friend@mail.example"), (other, "guest@mail.example")):
        invitation_create(actor=acting(who), tenant=tenant, email=email, roles=["support"])
    plan = end_plan(leaving)

    done = access_end(actor=acting(boss), membership=leaving, reason=WHY)

    assert (plan.invitations, done.invitations) == (1, 1)
    kept = StaffInvitation.objects.filter(cancelled_at=None)
    assert [row.email for row in kept] == ["guest@mail.example"]
