"""What stands in the way of somebody who closes their log-in, and whose deletion is due."""

from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.choices import (
    AccessLinkPurpose,
    EmailCodePurpose,
    MembershipStatus,
    PortalAccountStatus,
)
from accounts.errors import LastLogIn, LastOwner, OperatorStays
from accounts.models import Membership, PortalAccount, User
from accounts.selectors.users import tenants_of_person
from accounts.slots import customer_ties
from ispplatform.core.actors import ActorType
from ispplatform.core.clock import system_now
from ispplatform.core.models import AuditEntry
from ispplatform.core.tenancy.context import tenant_context


def closing_check(user: User, *, is_for_good: bool) -> None:
    """Return when nobody else is left alone by this person's closing, in any company of theirs.

    Args:
        is_for_good: a pause leaves customers without a log-in; a deletion does not.

    Raises:
        OperatorStays: the person runs the installation.
        LastOwner: a company would be left without an owner.
        LastLogIn: a customer with services, open invoices or credit would have no log-in.
    """
    if user.is_superuser:
        raise OperatorStays("You run the installation.")
    for tenant_id in tenants_of_person(user):
        with tenant_context(tenant_id):
            _owners_check(user)
            if is_for_good:
                _customers_check(user)


def closings_due() -> QuerySet[User]:
    """Return the people whose deletion becomes final now, the longest due first."""
    return User.objects.filter(erase_at__lte=system_now(), erased_at=None).order_by("erase_at")


def entries_of_person(user: User, accounts: list[PortalAccount]) -> QuerySet[AuditEntry]:
    """Return the entries of the trail, in the tenant in force, that name a customer's log-in.

    Those about it, and those of what it did for its customers.
    """
    ids = [account.pk for account in accounts]
    mailed = [f"{purpose} of {user.email}" for purpose in [*AccessLinkPurpose, *EmailCodePurpose]]
    about = Q(subject_type="accounts.user", subject_id=user.pk)
    about |= Q(subject_type="accounts.portalaccount", subject_id__in=ids)
    about |= Q(values__subject_label__in=[user.email, *mailed])
    done = Q(
        customer_id__in=[account.customer_id for account in accounts],
        actor_type=ActorType.CUSTOMER,
        actor_id__in=[str(pk) for pk in ids],
    )
    return AuditEntry.objects.filter(about | done)


def _owners_check(user: User) -> None:
    owners = Membership.objects.filter(
        is_owner=True, status=MembershipStatus.ACTIVE, user__is_active=True
    )
    if owners.filter(user=user).exists() and not owners.exclude(user=user).exists():
        raise LastOwner("Nobody else owns your company: make somebody an owner first.")


def _customers_check(user: User) -> None:
    mine = PortalAccount.objects.filter(user=user, status=PortalAccountStatus.ACTIVE)
    for customer_id in mine.values_list("customer_id", flat=True):
        if _is_alone(user, customer_id) and _is_tied(customer_id):
            raise LastLogIn(
                "Yours is the only log-in, and services run, invoices are open or credit is left."
            )


def _is_alone(user: User, customer_id: UUID) -> bool:
    others = PortalAccount.objects.filter(
        customer_id=customer_id, status=PortalAccountStatus.ACTIVE, user__is_active=True
    )
    return not others.exclude(user=user).exists()


def _is_tied(customer_id: UUID) -> bool:
    return any(ties.is_tied(customer_id) for ties in customer_ties.items())
