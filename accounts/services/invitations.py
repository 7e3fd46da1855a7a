"""Invitations to work here: sent, sent again, withdrawn, accepted."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from accounts.choices import InvitationStatus
from accounts.errors import (
    GrantExceedsOwn,
    InvitationOver,
    InvitationUnknown,
    InvitedAlready,
    LinkInvalid,
)
from accounts.events import ColleagueInvited
from accounts.models import Membership, Role, StaffInvitation, User
from accounts.selectors.invitations import invitation_of_token, invitations_sent_by
from accounts.selectors.principals import role_permissions
from accounts.services.fresh_proofs import password_prove
from accounts.services.grants import grants_check
from accounts.services.lockouts import account_digest, failures_clear
from accounts.services.passwords import password_set_first
from accounts.services.roles import roles_by_code
from accounts.services.users import CREATE, membership_write, not_here_check
from accounts.tenant_settings import INVITATION_HOURS
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.audit import audit
from ispplatform.core.bulk.actors import actor_kept, actor_now, require_lasting
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput, NotPermitted, RuleViolation
from ispplatform.core.events import publish
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.tenancy.lookup import tenant_by_id

RESEND_SECONDS = 60
MOST_MAILS = 10
NAMES = ("first_name", "last_name")


def invitation_create(
    *,
    actor: Actor,
    tenant: Tenant,
    email: str,
    roles: Iterable[str],
    first_name: str = "",
    last_name: str = "",
) -> StaffInvitation:
    """Mail somebody a link by which they become a colleague.

    Nothing tells whether the address has a log-in as a customer or in another company: nobody is
    made before the link is followed.

    Args:
        roles: codes of what they will hold, one at least.

    Raises:
        NotPermitted: the actor may not, or nobody could ask later what they may do then.
        RoleUnknown: a role is not one.
        GrantExceedsOwn: a role allows more than the actor may.
        AccountExists, AccessOver: this person works here already, or did.
        InvitedAlready: an invitation to this address is open.
    """
    actor.require(CREATE)
    require_lasting(actor)
    held = _roles_given(actor, roles)
    address = email.strip().lower()
    now = system_now()
    with transaction.atomic():
        not_here_check(Membership.objects.filter(user__email=address))
        _make_room(actor, address)
        row = StaffInvitation.objects.create(
            email=address,
            first_name=first_name,
            last_name=last_name,
            roles=[role.code for role in held],
            sent_at=now,
            expires_at=now + timedelta(hours=INVITATION_HOURS.of(tenant)),
            **actor_kept(actor),
        )
        audit(
            "accounts.invitation_create",
            actor=actor,
            subject=subject_of(row),
            after={"email": address, "roles": row.roles, "expires_at": row.expires_at},
        )
        _ask_for_mail(row)
    return row


def invitation_send_again(*, actor: Actor, tenant: Tenant, invitation_id: UUID) -> StaffInvitation:
    """Mail a new link with a full lifetime; those mailed before open nothing any more.

    Who sends it again answers for it from then on.

    Raises:
        NotPermitted: the actor may not.
        InvitationUnknown: there is no such invitation.
        InvitationOver: it was accepted or withdrawn.
        GrantExceedsOwn: its roles allow more than the actor may.
        AccountExists, AccessOver: this person works here by now, or did since.
        RuleViolation: it was sent a moment ago, or too often.
    """
    actor.require(CREATE)
    require_lasting(actor)
    now = system_now()
    with transaction.atomic():
        row = _locked(invitation_id)
        _roles_given(actor, row.roles)
        not_here_check(Membership.objects.filter(user__email=row.email))
        if row.sent_count >= MOST_MAILS:
            raise RuleViolation(
                "This invitation was sent many times: withdraw it and ask for another address."
            )
        if row.sent_at > now - timedelta(seconds=RESEND_SECONDS):
            raise RuleViolation(
                "The mail was sent a moment ago. Give it a minute.", retry_after=RESEND_SECONDS
            )
        row.sent_count += 1
        row.sent_at = now
        row.expires_at = now + timedelta(hours=INVITATION_HOURS.of(tenant))
        for name, value in actor_kept(actor).items():
            setattr(row, name, value)
        row.save()
        audit(
            "accounts.invitation_send_again",
            actor=actor,
            subject=subject_of(row),
            after={"sent_count": row.sent_count, "expires_at": row.expires_at},
        )
        _ask_for_mail(row)
    return row


def invitation_cancel(*, actor: Actor, invitation_id: UUID) -> StaffInvitation:
    """Withdraw an invitation: its link opens nothing any more.

    Raises:
        NotPermitted: the actor may not.
        InvitationUnknown: there is no such invitation.
        InvitationOver: it was accepted or withdrawn before.
    """
    actor.require(CREATE)
    with transaction.atomic():
        row = _locked(invitation_id)
        _withdraw(actor, row)
    return row


def invitations_of_colleague_withdraw(*, actor: Actor, membership: Membership) -> int:
    """Withdraw the open invitations that a colleague who leaves sent; who may is decided before.

    Returns:
        How many there were.
    """
    rows = list(invitations_sent_by(membership.user_id).select_for_update().order_by("pk"))
    for row in rows:
        _withdraw(actor, row)
    return len(rows)


def invitation_read(*, token: str) -> StaffInvitation:
    """Return the open invitation that a token names; nothing is used up.

    Raises:
        LinkInvalid: it is not ours, was accepted, withdrawn or sent again since, or is too old.
    """
    row = invitation_of_token(token)
    if row is None or row.status_at(system_now()) != InvitationStatus.OPEN:
        raise _link_invalid()
    return row


def invitation_accept(
    *, token: str, password: str, first_name: str = "", last_name: str = ""
) -> Membership:
    """Become a colleague by a mailed link, which is used up.

    Whoever has the link has the mailbox: the address counts as proved. A person who has a log-in
    with this address already shows its password, and keeps it and their name; anybody else
    chooses a password. The roles are those of the invitation that still exist, as far as whoever
    invited may still give them.

    Raises:
        LinkInvalid: the link cannot be used.
        InvitationOver: whoever invited may not give these roles any more.
        PasswordTooWeak: the policy refuses the password; the link stays usable.
        PasswordWrong, AccountLocked: the person has a password, and this is another.
        AccountExists, AccessOver: this person works here by now, or did since.
    """
    row = invitation_read(token=token)
    with tenant_context(row.tenant_id):
        tenant = tenant_by_id(row.tenant_id)
        user = User.objects.filter(email=row.email).first()
        if user is not None and not user.is_active:
            raise _link_invalid()
        if user is not None and user.has_usable_password():
            actor = _actor_of(user)
            password_prove(
                actor=actor, tenant=tenant, user=user, password=password, field="new_password"
            )
        names = {"first_name": first_name, "last_name": last_name}
        with transaction.atomic():
            return _accepted(row, user, password=password, names=names)


def _accepted(
    seen: StaffInvitation, user: User | None, *, password: str, names: Mapping[str, str]
) -> Membership:
    """Use the invitation up, as it was when its link was read, and make the membership."""
    now = system_now()
    row = StaffInvitation.objects.select_for_update().get(pk=seen.pk)
    if row.status_at(now) != InvitationStatus.OPEN or row.sent_count != seen.sent_count:
        raise _link_invalid()
    roles = _roles_still_given(row)
    person = _person(row, user=user, password=password, names=names)
    actor = _actor_of(person)
    membership = membership_write(actor=actor, user=person, roles=roles)
    row.accepted_at, row.membership = now, membership
    row.save(update_fields=["accepted_at", "membership"])
    audit(
        "accounts.invitation_accept",
        actor=actor,
        subject=subject_of(row),
        after={"email": row.email, "roles": [role.code for role in roles]},
    )
    return membership


def _person(
    row: StaffInvitation, *, user: User | None, password: str, names: Mapping[str, str]
) -> User:
    """Return who follows the link, with a password and a proved address."""
    if user is None:
        chosen = {name: names.get(name) or getattr(row, name) for name in NAMES}
        user = User(email=row.email, **chosen)
        user.set_unusable_password()
    if not user.has_usable_password():
        password_set_first(user=user, password=password, field="new_password")
        failures_clear(digest=account_digest(str(user.pk)))
    if user.email_verified_at is None:
        user.email_verified_at = system_now()
    user.save()
    return user


def _roles_still_given(row: StaffInvitation) -> list[Role]:
    """Return the roles of the invitation, when whoever invited may still give them."""
    giver = actor_now(row)
    roles = list(Role.objects.filter(code__in=row.roles).order_by("code"))
    try:
        if giver is None or not roles:
            raise NotPermitted("Nobody gives these roles any more.")
        giver.require(CREATE)
        for role in roles:
            grants_check(actor=giver, grants=role_permissions(role), field="roles")
    except (NotPermitted, GrantExceedsOwn):
        raise InvitationOver(
            "Whoever invited you may not do so any more. Ask for a new invitation."
        ) from None
    return roles


def _roles_given(actor: Actor, codes: Iterable[str]) -> list[Role]:
    held = roles_by_code(codes)
    if not held:
        raise InvalidInput("Choose at least one role.", field="roles")
    for role in held:
        grants_check(actor=actor, grants=role_permissions(role), field="roles")
    return held


def _make_room(actor: Actor, address: str) -> None:
    """Withdraw an invitation that grew too old; one that is open stays the only one."""
    open_row = (
        StaffInvitation.objects.select_for_update()
        .filter(email=address, accepted_at=None, cancelled_at=None)
        .first()
    )
    if open_row is None:
        return
    if open_row.status_at(system_now()) == InvitationStatus.OPEN:
        raise InvitedAlready("This person is invited already.", field="email")
    _withdraw(actor, open_row)


def _withdraw(actor: Actor, row: StaffInvitation) -> None:
    row.cancelled_at = system_now()
    row.save(update_fields=["cancelled_at"])
    audit(
        "accounts.invitation_cancel",
        actor=actor,
        subject=subject_of(row),
        before={"email": row.email},
    )


def _locked(invitation_id: UUID) -> StaffInvitation:
    row = StaffInvitation.objects.select_for_update().filter(pk=invitation_id).first()
    if row is None:
        raise InvitationUnknown("There is no such invitation.")
    if row.accepted_at is not None or row.cancelled_at is not None:
        raise InvitationOver("This invitation was accepted or withdrawn before.")
    return row


def _actor_of(user: User) -> Actor:
    return Actor(type=ActorType.ANONYMOUS, id=str(user.pk), label=user.email)


def _ask_for_mail(row: StaffInvitation) -> None:
    event = ColleagueInvited(invitation_id=row.pk, sent_count=row.sent_count)
    publish(event, subject=subject_of(row))


def _link_invalid() -> LinkInvalid:
    return LinkInvalid(
        "This invitation was used already, was withdrawn or is too old.", field="token"
    )
