"""The guard of a log-in: for some days after a change that a thief would make, nothing that cannot
be taken back is done by it.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.choices import GuardReason
from accounts.models import LoginGuard, PortalAccount, Session, User
from accounts.selectors.guards import guards_now
from accounts.selectors.users import tenants_of_person
from accounts.tenant_settings import GUARD_HOURS
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import across_tenants, tenant_context
from ispplatform.core.tenancy.lookup import tenant_by_id

LIFT = "portal_accounts:lift_guard"
# A new device and a new password that lie no farther apart belong together.
NEAR = timedelta(hours=72)


def guard_begin(*, actor: Actor, user: User, reason: GuardReason) -> None:
    """Guard a customer's log-ins in every company from now on; inside the deciding transaction.

    Colleagues' log-ins are not guarded by it: they need their second factor for everything.
    """
    now = system_now()
    for tenant_id in tenants_of_person(user, PortalAccount):
        with tenant_context(tenant_id):
            hours = GUARD_HOURS.of(tenant_by_id(tenant_id))
            row = LoginGuard.objects.create(
                user=user, reason=reason, ends_at=now + timedelta(hours=hours)
            )
            audit(
                "accounts.guard_begin",
                actor=actor,
                subject=subject_of(user),
                reason=reason,
                after={"ends_at": row.ends_at},
                customer_id=actor.customer_id,
            )


def guard_lift(*, actor: Actor, user: User, note: str) -> int:
    """End the guard of a customer's log-ins in the tenant at hand; return how many there were.

    Args:
        note: how staff made sure that it is the customer.

    Raises:
        NotPermitted: the actor may not.
    """
    actor.require(LIFT)
    with transaction.atomic():
        living = list(guards_now(user.pk).select_for_update())
        for row in living:
            row.lifted_at, row.lifted_by, row.lift_note = system_now(), actor.label, note
            row.save(update_fields=["lifted_at", "lifted_by", "lift_note"])
        if living:
            audit("accounts.guard_lift", actor=actor, subject=subject_of(user), reason=note)
    return len(living)


def guard_after_new_device(*, actor: Actor, user: User) -> None:
    """Guard a person who comes from a new device with a password that is new as well.

    A person's first password is no change.
    """
    changed = user.password_changed_at
    if changed is None or changed <= system_now() - NEAR or not user.old_passwords.exists():
        return
    guard_begin(actor=actor, user=user, reason=GuardReason.NEW_DEVICE)


def guard_after_new_password(*, actor: Actor, user: User) -> None:
    """Guard a person who has a new password and came from a new device shortly before.

    A device is new when the person had logged in before, and never with it.
    """
    since = system_now() - NEAR
    with across_tenants("a person's devices are known in every company"):
        before = Session.objects.filter(user=user, created_at__lte=since)
        same = before.filter(device_digest=OuterRef("device_digest"))
        came = Session.objects.filter(user=user, created_at__gt=since)
        is_new = before.exists() and came.exclude(Exists(same)).exists()
    if is_new:
        guard_begin(actor=actor, user=user, reason=GuardReason.NEW_DEVICE)
