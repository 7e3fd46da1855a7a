"""Two owners end each other at the same moment: exactly one goes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.choices import LoginClosing, MembershipStatus
from accounts.models import Membership
from accounts.services.access_ends import access_end
from accounts.services.closing import login_close
from accounts.services.roles import tenant_roles_seed
from accounts.services.users import membership_set_status
from accounts.slots import CustomerTies, customer_ties
from ispplatform.core.errors import PlatformError
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import portal_in
from tests.accounts.services.test_access_ends import WHY, acting, owner
from tests.factories.accounts import PortalAccountFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(tenant: Tenant, *acts: Callable[[], object]) -> list[str]:
    """Do the acts in threads of their own at the same moment; return what refused them, or ""."""
    start = Barrier(len(acts))

    def work(act: Callable[[], object]) -> str:
        try:
            with tenant_context(tenant.pk):
                start.wait(60)
                act()
        except PlatformError as error:
            return error.code
        else:
            return ""
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(work, acts))


def active_owners() -> int:
    return Membership.objects.filter(is_owner=True, status=MembershipStatus.ACTIVE).count()


def test_two_owners_who_end_each_other_leave_one(tenant: Tenant) -> None:
    tenant_roles_seed(tenant)
    first, second = owner(), owner()

    answers = at_once(
        tenant,
        lambda: access_end(actor=acting(first), membership=second, reason=WHY),
        lambda: access_end(actor=acting(second), membership=first, reason=WHY),
    )

    assert sorted(answers) == ["", "ACCESS_DENIED"]
    assert active_owners() == 1


def test_two_owners_who_close_their_log_ins_leave_one(tenant: Tenant) -> None:
    tenant_roles_seed(tenant)
    both = [owner(), owner()]

    answers = at_once(
        tenant,
        *[
            lambda one=one: login_close(
                actor=acting(one), tenant=tenant, user=one.user, how=LoginClosing.HARD
            )
            for one in both
        ],
    )

    assert sorted(answers) == ["", "LAST_OWNER"]
    assert active_owners() == 1


def test_two_log_ins_of_a_customer_do_not_both_go(tenant: Tenant) -> None:
    tenant_roles_seed(tenant)
    first = PortalAccountFactory()
    second = PortalAccountFactory(customer_id=first.customer_id)
    tied = CustomerTies(key="test", is_tied=lambda customer_id: True)
    actors = [portal_in(tenant, one).actor() for one in (first, second)]

    with customer_ties.filled(tied):
        answers = at_once(
            tenant,
            *[
                lambda one=one, actor=actor: login_close(
                    actor=actor, tenant=tenant, user=one.user, how=LoginClosing.SOFT
                )
                for one, actor in zip((first, second), actors, strict=True)
            ],
        )

    assert sorted(answers) == ["", "LAST_LOG_IN"]


def test_three_owners_in_a_ring_leave_at_least_one_and_no_ended_one_ends_another(
    tenant: Tenant,
) -> None:
    tenant_roles_seed(tenant)
    ring = [owner(), owner(), owner()]

    answers = at_once(
        tenant,
        *[
            lambda by=by, whom=whom: membership_set_status(
                actor=acting(by), membership=whom, status=MembershipStatus.SUSPENDED
            )
            for by, whom in zip(ring, [*ring[1:], ring[0]], strict=True)
        ],
    )

    assert 1 <= active_owners() <= 2
    assert answers.count("") == 3 - active_owners()
    assert set(answers) <= {"", "ACCESS_DENIED", "LAST_OWNER"}
