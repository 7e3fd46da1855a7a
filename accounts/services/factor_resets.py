"""A second factor that was lost: who may remove it, and who can stop that.

Of a customer, after 24 hours in which everybody at the customer can stop it. Of a colleague, by
another one who may do as much. Of an owner who is alone, by a command on the server.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from accounts.choices import FactorResetStatus, GuardReason, IdentityCheck
from accounts.errors import (
    FactorMissing,
    FactorResetEnded,
    FactorResetWaiting,
    LinkInvalid,
    OwnFactorReset,
)
from accounts.events import FactorResetAsked, FactorResetStopped
from accounts.models import FactorReset, Membership, PortalAccount, User
from accounts.selectors.guards import customers_of, reset_of_token, resets_waiting
from accounts.selectors.principals import held_roles, role_permissions
from accounts.selectors.second_factors import is_protected
from accounts.services.grants import grants_check
from accounts.services.guards import guard_begin
from accounts.services.second_factors import factors_remove
from accounts.services.users import user_shared_check
from accounts.tenant_settings import FACTOR_RESET_HOURS
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.attention import attention_open
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.events import publish
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context

RESET = "portal_accounts:reset_factor"
STOPPED = "accounts.factor_reset_stopped"
PLATFORM = Actor.system("accounts")


def factor_reset_ask(
    *,
    actor: Actor,
    tenant: Tenant,
    account: PortalAccount,
    identity_check: IdentityCheck,
    note: str,
) -> FactorReset:
    """Announce that a customer's second factor will be removed; everybody there is told at once.

    Args:
        identity_check, note: how staff made sure to whom they speak; kept for good.

    Returns:
        The announcement; it is carried out at ``due_at`` unless somebody stops it.

    Raises:
        NotPermitted: the actor may not.
        SharedUser: the person has log-ins at another company, too.
        FactorMissing: there is no second factor.
        FactorResetWaiting: it was announced before.
    """
    actor.require(RESET)
    user = account.user
    user_shared_check(user)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if not is_protected(user):
            raise FactorMissing("This person has no second factor.")
        if resets_waiting(user.pk).exists():
            raise FactorResetWaiting("It was announced before, and waits.")
        row = FactorReset.objects.create(
            user=user,
            identity_check=identity_check,
            identity_note=note,
            asked_by=actor.label,
            due_at=system_now() + timedelta(hours=FACTOR_RESET_HOURS.of(tenant)),
        )
        audit(
            "accounts.factor_reset_ask",
            actor=actor,
            subject=subject_of(user),
            reason=note,
            after={"identity_check": identity_check, "due_at": row.due_at},
            customer_id=account.customer_id,
        )
        event = FactorResetAsked(factor_reset_id=row.pk, user_id=user.pk)
        for customer_id in customers_of(user):
            publish(event, subject=subject_of(user), customer_id=customer_id)
    return row


def factor_reset_stop(*, actor: Actor, user: User, note: str) -> None:
    """Stop the removal of a person's second factor, as staff or as that person.

    Raises:
        NotPermitted: the actor may not.
        FactorResetEnded: none waits.
    """
    if not _is_own(actor, user):
        actor.require(RESET)
    row = resets_waiting(user.pk).first()
    if row is None:
        raise FactorResetEnded("No removal waits: it was stopped or carried out before.")
    _stop(actor=actor, row=row, note=note)


def factor_reset_stop_by_link(*, token: str, address: str) -> FactorReset:
    """Stop the removal that a mail told of; whoever got the mail may.

    Args:
        address: IP address of whoever presses the button, for the trail.

    Raises:
        LinkInvalid: the link is not ours.
        FactorResetEnded: it was stopped or carried out before.
    """
    row = reset_of_token(token)
    if row is None:
        raise LinkInvalid("This link does not work.", field="token")
    with tenant_context(row.tenant_id):
        _stop(actor=Actor.anonymous(), row=row, note=f"by the link in a mail, from {address}")
    return row


def factor_resets_carry_out(tenant: Tenant) -> int:
    """Remove the second factors whose time to be stopped is over; return how many."""
    due = FactorReset.objects.filter(status=FactorResetStatus.WAITING, due_at__lte=system_now())
    return sum(_carry_out(pk) for pk in list(due.order_by("due_at").values_list("pk", flat=True)))


def colleague_factor_reset(
    *, actor: Actor, membership: Membership, identity_check: IdentityCheck, note: str
) -> None:
    """Remove the second factor that a colleague lost; they set up another at the next log-in.

    Raises:
        NotPermitted: the actor may not change colleagues.
        OwnFactorReset: it is the actor's own.
        GrantExceedsOwn: the colleague may do what the actor may not.
        SharedUser: the colleague also belongs to another company.
        FactorMissing: there is no second factor.
    """
    actor.require("users:update")
    if actor.type is ActorType.USER and actor.id == str(membership.user_id):
        raise OwnFactorReset("Another colleague has to do this, or an owner's recovery code.")
    user_shared_check(membership.user)
    with transaction.atomic():
        theirs = {code for role in held_roles(membership) for code in role_permissions(role)}
        grants_check(actor=actor, grants=theirs, field="user")
        factors_remove(
            actor=actor, user=membership.user, reason=f"{identity_check}: {note}", customer_id=None
        )
        # Who also buys here could lose more than a desk.
        guard_begin(actor=actor, user=membership.user, reason=GuardReason.FACTOR_RESET)


def _is_own(actor: Actor, user: User) -> bool:
    if not actor.is_customer or actor.on_behalf_of:
        return False
    return PortalAccount.objects.filter(pk=UUID(actor.id), user=user).exists()


def _stop(*, actor: Actor, row: FactorReset, note: str) -> None:
    with transaction.atomic():
        row = FactorReset.objects.select_for_update().select_related("user").get(pk=row.pk)
        if row.status != FactorResetStatus.WAITING:
            raise FactorResetEnded("It was stopped or carried out before.")
        row.status, row.ended_at, row.stop_note = FactorResetStatus.STOPPED, system_now(), note
        row.save(update_fields=["status", "ended_at", "stop_note"])
        customers = list(customers_of(row.user))
        first = customers[0] if customers else None
        audit(
            "accounts.factor_reset_stop",
            actor=actor,
            subject=subject_of(row.user),
            reason=note,
            customer_id=first,
        )
        event = FactorResetStopped(factor_reset_id=row.pk, user_id=row.user_id)
        for customer_id in customers:
            publish(event, subject=subject_of(row.user), customer_id=customer_id)
        attention_open(
            kind=STOPPED,
            subject=subject_of(row),
            sentence=(
                f"{row.asked_by} had announced that the second factor of {row.user.email} goes; "
                f"{actor.label} stopped it: {note}. Somebody may have pretended to be the customer."
            ),
            customer_id=first,
        )


def _carry_out(pk: UUID) -> int:
    """Remove one, if it still waits; return how many."""
    with transaction.atomic():
        row = FactorReset.objects.select_for_update().select_related("user").get(pk=pk)
        if row.status != FactorResetStatus.WAITING or row.due_at > system_now():
            return 0
        row.status, row.ended_at = FactorResetStatus.DONE, system_now()
        row.save(update_fields=["status", "ended_at"])
        if not is_protected(row.user):
            return 0
        first = next(iter(customers_of(row.user)), None)
        factors_remove(
            actor=PLATFORM,
            user=row.user,
            reason=f"asked by {row.asked_by}: {row.identity_check}, {row.identity_note}",
            customer_id=first,
        )
        guard_begin(actor=PLATFORM, user=row.user, reason=GuardReason.FACTOR_RESET)
    return 1
