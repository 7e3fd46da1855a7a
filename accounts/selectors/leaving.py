"""What ending a colleague's access would do, counted before it is done."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.functional import Promise

from accounts.models import (
    AccessLink,
    AuthorizationCode,
    Integration,
    Membership,
    PortalAccount,
    Session,
    TemporaryToken,
    User,
)
from accounts.selectors.integrations import integrations_of_person, users_with_access
from accounts.selectors.invitations import invitations_sent_by
from accounts.selectors.principals import held_roles
from accounts.selectors.users import tenants_of_person
from ispplatform.core.clock import system_now
from ispplatform.core.held_work import HELD_WORK


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkLine:
    """How many rows of one sort a colleague looks after."""

    key: str
    label: str | Promise
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EndPlan:
    """What happens when a colleague's access ends now.

    Args:
        log_ins: browsers and programs that are logged in as them.
        applications: what they let other programs do.
        tokens: tokens for one request that were not used.
        invitations: mailed links to them, and invitations by them, that were not followed.
        is_customer, works_elsewhere: what stays: their log-in as a customer, other companies.
    """

    log_ins: int
    applications: int
    tokens: int
    invitations: int
    roles: list[str]
    integrations: list[Integration]
    work: list[WorkLine]
    is_customer: bool
    works_elsewhere: bool


def end_plan(membership: Membership) -> EndPlan:
    """Return what ending this colleague's access would do; nothing is changed.

    Four statements and one for each sort of work.
    """
    living = Session.objects.filter(
        membership=membership, ended_at=None, expires_at__gt=system_now()
    )
    user_id = membership.user_id
    counted = Membership.objects.annotate(
        log_ins=_count(living.filter(client=None)),
        applications=_count(living.filter(client__isnull=False)),
        tokens=_count(tokens_of_colleague(membership)),
        invitations=_count(links_of_colleague(membership)) + _count(invitations_sent_by(user_id)),
        is_customer=Exists(PortalAccount.objects.filter(user_id=user_id)),
    )
    names = ("log_ins", "applications", "tokens", "invitations", "is_customer")
    return EndPlan(
        **counted.values(*names).get(pk=membership.pk),
        roles=[role.name for role in held_roles(membership)],
        integrations=list(integrations_of_person(user_id).select_related("responsible", "deputy")),
        work=[
            WorkLine(key=one.key, label=one.label, count=one.count(user_id))
            for one in HELD_WORK.items()
        ],
        works_elsewhere=bool(
            tenants_of_person(membership.user, Membership) - {membership.tenant_id}
        ),
    )


def _count(rows: QuerySet[Any]) -> Combinable:
    """Return how many rows there are, as a column of another statement."""
    grouped = rows.order_by().values("tenant_id").annotate(count=Count("pk"))
    return Coalesce(Subquery(grouped.values("count")), 0)


def followers_of(leaving_id: UUID) -> QuerySet[User]:
    """Return who can take over from a colleague: everybody else with access, by address."""
    return users_with_access().exclude(pk=leaving_id).order_by("email")


def tokens_of_colleague(membership: Membership) -> QuerySet[TemporaryToken]:
    """Return the tokens for one request that a colleague made and nobody used."""
    return TemporaryToken.objects.filter(
        session__membership=membership,
        used_at=None,
        ended_at=None,
        expires_at__gt=system_now(),
    )


def links_of_colleague(membership: Membership) -> QuerySet[AccessLink]:
    """Return the mailed links of a colleague, as a colleague, that still set a password."""
    return AccessLink.objects.filter(
        Q(user_id=membership.user_id),
        portal_account=None,
        used_at=None,
        expires_at__gt=system_now(),
    )


def codes_of_colleague(membership: Membership) -> QuerySet[AuthorizationCode]:
    """Return the consents of a colleague that a program has not taken yet."""
    return AuthorizationCode.objects.filter(
        membership=membership, used_at=None, expires_at__gt=system_now()
    )
