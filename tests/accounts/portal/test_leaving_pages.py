"""Ending a colleague's access in the back office, and the report of what they did."""

from typing import Any

import pytest
from django.test import Client

from accounts.choices import MembershipStatus
from accounts.models import Membership
from accounts.selectors.principals import session_entry
from accounts.services.access_ends import access_end
from customers.models import Customer
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import colleague, staff_in
from tests.accounts.services.test_access_ends import WHY, acting
from tests.accounts.services.test_access_reports import noted
from tests.desk import Desk, text_of
from tests.factories.accounts import PASSWORD, IntegrationFactory, MembershipFactory
from tests.factories.customers import CustomerFactory
from tests.pages.staff import session_key_of

CHANGE = "admin:accounts_membership_change"
PAGE = "admin:end_access"


def state(membership: Membership) -> str:
    return Membership.objects.get(pk=membership.pk).status


def test_page_shows_what_ends_and_ends_it(tenant: Tenant) -> None:
    desk = Desk(tenant, "admin")
    leaving, taker = colleague(tenant, "support"), colleague(tenant, "support")
    entry = staff_in(tenant, leaving)
    customer = CustomerFactory(assigned_to=leaving.user)
    row = IntegrationFactory(responsible=leaving.user, name="Shop sync")
    noted(acting(leaving), "billing.refund_start", label="RF-1")

    own = text_of(desk.get(CHANGE, leaving.pk))
    assert f"/admin/colleagues/{leaving.pk}/end-access/" in own
    asked = text_of(desk.get(PAGE, leaving.pk))
    for words in ("Shop sync", "Support", "Customers they look after", taker.user.email):
        assert words in asked
    answer = desk.post(
        PAGE,
        leaving.pk,
        reason=WHY,
        password=PASSWORD,
        work_to=str(taker.user_id),
        **{f"follower_{row.pk}": str(taker.user_id)},
    )

    assert "The access has ended" in text_of(answer)
    assert state(leaving) == MembershipStatus.ENDED
    assert session_entry(tenant_id=tenant.pk, session_id=entry.session_id) is None
    assert Customer.objects.get(pk=customer.pk).assigned_to_id == taker.user_id
    row.refresh_from_db()
    assert row.responsible_id == taker.user_id
    own = text_of(desk.get(CHANGE, leaving.pk))
    assert "end-access" not in own
    assert "Let in again with new roles" in own


@pytest.mark.parametrize("values", [{"password": "wrong"}, {"password": PASSWORD, "reason": ""}])
def test_without_password_or_reason_nothing_ends(tenant: Tenant, values: dict[str, str]) -> None:
    desk = Desk(tenant, "admin")
    leaving = colleague(tenant, "support")

    answer = desk.post(PAGE, leaving.pk, **{"reason": WHY, **values})

    assert "End the access" in text_of(answer)
    assert PASSWORD not in text_of(answer)
    assert state(leaving) == MembershipStatus.ACTIVE


def test_refusals_are_told_beside_the_form(tenant: Tenant) -> None:
    desk = Desk(tenant, "admin")
    me = Membership.objects.get()
    boss = MembershipFactory(is_owner=True)

    own = text_of(desk.post(PAGE, me.pk, reason=WHY, password=PASSWORD))
    last = text_of(desk.post(PAGE, boss.pk, reason=WHY, password=PASSWORD))

    assert "You cannot shut yourself out" in own
    assert "Nobody else owns this company" in last
    assert (state(me), state(boss)) == ("active", "active")


def test_only_who_may_gets_the_pages_and_another_companys_colleague_is_not_found(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    desk, support = Desk(tenant, "admin"), Desk(tenant, "support")
    leaving = colleague(tenant)
    with tenant_context(other_tenant.pk):
        stranger = MembershipFactory()

    for name in (PAGE, "admin:access_report", "admin:access_report_file"):
        assert support.get(name, leaving.pk).status_code == 403
        assert desk.get(name, stranger.pk).status_code == 404
    assert desk.post(PAGE, stranger.pk, reason=WHY, password=PASSWORD).status_code == 404
    assert support.post(PAGE, leaving.pk, reason=WHY, password=PASSWORD).status_code == 403
    with tenant_context(other_tenant.pk):
        assert state(stranger) == MembershipStatus.ACTIVE


def test_form_of_another_site_ends_nothing(tenant: Tenant, settings: Any) -> None:
    admin, leaving = colleague(tenant, "admin"), colleague(tenant)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies[settings.SESSION_COOKIE_NAME] = session_key_of(admin)
    path = f"/admin/colleagues/{leaving.pk}/end-access/"
    assert strict.get(path).status_code == 200

    answer = strict.post(path, {"reason": WHY, "password": PASSWORD})

    assert answer.status_code == 403
    assert state(leaving) == MembershipStatus.ACTIVE


def test_report_is_read_and_taken(tenant: Tenant) -> None:
    desk = Desk(tenant, "admin")
    watched = colleague(tenant)
    noted(acting(watched), "billing.refund_start", label="RF-77", reason="he was <b>nice</b>")

    page = text_of(desk.get("admin:access_report", watched.pk))
    file = desk.get("admin:access_report_file", watched.pk)

    assert "RF-77" in page
    assert "&lt;b&gt;nice" in page
    assert "RF-77" in file.content.decode()
    assert file["Content-Disposition"].startswith("attachment")


def test_they_come_back_by_new_roles(tenant: Tenant) -> None:
    desk = Desk(tenant, "admin")
    leaving = colleague(tenant, "admin")
    access_end(actor=acting(MembershipFactory()), membership=leaving, reason=WHY)
    act = "admin:accounts_membership_act"

    refused = desk.post(act, leaving.pk, "return", reason="back")
    desk.post(act, leaving.pk, "return", reason="back", roles=["support"])

    assert "Choose the roles" in text_of(refused)
    assert state(leaving) == MembershipStatus.ACTIVE
    leaving.refresh_from_db()
    assert [role.code for role in leaving.roles.all()] == ["support"]
