"""Roles: brought by the product, changed and made by the tenant, given to colleagues."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction

from accounts.choices import MembershipStatus
from accounts.errors import AccessOver, AccountExists, RoleInUse, RoleUnknown
from accounts.events import RolesChanged
from accounts.models import Membership, MembershipRole, Role, Session
from accounts.rules.seeded_roles import ROLE_SYNONYMS, SEEDED_ROLES
from accounts.selectors.principals import held_roles, role_permissions
from accounts.services.grants import grants_check
from accounts.services.sessions import sessions_refresh_permissions
from ispplatform.core.actors import Actor
from ispplatform.core.api.versions import check_version
from ispplatform.core.audit import audit
from ispplatform.core.events import publish
from ispplatform.core.models import Tenant
from ispplatform.core.permissions import is_grant
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context

MANAGE = "roles:manage"
ASSIGN = "roles:assign"


def tenant_roles_seed(tenant: Tenant) -> None:
    """Give a tenant the roles that the product brings; those it has already stay as they are."""
    with tenant_context(tenant.pk), transaction.atomic():
        present = set(Role.objects.values_list("code", flat=True))
        Role.objects.bulk_create(
            Role(
                code=seeded.code,
                name=seeded.name,
                description=seeded.description,
                grants=list(seeded.grants),
                is_seeded=True,
            )
            for seeded in SEEDED_ROLES
            if seeded.code not in present
        )


def role_create(
    *, actor: Actor, code: str, name: str, description: str = "", grants: Iterable[str]
) -> Role:
    """Make a role of the tenant's own.

    Raises:
        NotPermitted: the actor may not.
        PermissionUnknown: a grant means nothing.
        GrantExceedsOwn: a grant is more than the actor holds.
        AccountExists: the tenant has a role with this code.
    """
    actor.require(MANAGE)
    wanted = sorted(set(grants))
    grants_check(actor=actor, grants=wanted, field="permissions")
    try:
        with transaction.atomic():
            role = Role.objects.create(
                code=code, name=name, description=description[:300], grants=wanted
            )
            audit("accounts.role_create", actor=actor, subject=subject_of(role), after=_told(role))
    except IntegrityError as exc:
        raise AccountExists(f"There is a role {code} already.", field="code") from exc
    return role


def role_update(
    *,
    actor: Actor,
    role: Role,
    name: str | None = None,
    description: str | None = None,
    grants: Iterable[str] | None = None,
    expected: int | frozenset[int] | None = None,
) -> Role:
    """Change a role; everybody who holds it is judged by the new one within a second.

    What the actor does not hold can neither be added nor taken away.

    Raises:
        NotPermitted: the actor may not.
        PermissionUnknown: a grant means nothing.
        GrantExceedsOwn: a grant that comes or goes is more than the actor holds.
        StaleObject: the role changed since the caller read it.
    """
    actor.require(MANAGE)
    with transaction.atomic():
        row = Role.objects.select_for_update().get(pk=role.pk)
        check_version(row, expected)
        before = _told(row)
        if name is not None:
            row.name = name
        if description is not None:
            row.description = description[:300]
        if grants is not None:
            wanted = sorted(set(grants))
            now = set(_grants_now(row))
            grants_check(actor=actor, grants=set(wanted) - now, field="permissions")
            going = filter(is_grant, now - set(wanted))  # what means nothing may go
            grants_check(actor=actor, grants=going, field="permissions")
            row.grants, row.is_customised = wanted, True
        row.save()
        audit(
            "accounts.role_update",
            actor=actor,
            subject=subject_of(row),
            before=before,
            after=_told(row),
        )
        holders = Session.objects.filter(membership__held_roles__role=row)
        if row.code == "customer":
            holders = Session.objects.filter(portal_account__isnull=False)
        sessions_refresh_permissions(sessions=holders)
    return row


def role_delete(*, actor: Actor, role: Role) -> None:
    """Delete a role of the tenant's own that nobody holds.

    Raises:
        NotPermitted: the actor may not.
        RoleInUse: somebody holds it, or the product brings it.
    """
    actor.require(MANAGE)
    if role.is_seeded:
        raise RoleInUse("This role belongs to the product: change what it allows instead.")
    with transaction.atomic():
        if MembershipRole.objects.filter(role=role).exists():
            raise RoleInUse("Somebody holds this role: take it away from them first.")
        audit("accounts.role_delete", actor=actor, subject=subject_of(role), before=_told(role))
        role.delete()


def roles_by_code(codes: Iterable[str]) -> list[Role]:
    """Return the tenant's roles with these codes or their documented synonyms.

    Raises:
        RoleUnknown: one is not a role of this tenant that a colleague can hold.
    """
    wanted = {ROLE_SYNONYMS.get(code, code) for code in codes}
    found = list(Role.objects.filter(code__in=wanted).exclude(code="customer").order_by("code"))
    missing = sorted(wanted - {role.code for role in found})
    if missing:
        raise RoleUnknown(f"There is no role {missing[0]}.", field="roles")
    return found


def membership_set_roles(
    *, actor: Actor, membership: Membership, codes: Iterable[str]
) -> list[Role]:
    """Let a colleague hold exactly these roles, from their next request on.

    Raises:
        NotPermitted: the actor may not.
        RoleUnknown: a code is not a role.
        GrantExceedsOwn: a role that comes or goes allows more than the actor may.
        AccessOver: the colleague's access has ended.
    """
    actor.require(ASSIGN)
    wanted = roles_by_code(codes)
    with transaction.atomic():
        row = Membership.objects.select_for_update().get(pk=membership.pk)
        if row.status == MembershipStatus.ENDED:
            raise AccessOver("This colleague's access has ended.")
        before = held_roles(membership)
        coming = [role for role in wanted if role not in before]
        going = [role for role in before if role not in wanted]
        for role in [*coming, *going]:
            grants_check(actor=actor, grants=role_permissions(role), field="roles")
        if not coming and not going:
            return wanted
        MembershipRole.objects.filter(membership=membership, role__in=going).delete()
        MembershipRole.objects.bulk_create(
            MembershipRole(membership=membership, role=role) for role in coming
        )
        _tell_roles(actor=actor, membership=membership, before=before, after=wanted)
        sessions_refresh_permissions(sessions=Session.objects.filter(membership=membership))
    return wanted


def roles_take(*, actor: Actor, membership: Membership) -> list[Role]:
    """Take every role from a colleague whose access ends; who may is decided before.

    Returns:
        The roles that they held.
    """
    held = held_roles(membership)
    if held:
        MembershipRole.objects.filter(membership=membership).delete()
        _tell_roles(actor=actor, membership=membership, before=held, after=[])
    return held


def _tell_roles(
    *, actor: Actor, membership: Membership, before: list[Role], after: list[Role]
) -> None:
    old, new = [role.code for role in before], [role.code for role in after]
    subject = subject_of(membership.user)
    audit(
        "accounts.roles_change",
        actor=actor,
        subject=subject,
        before={"roles": old},
        after={"roles": new},
    )
    event = RolesChanged(
        user_id=membership.user_id,
        membership_id=membership.pk,
        roles_before=old,
        roles_after=new,
    )
    publish(event, subject=subject)


def _grants_now(role: Role) -> list[str]:
    if role.is_seeded and not role.is_customised:
        return sorted(role_permissions(role) | set(role.grants))
    return list(role.grants)


def _told(role: Role) -> dict[str, object]:
    return {
        "code": role.code,
        "name": role.name,
        "description": role.description,
        "grants": list(role.grants),
    }
