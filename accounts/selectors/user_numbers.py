"""How many people there are of which sort; one statement for each table."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from accounts.choices import MembershipStatus, PortalAccountStatus
from accounts.models import Membership, PortalAccount, Role, Session, StaffInvitation
from accounts.selectors.invitations import open_invitations
from accounts.selectors.second_factors import has_factor
from ispplatform.core.clock import system_now

RECENT = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class UserNumbers:
    """The people of a company in numbers.

    Args:
        total: colleagues, whether they may log in or not, those who left among them.
        active, suspended, ended: of these.
        owners: of these, those who own the company.
        with_second_factor, without_second_factor: of the active ones.
        seen_recently: active ones whose log-in was used within 30 days.
        never_logged_in: active ones without any log-in; log-ins are kept for 400 days.
        by_role: colleagues who hold a role, by its code; every role is named.
        invitations_open: invitations that can be accepted now.
        invitations_expired: neither answered nor withdrawn, and too old.
        customers: customers' log-ins by their state.
    """

    total: int
    active: int
    suspended: int
    ended: int
    owners: int
    with_second_factor: int
    without_second_factor: int
    seen_recently: int
    never_logged_in: int
    by_role: dict[str, int]
    invitations_open: int
    invitations_expired: int
    customers: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers by name."""
        return asdict(self)


def user_numbers() -> UserNumbers:
    """Return the numbers of the tenant at hand; four statements."""
    now = system_now()
    mine = Session.objects.filter(membership=OuterRef("pk"))
    is_active = Q(status=MembershipStatus.ACTIVE)
    people = Membership.objects.annotate(
        has_factor=has_factor("user_id"),
        was_here=Exists(mine),
        was_here_lately=Exists(mine.filter(last_seen_at__gte=now - RECENT)),
    ).aggregate(
        total=Count("pk"),
        active=Count("pk", filter=is_active),
        ended=Count("pk", filter=Q(status=MembershipStatus.ENDED)),
        owners=Count("pk", filter=Q(is_owner=True)),
        with_second_factor=Count("pk", filter=is_active & Q(has_factor=True)),
        seen_recently=Count("pk", filter=is_active & Q(was_here_lately=True)),
        never_logged_in=Count("pk", filter=is_active & Q(was_here=False)),
    )
    roles = Role.objects.annotate(holders=Count("held_by")).order_by("code")
    asked = StaffInvitation.objects.filter(accepted_at=None, cancelled_at=None).aggregate(
        invitations_open=Count("pk", filter=open_invitations()),
        invitations_expired=Count("pk", filter=~open_invitations()),
    )
    states = PortalAccount.objects.order_by().values_list("status").annotate(count=Count("pk"))
    counted = dict(states)
    return UserNumbers(
        **people,
        **asked,
        suspended=people["total"] - people["active"] - people["ended"],
        without_second_factor=people["active"] - people["with_second_factor"],
        by_role={role.code: role.holders for role in roles if role.code != "customer"},
        customers={state: counted.get(state, 0) for state in PortalAccountStatus.values},
    )
