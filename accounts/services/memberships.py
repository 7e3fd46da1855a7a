"""What holds wherever a colleague is shut out, let in or taken off: who may, and who must stay."""

from django.db import transaction
from django.db.models import Q

from accounts.choices import MembershipStatus
from accounts.errors import AccessOver, LastOwner, OwnAccess
from accounts.models import Membership, Session
from accounts.selectors.principals import held_roles, staff_permissions
from accounts.services.grants import grants_check
from accounts.services.sessions import sessions_refresh_permissions
from ispplatform.core.actors import EVERYTHING, Actor, ActorType
from ispplatform.core.audit import audit
from ispplatform.core.errors import NotPermitted
from ispplatform.core.subjects import subject_of


def membership_locked(*, actor: Actor, membership: Membership) -> Membership:
    """Return a colleague's row, locked with those of all owners and of the actor.

    Of two who end each other at the same moment one comes first, and the other is no colleague
    any more by then.

    Raises:
        NotPermitted: the actor is a colleague who may not come in any more.
    """
    mine = Q(user_id=actor.id) if actor.type is ActorType.USER else Q()
    rows = {
        row.pk: row
        for row in Membership.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(Q(pk=membership.pk) | Q(is_owner=True) | mine)
        .order_by("pk")
    }
    for row in rows.values():
        is_actor = actor.type is ActorType.USER and str(row.user_id) == actor.id
        if is_actor and row.status != MembershipStatus.ACTIVE:
            raise NotPermitted("Your own access has ended.")
    return rows[membership.pk]


def hold_check(*, actor: Actor, row: Membership) -> None:
    """Return when the actor holds all that this colleague's roles and ownership mean.

    Raises:
        GrantExceedsOwn: it does not.
    """
    grants_check(actor=actor, grants=staff_permissions(row, held_roles(row)), field="user")


def shut_out_check(*, actor: Actor, row: Membership) -> None:
    """Return when the actor may shut this colleague out, whose row it has locked.

    Raises:
        OwnAccess: it is the actor.
        GrantExceedsOwn: the colleague may do what the actor may not.
        LastOwner: nobody would be left who owns the company.
    """
    if actor.type is ActorType.USER and str(row.user_id) == actor.id:
        raise OwnAccess("You cannot shut yourself out: ask another colleague.")
    hold_check(actor=actor, row=row)
    owner_left_check(row)


def owner_left_check(row: Membership) -> None:
    """Return when somebody owns the company also without this colleague, whose row is locked.

    Raises:
        LastOwner: nobody who can log in would.
    """
    others = Membership.objects.filter(
        is_owner=True, status=MembershipStatus.ACTIVE, user__is_active=True
    )
    if row.is_owner and not others.exclude(pk=row.pk).exists():
        raise LastOwner("Nobody else owns this company: make somebody an owner first.")


def membership_set_owner(
    *, actor: Actor, membership: Membership, is_owner: bool, reason: str
) -> Membership:
    """Make a colleague an owner, who may do everything, or let them be none any more.

    Raises:
        NotPermitted: the actor may not do everything itself.
        AccessOver: the colleague may not come in.
        LastOwner: nobody would be left who owns the company.
    """
    actor.require(EVERYTHING)
    with transaction.atomic():
        row = membership_locked(actor=actor, membership=membership)
        if row.is_owner == is_owner:
            return row
        if is_owner and row.status != MembershipStatus.ACTIVE:
            raise AccessOver("This colleague may not come in: let them in first.")
        if not is_owner:
            owner_left_check(row)
        row.is_owner = is_owner
        row.save(update_fields=["is_owner"])
        audit(
            "accounts.membership_set_owner",
            actor=actor,
            subject=subject_of(row.user),
            reason=reason,
            before={"is_owner": not is_owner},
            after={"is_owner": is_owner},
        )
        sessions_refresh_permissions(sessions=Session.objects.filter(membership=row))
    return row
