"""Colleagues are invited by a link that is good once, and nobody gains what the inviter lacks."""

from datetime import timedelta

import pytest

from accounts.choices import InvitationStatus, MembershipStatus, SessionChannel
from accounts.errors import (
    AccessOver,
    AccountExists,
    AccountLocked,
    GrantExceedsOwn,
    InvitationOver,
    InvitationUnknown,
    InvitedAlready,
    LinkInvalid,
    PasswordTooWeak,
    PasswordWrong,
    RoleUnknown,
)
from accounts.models import LoginFailure, Membership, Role, StaffInvitation, User
from accounts.selectors.invitations import invitation_token, invitations
from accounts.selectors.mails import invitation_mail
from accounts.selectors.second_factors import is_open
from accounts.services.access_ends import access_end
from accounts.services.invitations import (
    MOST_MAILS,
    invitation_accept,
    invitation_cancel,
    invitation_create,
    invitation_read,
    invitation_send_again,
)
from accounts.services.logins import staff_log_in
from accounts.services.roles import tenant_roles_seed
from accounts.services.users import membership_set_status
from accounts.tenant_settings import INVITATION_HOURS
from ispplatform.core.actors import Actor
from ispplatform.core.errors import InvalidInput, NotPermitted, RuleViolation
from ispplatform.core.models import AuditEntry, AuditValues, OutboxEvent, Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import LAPTOP, actor_with, acts, colleague, customer, staff_in
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory

NEW_PASSWORD = "Grey-Kettle-91-Orchard"
LEA = "lea@northwind.example"


def admin_of(tenant: Tenant) -> Actor:
    """Return the actor of a colleague who may do everything."""
    return staff_in(tenant, colleague(tenant, "admin")).actor()


def invited(tenant: Tenant, actor: Actor | None = None, **changes: object) -> StaffInvitation:
    values: dict[str, object] = {"email": LEA, "roles": ["support"], **changes}
    return invitation_create(actor=actor or admin_of(tenant), tenant=tenant, **values)  # type: ignore[arg-type]


def status_of(row: StaffInvitation) -> str:
    return str(invitations().get(pk=row.pk).status)  # type: ignore[attr-defined]


def test_invited_person_chooses_a_password_and_holds_the_roles_behind_a_second_factor(
    tenant: Tenant,
) -> None:
    row = invited(tenant, email=" Lea@Northwind.Example", first_name="Lea", last_name="Vogt")
    assert not User.objects.filter(email=LEA).exists()
    assert status_of(row) == InvitationStatus.OPEN

    membership = invitation_accept(token=invitation_token(row), password=NEW_PASSWORD)

    entry = staff_log_in(
        email=LEA,
        password=NEW_PASSWORD,
        device=LAPTOP,
        channel=SessionChannel.BROWSER,
        tenant=tenant,
    ).entry
    assert entry.roles == ("support",)
    assert entry.is_factor_required
    tenant.mode = "live"
    assert not is_open(entry, tenant)
    user = membership.user
    assert (user.first_name, user.last_name) == ("Lea", "Vogt")
    assert user.email_verified_at is not None
    assert not user.must_change_password
    row.refresh_from_db()
    assert row.membership == membership
    assert status_of(row) == InvitationStatus.ACCEPTED
    assert [act for act in acts() if "invitation" in act or act == "accounts.user_create"] == [
        "accounts.invitation_create",
        "accounts.user_create",
        "accounts.invitation_accept",
    ]
    assert OutboxEvent.objects.filter(name="accounts.user_created").count() == 1


def test_link_is_good_once(tenant: Tenant) -> None:
    row = invited(tenant)
    token = invitation_token(row)
    invitation_accept(token=token, password=NEW_PASSWORD)

    with pytest.raises(LinkInvalid):
        invitation_accept(token=token, password=NEW_PASSWORD)
    with pytest.raises(LinkInvalid):
        invitation_read(token=token)

    assert Membership.objects.filter(user__email=LEA).count() == 1


def test_link_that_is_too_old_opens_nothing(tenant: Tenant) -> None:
    row = invited(tenant)
    StaffInvitation.objects.filter(pk=row.pk).update(expires_at=row.sent_at)

    with pytest.raises(LinkInvalid):
        invitation_accept(token=invitation_token(row), password=NEW_PASSWORD)

    assert status_of(row) == InvitationStatus.EXPIRED
    assert not User.objects.filter(email=LEA).exists()


def test_setting_says_how_long_a_link_lives(tenant: Tenant) -> None:
    row = invited(tenant)
    assert row.expires_at - row.sent_at == timedelta(hours=INVITATION_HOURS.of(tenant))


def test_link_that_was_sent_again_makes_the_old_one_worthless(tenant: Tenant) -> None:
    actor = admin_of(tenant)
    row = invited(tenant, actor)
    old = invitation_token(row)
    StaffInvitation.objects.update(sent_at=row.sent_at - timedelta(minutes=2))

    row = invitation_send_again(actor=actor, tenant=tenant, invitation_id=row.pk)

    with pytest.raises(LinkInvalid):
        invitation_accept(token=old, password=NEW_PASSWORD)
    assert invitation_accept(token=invitation_token(row), password=NEW_PASSWORD).user.email == LEA


def test_mail_of_an_older_link_is_not_written_any_more(tenant: Tenant) -> None:
    actor = admin_of(tenant)
    row = invited(tenant, actor)
    StaffInvitation.objects.update(sent_at=row.sent_at - timedelta(minutes=2))
    invitation_send_again(actor=actor, tenant=tenant, invitation_id=row.pk)

    first, second = OutboxEvent.objects.filter(name="accounts.colleague_invited").order_by("id")

    assert invitation_mail(first.payload) is None
    mail = invitation_mail(second.payload)
    assert mail is not None
    assert mail.email == LEA
    assert mail.inviter == actor.label
    assert mail.hours_left == INVITATION_HOURS.of(tenant)
    assert mail.link.startswith(f"{tenant.base_url}/invitation/")
    assert mail.link.rpartition("/")[2] not in str(list(OutboxEvent.objects.values_list("payload")))


def test_sending_again_waits_a_minute_and_ends(tenant: Tenant) -> None:
    actor = admin_of(tenant)
    row = invited(tenant, actor)

    with pytest.raises(RuleViolation, match="a moment ago"):
        invitation_send_again(actor=actor, tenant=tenant, invitation_id=row.pk)
    StaffInvitation.objects.update(
        sent_at=row.sent_at - timedelta(minutes=2), sent_count=MOST_MAILS
    )
    with pytest.raises(RuleViolation, match="many times"):
        invitation_send_again(actor=actor, tenant=tenant, invitation_id=row.pk)

    assert OutboxEvent.objects.filter(name="accounts.colleague_invited").count() == 1


def test_withdrawn_link_opens_nothing(tenant: Tenant) -> None:
    actor = admin_of(tenant)
    row = invited(tenant, actor)

    invitation_cancel(actor=actor, invitation_id=row.pk)

    assert status_of(row) == InvitationStatus.CANCELLED
    with pytest.raises(LinkInvalid):
        invitation_accept(token=invitation_token(row), password=NEW_PASSWORD)
    with pytest.raises(InvitationOver):
        invitation_cancel(actor=actor, invitation_id=row.pk)
    with pytest.raises(InvitationOver):
        invitation_send_again(actor=actor, tenant=tenant, invitation_id=row.pk)


@pytest.mark.parametrize(
    ("permissions", "roles", "refusal"),
    [
        ((), ["support"], NotPermitted),
        (("users:create",), ["support"], GrantExceedsOwn),
        (("users:create",), ["admin"], GrantExceedsOwn),
        (("*",), ["nobody-has-this"], RoleUnknown),
        (("*",), ["customer"], RoleUnknown),
        (("*",), [], InvalidInput),
    ],
)
def test_nobody_invites_to_more_than_they_hold(
    tenant: Tenant, permissions: tuple[str, ...], roles: list[str], refusal: type[Exception]
) -> None:
    tenant_roles_seed(tenant)
    with pytest.raises(refusal):
        invited(tenant, actor_with(permissions), roles=roles)
    assert not StaffInvitation.objects.exists()
    assert acts() == []


def test_nobody_sends_again_what_they_could_not_give(tenant: Tenant) -> None:
    row = invited(tenant, roles=["admin"])
    StaffInvitation.objects.update(sent_at=row.sent_at - timedelta(minutes=2))

    with pytest.raises(GrantExceedsOwn):
        invitation_send_again(
            actor=actor_with(["users:create"]), tenant=tenant, invitation_id=row.pk
        )

    row.refresh_from_db()
    assert row.sent_count == 1


def test_invitation_of_somebody_who_was_shut_out_since_opens_nothing(tenant: Tenant) -> None:
    inviter = colleague(tenant, "admin")
    row = invited(tenant, staff_in(tenant, inviter).actor())
    membership_set_status(
        actor=Actor.system("tests"), membership=inviter, status=MembershipStatus.SUSPENDED
    )

    with pytest.raises(InvitationOver):
        invitation_accept(token=invitation_token(row), password=NEW_PASSWORD)

    assert not User.objects.filter(email=LEA).exists()


def test_invitation_gives_nothing_that_the_inviter_lost_since(tenant: Tenant) -> None:
    inviter = colleague(tenant, "admin")
    row = invited(tenant, staff_in(tenant, inviter).actor())
    inviter.held_roles.all().delete()
    with pytest.raises(InvitationOver):
        invitation_accept(token=invitation_token(row), password=NEW_PASSWORD)
    assert not Membership.objects.filter(user__email=LEA).exists()


def test_role_that_is_gone_since_is_not_held(tenant: Tenant) -> None:
    row = invited(tenant, roles=["support", "billing"])
    Role.objects.filter(code="billing").delete()
    membership = invitation_accept(token=invitation_token(row), password=NEW_PASSWORD)
    assert [role.code for role in membership.roles.all()] == ["support"]


def test_weak_password_leaves_the_link_usable(tenant: Tenant) -> None:
    row = invited(tenant)
    with pytest.raises(PasswordTooWeak):
        invitation_accept(token=invitation_token(row), password="password")
    assert not User.objects.filter(email=LEA).exists()
    assert status_of(row) == InvitationStatus.OPEN


def test_invitation_of_somebody_known_elsewhere_looks_like_any_other(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    with tenant_context(other_tenant.pk):
        elsewhere = MembershipFactory().user
    here = customer(tenant).user
    actor = admin_of(tenant)

    rows = [
        invited(tenant, actor, email=email)
        for email in (elsewhere.email, here.email, "new@x.example")
    ]

    assert {status_of(row) for row in rows} == {InvitationStatus.OPEN}
    entries = AuditValues.objects.filter(entry__act="accounts.invitation_create")
    assert {tuple(sorted(entry.after)) for entry in entries} == {("email", "expires_at", "roles")}


def test_somebody_with_a_log_in_keeps_password_and_name_and_shows_it(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    with tenant_context(other_tenant.pk):
        known = MembershipFactory().user
    before = (known.password, known.first_name)
    token = invitation_token(invited(tenant, email=known.email, first_name="Someone"))

    with pytest.raises(PasswordWrong):
        invitation_accept(token=token, password=NEW_PASSWORD)
    assert LoginFailure.objects.get().failures == 1
    membership = invitation_accept(token=token, password=PASSWORD, first_name="Else")

    known.refresh_from_db()
    assert membership.user == known
    assert (known.password, known.first_name) == before


def test_link_does_not_help_to_guess_a_password(tenant: Tenant) -> None:
    account = customer(tenant)
    token = invitation_token(invited(tenant, email=account.user.email))
    for _attempt in range(5):
        with pytest.raises(PasswordWrong):
            invitation_accept(token=token, password=NEW_PASSWORD)
    with pytest.raises(AccountLocked):
        invitation_accept(token=token, password=PASSWORD)
    assert not Membership.objects.filter(user=account.user).exists()


def test_person_who_was_shut_out_of_the_installation_is_not_let_in(tenant: Tenant) -> None:
    user = UserFactory(is_active=False)
    token = invitation_token(invited(tenant, email=user.email))
    with pytest.raises(LinkInvalid):
        invitation_accept(token=token, password=PASSWORD)


def test_colleague_is_not_invited_anew(tenant: Tenant) -> None:
    present = MembershipFactory(status=MembershipStatus.SUSPENDED)
    with pytest.raises(AccountExists):
        invited(tenant, email=present.user.email.upper())


def test_who_left_comes_back_by_their_row_and_not_by_invitation(tenant: Tenant) -> None:
    left = MembershipFactory(status=MembershipStatus.ENDED)
    with pytest.raises(AccessOver):
        invited(tenant, email=left.user.email)
    row = invited(tenant)
    MembershipFactory(user=UserFactory(email=LEA), status=MembershipStatus.ENDED)
    with pytest.raises(AccessOver):
        invitation_accept(token=invitation_token(row), password=PASSWORD)
    assert Membership.objects.get(user__email=LEA).status == MembershipStatus.ENDED


def test_invitation_of_somebody_who_left_since_opens_nothing(tenant: Tenant) -> None:
    inviter = colleague(tenant, "admin")
    row = invited(tenant, staff_in(tenant, inviter).actor())
    token = invitation_token(row)
    membership_set_status(
        actor=Actor.system("tests"), membership=inviter, status=MembershipStatus.SUSPENDED
    )
    with pytest.raises(InvitationOver):
        invitation_accept(token=token, password=NEW_PASSWORD)
    access_end(actor=Actor.system("tests"), membership=inviter, reason="left")
    with pytest.raises(LinkInvalid):
        invitation_accept(token=token, password=NEW_PASSWORD)
    assert not User.objects.filter(email=LEA).exists()


def test_somebody_who_became_a_colleague_since_keeps_what_they_hold(tenant: Tenant) -> None:
    row = invited(tenant)
    MembershipFactory(user=UserFactory(email=LEA))
    with pytest.raises(AccountExists):
        invitation_accept(token=invitation_token(row), password=PASSWORD)
    row.refresh_from_db()
    assert row.accepted_at is None


def test_one_invitation_to_an_address_is_open(tenant: Tenant) -> None:
    actor = admin_of(tenant)
    row = invited(tenant, actor)
    with pytest.raises(InvitedAlready):
        invited(tenant, actor, email=LEA.upper())
    StaffInvitation.objects.filter(pk=row.pk).update(expires_at=row.sent_at)

    newer = invited(tenant, actor)

    assert status_of(row) == InvitationStatus.CANCELLED
    assert status_of(newer) == InvitationStatus.OPEN


def test_invitation_of_another_company_is_not_there(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_context(other_tenant.pk):
        tenant_roles_seed(other_tenant)
        theirs = invited(other_tenant, Actor.system("tests"))
    actor = admin_of(tenant)
    with pytest.raises(InvitationUnknown):
        invitation_cancel(actor=actor, invitation_id=theirs.pk)
    with pytest.raises(InvitationUnknown):
        invitation_send_again(actor=actor, tenant=tenant, invitation_id=theirs.pk)
    # The link itself names the company: it works wherever it is opened, and there alone.
    membership = invitation_accept(token=invitation_token(theirs), password=NEW_PASSWORD)
    assert membership.tenant_id == other_tenant.pk
    assert not Membership.objects.filter(user__email=LEA).exists()


@pytest.mark.parametrize("token", ["", "x", "A" * 128, "0" * 400])
def test_token_that_is_not_ours_opens_nothing(tenant: Tenant, token: str) -> None:
    with pytest.raises(LinkInvalid):
        invitation_accept(token=token, password=NEW_PASSWORD)


def test_trail_and_row_hold_no_link(tenant: Tenant) -> None:
    row = invited(tenant)
    token = invitation_token(row)
    assert AuditEntry.objects.filter(act="accounts.invitation_create").exists()
    held = str(list(StaffInvitation.objects.values())) + str(list(AuditValues.objects.values()))
    assert token not in held
    assert token[-40:] not in held
