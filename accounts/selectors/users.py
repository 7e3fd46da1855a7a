"""People as one tenant sees them: those with a membership or a portal account in it."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from accounts.choices import MembershipStatus, PortalAccountStatus
from accounts.models import Membership, MembershipRole, PortalAccount, Role, Session, User
from accounts.rules.seeded_roles import CUSTOMER_ROLE, ROLE_SYNONYMS
from ispplatform.core.clock import system_now
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import across_tenants


def users_of_tenant() -> QuerySet[User]:
    """Return the people of the tenant at hand, annotated for lists.

    ``is_enabled`` (may log in here), ``is_colleague``, ``is_owner``, ``status`` (``active``,
    ``suspended`` or ``ended``) and ``last_login_at`` (here, not elsewhere).
    """
    memberships = Membership.objects.filter(user=OuterRef("pk"))
    accounts = PortalAccount.objects.filter(user=OuterRef("pk"))
    log_ins = Session.objects.filter(user=OuterRef("pk")).order_by("-created_at")
    has_left = memberships.filter(status=MembershipStatus.ENDED)
    may_enter = Exists(memberships.filter(status=MembershipStatus.ACTIVE)) | Exists(
        accounts.filter(status=PortalAccountStatus.ACTIVE)
    )
    return (
        User.objects.filter(Exists(memberships) | Exists(accounts))
        .annotate(
            is_colleague=Exists(memberships),
            is_owner=Exists(memberships.filter(is_owner=True)),
            is_enabled=Case(When(Q(may_enter, is_active=True), then=True), default=False),
            last_login_at=Subquery(log_ins.values("created_at")[:1]),
        )
        .annotate(
            status=Case(
                When(is_enabled=True, then=Value("active")),
                When(Exists(has_left), then=Value("ended")),
                default=Value("suspended"),
                output_field=CharField(),
            )
        )
    )


def with_role(queryset: QuerySet[User], code: str) -> QuerySet[User]:
    """Return the people who hold a role; ``customer`` means a portal account."""
    wanted = ROLE_SYNONYMS.get(code, code)
    if wanted == CUSTOMER_ROLE:
        return queryset.filter(Exists(PortalAccount.objects.filter(user=OuterRef("pk"))))
    held = MembershipRole.objects.filter(membership__user=OuterRef("pk"), role__code=wanted)
    return queryset.filter(Exists(held))


def role_codes_of(user_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Return the role codes of people, ``customer`` included; two queries for all of them."""
    wanted = list(user_ids)
    codes: dict[UUID, list[str]] = defaultdict(list)
    held = MembershipRole.objects.filter(membership__user__in=wanted).order_by("role__code")
    for user_id, code in held.values_list("membership__user_id", "role__code"):
        codes[user_id].append(code)
    customers = PortalAccount.objects.filter(user__in=wanted).values_list("user_id", flat=True)
    for user_id in set(customers):
        codes[user_id].append(CUSTOMER_ROLE)
    return codes


def membership_of(user: User) -> Membership | None:
    """Return the person's membership in the tenant at hand."""
    return Membership.objects.select_related("user").filter(user=user).first()


def sessions_living(user_id: UUID) -> QuerySet[Session]:
    """Return the person's log-ins in the tenant at hand that have not ended.

    Those of colleagues who see the portal as this person are theirs, and are not among them;
    what programs were let do is ``applications_of``.
    """
    return Session.objects.filter(
        user_id=user_id, ended_at=None, expires_at__gt=system_now(), viewer_id=None, client=None
    ).order_by("-last_seen_at")


def applications_of(user_id: UUID, *, account_id: UUID | None = None) -> QuerySet[Session]:
    """Return what programs may do for this person in the tenant at hand, newest first.

    Args:
        account_id: the portal account or membership that they act through; None means any.
    """
    rows = Session.objects.filter(
        user_id=user_id, ended_at=None, expires_at__gt=system_now(), client__isnull=False
    )
    if account_id is not None:
        rows = rows.filter(Q(membership_id=account_id) | Q(portal_account_id=account_id))
    return rows.select_related("client__integration").order_by("-created_at")


def roles_of_tenant() -> QuerySet[Role]:
    """Return the tenant's roles."""
    return Role.objects.all()


def companies_of(user_id: UUID) -> list[Tenant]:
    """Return the companies that a colleague may work for, by name."""
    with across_tenants("a colleague sees the companies that they work for"):
        mine = Membership.objects.filter(user_id=user_id, status=MembershipStatus.ACTIVE)
        tenant_ids = list(mine.values_list("tenant_id", flat=True))
    return list(Tenant.objects.filter(pk__in=tenant_ids).order_by("name"))


def tenants_of_person(user: User, *ways_in: type[Membership | PortalAccount]) -> frozenset[UUID]:
    """Return the companies in which a person has a log-in.

    Args:
        ways_in: as a colleague, as a customer; without any, both.
    """
    with across_tenants("what changes how a person logs in concerns each company of theirs"):
        return frozenset(
            tenant_id
            for model in ways_in or (Membership, PortalAccount)
            for tenant_id in model.objects.filter(user=user).values_list("tenant_id", flat=True)
        )
