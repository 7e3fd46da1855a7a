"""A customer's people look after each other's log-ins, and nobody gains what they do not hold."""

import pytest

from accounts.choices import GuardReason, PortalAccountStatus, SessionChannel
from accounts.errors import (
    AccountExists,
    GrantExceedsOwn,
    InvalidPortalCredentials,
    LoginGuarded,
    OwnLogIn,
    PersonUnknown,
    TooManyPeople,
)
from accounts.models import AccessLink, PortalAccount, Session
from accounts.selectors.principals import SessionEntry, customer_permissions
from accounts.services import people
from accounts.services.guards import guard_begin
from accounts.services.logins import portal_log_in
from accounts.services.passwords import password_reset
from accounts.services.people import (
    person_invite,
    person_invite_again,
    person_set_areas,
    person_set_status,
)
from accounts.tokens.derived import derived_token
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.errors import NotPermitted
from ispplatform.core.models import Tenant
from tests.accounts.people import LAPTOP, actor_with, acts, customer
from tests.factories.accounts import PortalAccountFactory

NEW_PASSWORD = "Grey-Kettle-91-Orchard"


def of(account: PortalAccount) -> Actor:
    """Return the actor of a log-in, as a session of it has."""
    return Actor(
        type=ActorType.CUSTOMER,
        id=str(account.pk),
        label=account.user.email,
        permissions=customer_permissions(account.grants),
        customer_id=account.customer_id,
    )


def invited(tenant: Tenant, owner: PortalAccount, *areas: str) -> PortalAccount:
    return person_invite(actor=of(owner), tenant=tenant, email="lea@mail.example", areas=areas)


def opened(tenant: Tenant) -> None:
    """Follow the link of the invitation."""
    link = AccessLink.objects.order_by("-id").first()
    assert link is not None
    token = derived_token("access_link", tenant_id=tenant.pk, row_id=link.pk, fixed=True)
    password_reset(token=token, new=NEW_PASSWORD)


def test_invited_colleague_chooses_a_password_and_may_what_was_chosen(tenant: Tenant) -> None:
    owner = customer(tenant)

    account = invited(tenant, owner, "money", "transfers")
    with pytest.raises(InvalidPortalCredentials):
        _enters(tenant, NEW_PASSWORD)
    opened(tenant)
    entry = _enters(tenant, NEW_PASSWORD)

    assert entry.customer_id == owner.customer_id
    assert {"own_invoices:read", "domains:transfer", "own_profile:update"} <= entry.permissions
    assert not {"own_people:manage", "domains:update", "mailboxes:read"} & entry.permissions
    account.refresh_from_db()
    assert account.status == PortalAccountStatus.ACTIVE
    assert "accounts.portal_account_create" in acts()


def _enters(tenant: Tenant, password: str) -> SessionEntry:
    return portal_log_in(
        tenant=tenant,
        name="lea@mail.example",
        password=password,
        device=LAPTOP,
        channel=SessionChannel.API,
    ).entry


def test_nobody_gives_or_takes_what_they_do_not_hold(tenant: Tenant) -> None:
    owner = customer(tenant)
    clerk = invited(tenant, owner, "money", "people")

    for areas in (["domains"], ["everything"]):
        with pytest.raises(GrantExceedsOwn):
            person_invite(actor=of(clerk), tenant=tenant, email="x@mail.example", areas=areas)
    for act in (
        lambda: person_set_areas(actor=of(clerk), account_id=owner.pk, areas=["money"]),
        lambda: person_set_status(actor=of(clerk), account_id=owner.pk, is_open=False),
    ):
        with pytest.raises(GrantExceedsOwn):
            act()
    with pytest.raises(OwnLogIn):
        person_set_areas(actor=of(clerk), account_id=clerk.pk, areas=["money"])
    made = person_invite(actor=of(clerk), tenant=tenant, email="x@mail.example", areas=["money"])

    assert owner.grants == ["*"]
    assert set(made.grants) < set(clerk.grants)


def test_rights_and_access_are_taken_and_given(tenant: Tenant) -> None:
    owner = customer(tenant)
    account = invited(tenant, owner, "money")
    opened(tenant)
    entry = _enters(tenant, NEW_PASSWORD)

    person_set_areas(actor=of(owner), account_id=account.pk, areas=["domains"])
    account.refresh_from_db()
    assert "domains:update" in account.grants
    assert "own_payments:create" not in account.grants
    person_set_status(actor=of(owner), account_id=account.pk, is_open=False)
    assert Session.objects.get(pk=entry.session_id).ended_at is not None
    with pytest.raises(InvalidPortalCredentials):
        _enters(tenant, NEW_PASSWORD)
    person_set_status(actor=of(owner), account_id=account.pk, is_open=True)

    assert _enters(tenant, NEW_PASSWORD).customer_id == owner.customer_id


def test_invitation_that_was_shut_out_does_not_open_by_letting_in(tenant: Tenant) -> None:
    owner = customer(tenant)
    account = invited(tenant, owner, "money")

    person_set_status(actor=of(owner), account_id=account.pk, is_open=False)
    person_set_status(actor=of(owner), account_id=account.pk, is_open=True)

    account.refresh_from_db()
    assert account.status == PortalAccountStatus.PENDING
    person_invite_again(actor=of(owner), tenant=tenant, account_id=account.pk)
    assert AccessLink.objects.filter(portal_account=account).count() == 2


def test_what_is_refused_changes_nothing(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, stranger = customer(tenant), PortalAccountFactory()
    reader = PortalAccountFactory(customer_id=owner.customer_id, grants=["own_invoices:read"])
    before = PortalAccount.objects.count()

    with pytest.raises(NotPermitted):
        invited(tenant, reader, "money")
    with pytest.raises(NotPermitted):
        person_invite(
            actor=actor_with(["own_people:manage"]), tenant=tenant, email="x@mail.example"
        )
    with pytest.raises(AccountExists):
        person_invite(actor=of(owner), tenant=tenant, email=reader.user.email)
    with pytest.raises(PersonUnknown):
        person_set_areas(actor=of(owner), account_id=stranger.pk, areas=[])
    monkeypatch.setattr(people, "MOST_PEOPLE", 2)
    with pytest.raises(TooManyPeople):
        invited(tenant, owner, "money")
    guard_begin(actor=of(owner), user=owner.user, reason=GuardReason.NEW_DEVICE)
    for act in (
        lambda: invited(tenant, owner, "money"),
        lambda: person_set_areas(actor=of(owner), account_id=reader.pk, areas=["everything"]),
    ):
        with pytest.raises(LoginGuarded):
            act()

    assert PortalAccount.objects.count() == before
