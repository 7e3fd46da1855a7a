"""A colleague leaves: everything they came in by ends in one act, and others take their work."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from uuid import UUID

from django.db import transaction

from accounts.choices import MembershipStatus
from accounts.errors import AccessOver, OperatorStays
from accounts.events import AccessEnded, AccessReturned
from accounts.models import Integration, Membership, MembershipRole, Session, User
from accounts.selectors.integrations import integrations_of_person
from accounts.selectors.leaving import (
    codes_of_colleague,
    followers_of,
    links_of_colleague,
    tokens_of_colleague,
)
from accounts.selectors.principals import role_permissions
from accounts.services.grants import grants_check
from accounts.services.identity_providers import identities_end
from accounts.services.integrations import (
    integration_hand_over,
    integrations_of_person_check,
)
from accounts.services.invitations import invitations_of_colleague_withdraw
from accounts.services.memberships import membership_locked, shut_out_check
from accounts.services.roles import ASSIGN, roles_by_code, roles_take
from accounts.services.sessions import sessions_end
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput
from ispplatform.core.events import publish
from ispplatform.core.held_work import HELD_WORK, Colleague
from ispplatform.core.subjects import subject_of

END = "users:end_access"
REASON = "The access was ended."


@dataclass(frozen=True, kw_only=True, slots=True)
class EndedAccess:
    """What was ended and handed over; all zero when the access had ended before.

    Args:
        log_ins: with what programs did for the person.
        integrations: those that got a follower; the others stand under *Needs a person*.
        work: rows of each sort that others look after now, or nobody yet.
    """

    log_ins: int = 0
    tokens: int = 0
    invitations: int = 0
    roles: tuple[str, ...] = ()
    integrations: int = 0
    integrations_left: int = 0
    work: Mapping[str, int]


def access_end(
    *,
    actor: Actor,
    membership: Membership,
    reason: str,
    work_to: UUID | None = None,
    followers: Mapping[UUID, UUID] | None = None,
) -> EndedAccess:
    """End a colleague's access to this company in one transaction.

    Every log-in, consent and token of theirs is worthless within a second of the commit; roles and
    ownership go, mailed links do nothing more. The row stays, and the trail with it.

    Args:
        reason: kept in the audit trail.
        work_to: the colleague (a user's id) who looks after what they looked after; None puts it
            back for everybody.
        followers: for integrations (ids) that they answer for, the user who does so instead. Each
            that is not named is put before staff.

    Raises:
        NotPermitted: the actor may not, or may not come in any more.
        OwnAccess, GrantExceedsOwn, LastOwner: see ``shut_out_check``.
        OperatorStays: the person runs the installation.
        InvalidInput: no reason, or somebody named cannot take over.
    """
    actor.require(END)
    if not reason.strip():
        raise InvalidInput("Say why.", field="reason")
    with transaction.atomic():
        row = membership_locked(actor=actor, membership=membership)
        if row.status == MembershipStatus.ENDED:
            return EndedAccess(work={})
        if row.user.is_superuser:
            raise OperatorStays("This person runs the installation.")
        shut_out_check(actor=actor, row=row)
        before = {"status": row.status, "is_owner": row.is_owner}
        ended = ways_in_end(actor=actor, row=row)
        given = _integrations_hand_over(actor, row.user, followers or {})
        integrations_of_person_check(row.user_id)
        done = replace(
            ended,
            integrations=given,
            integrations_left=integrations_of_person(row.user_id).count(),
            work=work_hand_over(actor, row.user_id, work_to),
        )
        told = asdict(done)
        audit(
            "accounts.access_end",
            actor=actor,
            subject=subject_of(row.user),
            reason=reason,
            before={**before, "roles": told.pop("roles")},
            after={"status": row.status, "is_owner": False, **told},
        )
        publish(
            AccessEnded(user_id=row.user_id, membership_id=row.pk), subject=subject_of(row.user)
        )
    return done


def membership_return(
    *, actor: Actor, membership: Membership, codes: list[str], reason: str = ""
) -> Membership:
    """Let somebody whose access ended work here again, with these roles and nothing from before.

    Raises:
        NotPermitted: the actor may not give roles.
        AccessOver: the access has not ended.
        InvalidInput: no role is named.
        RoleUnknown, GrantExceedsOwn: as when roles are given.
    """
    actor.require(ASSIGN)
    actor.require("users:create")
    wanted = roles_by_code(codes)
    if not wanted:
        raise InvalidInput("Choose the roles that they shall hold.", field="roles")
    for role in wanted:
        grants_check(actor=actor, grants=role_permissions(role), field="roles")
    with transaction.atomic():
        row = membership_locked(actor=actor, membership=membership)
        if row.status != MembershipStatus.ENDED:
            raise AccessOver("This colleague's access has not ended.")
        row.status, row.ended_at = MembershipStatus.ACTIVE, None
        row.save(update_fields=["status", "ended_at"])
        MembershipRole.objects.bulk_create(
            MembershipRole(membership=row, role=role) for role in wanted
        )
        held = [role.code for role in wanted]
        audit(
            "accounts.membership_return",
            actor=actor,
            subject=subject_of(row.user),
            reason=reason,
            before={"status": MembershipStatus.ENDED},
            after={"status": row.status, "roles": held},
        )
        integrations_of_person_check(row.user_id)
        publish(
            AccessReturned(user_id=row.user_id, membership_id=row.pk, roles=held),
            subject=subject_of(row.user),
        )
    return row


def ways_in_end(*, actor: Actor, row: Membership) -> EndedAccess:
    """End all that a colleague comes in by; who may is decided before."""
    now = system_now()
    row.status, row.ended_at, row.is_owner = MembershipStatus.ENDED, now, False
    row.save(update_fields=["status", "ended_at", "is_owner"])
    roles = roles_take(actor=actor, membership=row)
    tokens = tokens_of_colleague(row).update(ended_at=now)
    codes_of_colleague(row).update(used_at=now)
    links = links_of_colleague(row).update(used_at=now)
    links += invitations_of_colleague_withdraw(actor=actor, membership=row)
    identities_end(actor=actor, membership=row, reason=REASON)
    log_ins = sessions_end(
        actor=actor, sessions=Session.objects.filter(membership=row), reason=REASON
    )
    return EndedAccess(
        log_ins=log_ins,
        tokens=tokens,
        invitations=links,
        roles=tuple(role.code for role in roles),
        work={},
    )


def _integrations_hand_over(actor: Actor, leaving: User, followers: Mapping[UUID, UUID]) -> int:
    theirs: dict[UUID, Integration] = {
        one.pk: one for one in integrations_of_person(leaving.pk).select_related("deputy")
    }
    can = {person.pk: person for person in followers_of(leaving.pk)} if followers else {}
    for integration_id, follower_id in followers.items():
        field = f"follower_{integration_id}"
        if integration_id not in theirs:
            raise InvalidInput("They answer for no such integration.", field=field)
        if follower_id not in can:
            raise InvalidInput("Name a colleague with access who follows.", field=field)
        integration_hand_over(
            actor=actor,
            integration=theirs[integration_id],
            leaving=leaving,
            follower=can[follower_id],
        )
    return len(followers)


def work_hand_over(actor: Actor, leaving_id: UUID, work_to: UUID | None) -> dict[str, int]:
    """Give what a colleague looks after to another, or back to everybody; return how much.

    Raises:
        InvalidInput: who shall take over has no access.
    """
    taker = followers_of(leaving_id).filter(pk=work_to).first() if work_to else None
    if work_to and taker is None:
        raise InvalidInput("Name a colleague with access who takes over.", field="work_to")
    to = Colleague(id=taker.pk, label=taker.email) if taker is not None else None
    return {one.key: one.hand_over(actor, leaving_id, to) for one in HELD_WORK.items()}
