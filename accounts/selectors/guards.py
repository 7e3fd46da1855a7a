"""Whether a log-in is guarded, and whether its second factor is about to go."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from accounts.choices import FactorResetStatus
from accounts.errors import LoginGuarded
from accounts.models import FactorReset, LoginGuard, PortalAccount, User
from accounts.tokens.derived import derived_token, read_derived_token
from ispplatform.core.actors import Actor
from ispplatform.core.clock import system_now
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.tenancy.lookup import tenant_by_id

FACTOR_RESET = "factor_reset"
STOP_PATH = "/stop-factor-reset"


def guards_now(user_id: UUID) -> QuerySet[LoginGuard]:
    """Return what guards a person's log-ins in the tenant at hand, the longest first."""
    living = LoginGuard.objects.filter(user_id=user_id, lifted_at=None, ends_at__gt=system_now())
    return living.order_by("-ends_at")


def guard_check(actor: Actor) -> None:
    """Return when this actor may do what cannot be taken back; staff and programs of staff may.

    Raises:
        LoginGuarded: the actor is a customer's log-in that is guarded.
    """
    if not actor.is_customer:
        return
    living = LoginGuard.objects.filter(
        user__portal_accounts=UUID(actor.id), lifted_at=None, ends_at__gt=system_now()
    )
    guard = living.order_by("-ends_at").first()
    if guard is not None:
        raise LoginGuarded(
            "This log-in changed a moment ago and is guarded for a while.",
            until=guard.ends_at,
        )


def resets_waiting(user_id: UUID) -> QuerySet[FactorReset]:
    """Return the removal of a person's second factor that waits, if there is one."""
    return FactorReset.objects.filter(user_id=user_id, status=FactorResetStatus.WAITING)


def resets_of(user_id: UUID) -> QuerySet[FactorReset]:
    """Return the removals of a person's second factor in the tenant at hand, newest first."""
    return FactorReset.objects.filter(user_id=user_id).order_by("-created_at", "-id")


def reset_of_token(token: str) -> FactorReset | None:
    """Return the removal that a mailed link stops, whatever became of it; None for other links."""
    read = read_derived_token(FACTOR_RESET, token)
    if read is None:
        return None
    with tenant_context(read.tenant_id):
        return FactorReset.objects.select_related("user").filter(pk=read.row_id).first()


def stop_address(reset: FactorReset) -> str:
    """Return the absolute address that stops a removal, at the tenant's configured address."""
    token = derived_token(FACTOR_RESET, tenant_id=reset.tenant_id, row_id=reset.pk, fixed=True)
    return f"{tenant_by_id(reset.tenant_id).base_url}{STOP_PATH}/{token}"


def customers_of(user: User) -> Collection[UUID]:
    """Return the customers of the tenant at hand for whom a person has a log-in."""
    mine = PortalAccount.objects.filter(user=user).order_by("created_at")
    return list(dict.fromkeys(mine.values_list("customer_id", flat=True)))
