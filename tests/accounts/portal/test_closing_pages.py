"""The pages on which people close their log-in and come back, and the mails about it."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from accounts.models import AccessLink, User
from accounts.selectors.mails import access_link_address
from ispplatform.core.models import Tenant
from ispplatform.core.testing import run_until_quiet
from notifications.models import Mail
from tests.accounts.people import customer
from tests.desk import Desk, text_of
from tests.factories.accounts import PASSWORD, MembershipFactory


@pytest.fixture(autouse=True)
def _limits_away(settings: Any) -> None:
    settings.API_LIMITS = {**settings.API_LIMITS, "portal_auth": "1000/minute"}


def entered(email: str, **values: Any) -> Client:
    client = Client(**values)
    client.post("/login", {"name": email, "password": PASSWORD})
    return client


def test_customer_pauses_and_comes_back_by_mail(tenant: Tenant) -> None:
    account = customer(tenant)
    client = entered(account.user.email)
    assert "/account/close" in text_of(client.get("/account"))
    assert "30 days" in text_of(client.get("/account/close"))

    wrong = client.post("/account/close", {"how": "pause", "password": "no"})
    assert User.objects.get(pk=account.user_id).is_active
    done = client.post("/account/close", {"how": "pause", "password": PASSWORD}, follow=True)
    assert wrong.status_code == 200
    assert "Your log-in is closed" in text_of(done)
    assert client.get("/account").status_code == 302
    sent = client.post("/come-back", {"email": account.user.email, "password": PASSWORD})
    run_until_quiet()
    link = access_link_address(AccessLink.objects.get()).partition("/come-back")[2]
    assert "Open my log-in again" in text_of(client.get(f"/come-back{link}"))
    assert not User.objects.get(pk=account.user_id).is_active, "following a link opens nothing"
    back = client.post(f"/come-back{link}", follow=True)

    assert "Look into your mail" in text_of(sent)
    assert "is open again" in text_of(back)
    assert User.objects.get(pk=account.user_id).is_active
    assert client.get(f"/come-back{link}").status_code == 422
    run_until_quiet()
    kinds = list(Mail.objects.order_by("created_at").values_list("kind", flat=True))
    assert kinds.count("accounts.login_closed") == 2
    assert "accounts.password_link" in kinds


def test_deleted_customer_is_mailed_at_the_address_of_before(tenant: Tenant) -> None:
    account = customer(tenant)
    email = account.user.email
    client = entered(email)

    client.post("/account/close", {"how": "hard", "password": PASSWORD})
    run_until_quiet()

    mail = Mail.objects.get(kind="accounts.login_closed")
    assert mail.to_email == email
    assert "deleted" in mail.subject
    assert User.objects.get(pk=account.user_id).email.endswith("@erased.invalid")


def test_form_of_another_site_closes_nothing(tenant: Tenant) -> None:
    account = customer(tenant)
    client = entered(account.user.email)
    strict = Client(enforce_csrf_checks=True)
    name = django_settings.SESSION_COOKIE_NAME
    strict.cookies[name] = client.cookies[name].value

    answer = strict.post("/account/close", {"how": "hard", "password": PASSWORD})

    assert answer.status_code == 403
    assert User.objects.get(pk=account.user_id).is_active


def test_colleague_closes_on_their_own_page(tenant: Tenant) -> None:
    desk = Desk(tenant, "support")
    MembershipFactory(is_owner=True)
    me = User.objects.filter(memberships__roles__code="support").get()
    assert "Close my log-in" in text_of(desk.get("admin:own_account"))

    desk.post("admin:own_account", act="close", how="never", password=PASSWORD)
    desk.post("admin:own_account", act="close", how="soft", password="no")
    assert User.objects.get(pk=me.pk).is_active
    desk.post("admin:own_account", act="close", how="soft", password=PASSWORD)

    user = User.objects.get(pk=me.pk)
    assert not user.is_active
    assert user.erase_at is not None
