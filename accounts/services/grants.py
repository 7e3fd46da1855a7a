"""The two rules that hold wherever rights are handed out."""

from collections.abc import Iterable

from accounts.errors import GrantExceedsOwn, PermissionUnknown
from accounts.rules.seeded_roles import CUSTOMER_ROLE
from ispplatform.core.actors import EVERYTHING, Actor
from ispplatform.core.permissions import is_grant, permissions_of, permissions_seeded_for


def grants_check(*, actor: Actor, grants: Iterable[str], field: str) -> None:
    """Return when every grant means something and the actor holds all that it means.

    Args:
        field: the input field that errors name.

    Raises:
        PermissionUnknown: a grant is neither a declared permission nor a pattern over some.
        GrantExceedsOwn: the actor does not hold what it hands out.
    """
    wanted = list(grants)
    unknown = sorted(grant for grant in wanted if not is_grant(grant))
    if unknown:
        raise PermissionUnknown(f"There is no permission {unknown[0]}.", field=field)
    beyond = sorted(code for code in permissions_of(wanted) if not actor.can(code))
    if EVERYTHING in wanted and EVERYTHING not in actor.permissions:
        beyond = [EVERYTHING]
    if beyond:
        raise GrantExceedsOwn(
            f"You do not hold {beyond[0]} yourself.", field=field, required_permission=beyond[0]
        )


def grants_of_customers_check(grants: Iterable[str]) -> None:
    """Return when every grant means something that portal accounts may do.

    Raises:
        PermissionUnknown: one does not.
    """
    possible = permissions_seeded_for(CUSTOMER_ROLE)
    for grant in grants:
        if grant != EVERYTHING and not permissions_of([grant]) & possible:
            raise PermissionUnknown(f"Customers have no permission {grant}.", field="grants")
