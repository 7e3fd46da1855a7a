"""Who may do what, as reports."""

from dataclasses import dataclass, field

from accounts.choices import MembershipStatus
from accounts.models import Membership, MembershipRole, Role
from accounts.selectors.principals import role_permissions
from ispplatform.core.actors import EVERYTHING
from ispplatform.core.permissions import declared_permissions


@dataclass(slots=True)
class Holders:
    """Through which roles a permission is allowed, and who holds it (e-mail addresses)."""

    roles: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)


def permissions_by_role() -> dict[str, list[str]]:
    """Return what each role of the tenant allows today, by code; one query."""
    return {role.code: sorted(role_permissions(role)) for role in Role.objects.all()}


def permission_holders() -> dict[str, Holders]:
    """Return the holders of every declared permission in the tenant; three queries."""
    allowed = {role.code: role_permissions(role) for role in Role.objects.order_by("code")}
    owners = Membership.objects.filter(is_owner=True, status=MembershipStatus.ACTIVE)
    owner_emails = set(owners.values_list("user__email", flat=True))
    held = MembershipRole.objects.filter(membership__status=MembershipStatus.ACTIVE)
    emails_by_role: dict[str, set[str]] = {}
    for code, email in held.values_list("role__code", "membership__user__email"):
        emails_by_role.setdefault(code, set()).add(email)
    report = {}
    for permission in declared_permissions():
        roles = [
            code
            for code, codes in allowed.items()
            if permission.code in codes or EVERYTHING in codes
        ]
        people = owner_emails.union(*(emails_by_role.get(code, set()) for code in roles))
        report[permission.code] = Holders(roles=roles, users=sorted(people))
    return report
