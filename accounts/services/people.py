"""The people who act for a customer, as the customer's own log-ins look after them."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from accounts.choices import AccessLinkPurpose, PortalAccountStatus
from accounts.errors import InvitationOver, OwnLogIn, PersonUnknown, TooManyPeople
from accounts.models import PortalAccount
from accounts.rules.people_areas import grants_of_areas
from accounts.selectors.guards import guard_check
from accounts.selectors.people import people_of
from accounts.services.grants import grants_check
from accounts.services.passwords import access_link_create
from accounts.services.portal_accounts import (
    grants_write,
    portal_account_create,
    status_write,
)
from ispplatform.core.actors import Actor
from ispplatform.core.errors import NotPermitted
from ispplatform.core.models import Tenant

MANAGE = "own_people:manage"
MOST_PEOPLE = 100


def person_invite(
    *,
    actor: Actor,
    tenant: Tenant,
    email: str,
    first_name: str = "",
    last_name: str = "",
    areas: Iterable[str] = (),
    language: str = "en",
) -> PortalAccount:
    """Give somebody a log-in for the actor's customer, and mail them a link to a password.

    Args:
        areas: keys of ``rules.people_areas``; none leaves them their own log-in only.

    Raises:
        NotPermitted: the actor may not, or is no customer's log-in.
        LoginGuarded: the actor's log-in is guarded: a new log-in would not be.
        GrantExceedsOwn: the actor does not hold all of it.
        AccountExists: this person has a log-in for the customer already.
        TooManyPeople: there are a hundred log-ins.
    """
    customer_id = _customer_of(actor)
    guard_check(actor)
    grants = grants_of_areas(areas)
    grants_check(actor=actor, grants=_meant(actor, grants), field="areas")
    with transaction.atomic():
        if people_of(customer_id).count() >= MOST_PEOPLE:
            raise TooManyPeople(f"There are {MOST_PEOPLE} log-ins: shut one out, or ask us.")
        account = portal_account_create(
            actor=actor,
            tenant=tenant,
            customer_id=customer_id,
            email=email,
            first_name=first_name,
            last_name=last_name,
            language=language,
            grants=grants,
        )
        _mail(actor, tenant, account)
    return account


def person_invite_again(*, actor: Actor, tenant: Tenant, account_id: UUID) -> None:
    """Mail the link once more to somebody who has not used it.

    Raises:
        NotPermitted, PersonUnknown, LoginGuarded: see above.
        InvitationOver: they have, or are shut out.
    """
    account = _person(actor, account_id)
    guard_check(actor)
    if account.status != PortalAccountStatus.PENDING:
        raise InvitationOver("This person has followed the invitation already, or is shut out.")
    with transaction.atomic():
        _mail(actor, tenant, account)


def person_set_areas(*, actor: Actor, account_id: UUID, areas: Iterable[str]) -> None:
    """Choose what a colleague may do, from the next request on.

    Raises:
        NotPermitted: the actor may not.
        PersonUnknown: nobody of this customer.
        OwnLogIn: nobody changes what they may do themselves.
        LoginGuarded: the actor's log-in is guarded.
        GrantExceedsOwn: the actor does not hold all that the colleague has or shall have.
    """
    account = _person(actor, account_id)
    guard_check(actor)
    grants = grants_of_areas(areas)
    for held in (account.grants, grants):
        grants_check(actor=actor, grants=_meant(actor, held), field="areas")
    grants_write(actor=actor, account=account, grants=grants)


def person_set_status(*, actor: Actor, account_id: UUID, is_open: bool) -> None:
    """Shut a colleague out within a second, or let them in again.

    Raises:
        NotPermitted, PersonUnknown, OwnLogIn, LoginGuarded, GrantExceedsOwn: see above.
    """
    account = _person(actor, account_id)
    guard_check(actor)
    grants_check(actor=actor, grants=_meant(actor, account.grants), field="areas")
    if account.status == PortalAccountStatus.PENDING and is_open:
        return
    opened = PortalAccountStatus.ACTIVE if account.activated_at else PortalAccountStatus.PENDING
    status = opened if is_open else PortalAccountStatus.DISABLED
    status_write(actor=actor, account=account, status=status, reason="by the customer")


def _customer_of(actor: Actor) -> UUID:
    actor.require(MANAGE)
    if not actor.is_customer or actor.customer_id is None or actor.on_behalf_of:
        raise NotPermitted("Only the customer's own people do this.")
    return actor.customer_id


def _person(actor: Actor, account_id: UUID) -> PortalAccount:
    account = people_of(_customer_of(actor)).filter(pk=account_id).first()
    if account is None:
        raise PersonUnknown("There is no such person.")
    if str(account.pk) == actor.id:
        raise OwnLogIn("You cannot change what you may do yourself: ask a colleague, or us.")
    return account


def _meant(actor: Actor, grants: Iterable[str]) -> list[str]:
    """Return grants as their giver has to hold them: everything is what this log-in holds whole."""
    own = PortalAccount.objects.values_list("grants", flat=True).get(pk=actor.id)
    return [] if "*" in own else list(grants)


def _mail(actor: Actor, tenant: Tenant, account: PortalAccount) -> None:
    access_link_create(
        actor=actor,
        tenant=tenant,
        purpose=AccessLinkPurpose.ACTIVATION,
        email=account.user.email,
        user=account.user,
        account=account,
    )
