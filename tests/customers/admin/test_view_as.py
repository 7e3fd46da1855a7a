"""Staff see the portal as a customer sees it, and change nothing there."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.choices import MembershipStatus
from accounts.models import Membership, PortalAccount, Session
from accounts.selectors.users import sessions_living
from accounts.services.portal_views import portal_view_begin
from accounts.services.roles import membership_set_roles
from accounts.services.sessions import Device
from accounts.services.users import membership_set_status
from ispplatform.core.actors import Actor
from ispplatform.core.errors import InvalidInput, NotFound, NotPermitted
from ispplatform.core.models import AuditEntry, Tenant
from ispplatform.core.tenancy.context import tenant_context
from sales.models import Cart, Order
from tests.actors import staff
from tests.desk import Desk, text_of
from tests.factories.accounts import PASSWORD, PortalAccountFactory
from tests.factories.customers import CustomerFactory
from tests.sales.conftest import Shop, shop

__all__ = ["shop"]
OWNER = Actor.system("tests")
PAGE = "admin:customer_view_as"
BANNER = "Nothing can be changed here."


@pytest.fixture
def account(shop: Shop) -> PortalAccount:
    return PortalAccountFactory(customer_id=shop.customer.pk)


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(shop.tenant, "support")


def begin(desk: Desk, account: PortalAccount, **values: Any) -> Any:
    given = {"account": str(account.pk), "reason": "They call about a button", **values}
    return desk.post(PAGE, account.customer_id, **given)


def portal(desk: Desk, path: str, method: str = "get", **values: Any) -> Any:
    with tenant_context(desk.tenant.pk):
        return getattr(desk.client, method)(path, values)


def test_the_portal_is_shown_with_a_banner_and_recorded(desk, shop, account):
    address = reverse(PAGE, args=[shop.customer.pk])
    page = "admin:customers_customer_change"
    assert address in text_of(desk.get(page, shop.customer.pk))

    home = text_of(begin(desk, account))

    assert f"You see the portal as {account.user.get_full_name()}." in home
    assert BANNER in home
    told = AuditEntry.objects.get(act="accounts.portal_view")
    assert (told.reason, told.customer_id) == ("They call about a button", shop.customer.pk)
    assert told.actor_label == Membership.objects.get().user.email
    assert BANNER in text_of(portal(desk, "/portal/orders"))
    assert desk.get(page, shop.customer.pk).status_code == 200


def test_nothing_can_be_changed_while_looking(desk, shop, account):
    order = shop.ordered()
    begin(desk, account)
    for path in (
        reverse("sales:order_withdraw", args=[order.pk]),
        reverse("accounts:profile"),
        reverse("sales:cart"),
    ):
        assert portal(desk, path, "post").status_code == 403
    order.refresh_from_db()
    assert order.status == "awaiting_payment"
    pay = reverse("billing:pay", args=[order.proforma_id])
    assert portal(desk, pay).status_code == 403
    session = Session.objects.get(portal_account=account)
    assert Order.objects.count() == 1
    assert session.viewer_id == Membership.objects.get().pk


def test_a_cart_of_the_colleagues_browser_stays_theirs(desk, shop, account):
    with tenant_context(shop.tenant.pk):
        desk.client.post(
            reverse("sales:plan", args=[shop.hosting_plan.code]),
            {"cycle": "monthly", "domain_mode": "later"},
        )
    assert Cart.objects.get().customer_id is None
    begin(desk, account)
    assert portal(desk, reverse("sales:cart")).status_code == 200
    assert Cart.objects.get().customer_id is None


def test_the_view_ends_by_its_button_and_with_the_colleague(
    desk, shop, account, django_capture_on_commit_callbacks
):
    begin(desk, account)
    assert portal(desk, reverse("accounts:log_out"), "post").status_code == 302
    assert portal(desk, "/portal/orders").status_code == 302
    assert desk.get("admin:customers_customer_change", shop.customer.pk).status_code == 200

    begin(desk, account)
    assert portal(desk, "/portal/orders").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        membership_set_status(
            actor=OWNER, membership=Membership.objects.get(), status=MembershipStatus.SUSPENDED
        )
    assert portal(desk, "/portal/orders").status_code == 302
    assert not Session.objects.filter(ended_at=None).exists()


def test_the_view_ends_when_the_colleague_may_not_look_any_more(
    desk, shop, account, django_capture_on_commit_callbacks
):
    begin(desk, account)
    assert portal(desk, "/portal/orders").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        membership_set_roles(actor=OWNER, membership=Membership.objects.get(), codes=["sales"])
    assert portal(desk, "/portal/orders").status_code == 302


def test_the_customers_own_log_ins_do_not_show_it(desk, shop, account):
    begin(desk, account)
    assert not sessions_living(account.user_id).exists()
    own = Client()
    with tenant_context(shop.tenant.pk):
        own.post("/login", {"name": account.portal_id, "password": PASSWORD})
        page = own.get("/portal/orders").content.decode()
    assert BANNER not in page


def test_a_page_without_a_log_in_says_so(desk):
    assert "no log-in that is active" in text_of(desk.get(PAGE, CustomerFactory().pk))


def test_who_may_not_view_is_not_let_in(shop, account):
    operator = Desk(shop.tenant, "operator")
    assert operator.get(PAGE, shop.customer.pk).status_code == 403
    assert begin(operator, account).status_code == 403
    assert Session.objects.filter(portal_account=account).count() == 0


def test_another_companys_customer_is_not_there(desk: Desk, other_tenant: Tenant):
    with tenant_context(other_tenant.pk):
        theirs = CustomerFactory()
    assert desk.get(PAGE, theirs.pk).status_code == 404


@pytest.mark.parametrize(
    ("permission", "reason", "is_their_own", "error"),
    [
        ("portal_accounts:read", "Why", True, NotPermitted),
        ("portal_accounts:view_as", " ", True, InvalidInput),
        ("portal_accounts:view_as", "Why", False, NotFound),
    ],
)
def test_a_view_needs_permission_reason_and_the_right_log_in(
    desk, shop, account, permission, reason, is_their_own, error
):
    customer_id = shop.customer.pk if is_their_own else CustomerFactory().pk
    with pytest.raises(error):
        portal_view_begin(
            actor=staff(permission),
            membership_id=Membership.objects.get().pk,
            portal_account_id=account.pk,
            customer_id=customer_id,
            reason=reason,
            device=Device(),
        )
    assert Session.objects.filter(portal_account=account).count() == 0
