"""The customers' log-in pages in a browser's shoes."""

import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.choices import EmailCodePurpose, PortalAccountStatus
from accounts.models import AccessLink, EmailCode, PortalAccount, Session, User
from accounts.selectors.mails import mail_secret
from accounts.services.passwords import access_link_read
from ispplatform.core.models import OutboxEvent, Tenant, TenantHost
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import acts, customer
from tests.factories.accounts import PASSWORD, PortalAccountFactory

NEW_PASSWORD = "Grey-Kettle-91-Orchard"


@pytest.fixture
def web() -> Client:
    return Client(headers={"User-Agent": "Firefox"})


def _log_in(web: Client, account: PortalAccount, **extra: Any) -> Any:
    values = {"name": account.portal_id, "password": PASSWORD, **extra}
    return web.post("/login", values)


def _mailed(name: str) -> Any:
    event = OutboxEvent.objects.filter(name=name).latest("created_at")
    return mail_secret(event.payload)


def test_account_page_sends_visitors_to_the_log_in_and_back(tenant: Tenant, web: Client) -> None:
    account = customer(tenant)

    answer = web.get("/account")
    assert answer.status_code == 302
    assert answer["Location"] == "/login?next=/account"

    page = web.get(answer["Location"])
    assert 'name="next" value="/account"' in page.content.decode()
    entered = _log_in(web, account, next="/account")
    assert entered["Location"] == "/account"
    shown = web.get("/account").content.decode()
    assert account.portal_id in shown
    assert account.user.email in shown
    assert "This device" in shown


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""],
)
def test_log_in_never_leads_to_another_server(tenant: Tenant, web: Client, target: str) -> None:
    assert _log_in(web, customer(tenant), next=target)["Location"] == "/portal"


def test_wrong_password_keeps_the_name_and_says_nothing_of_it(tenant: Tenant, web: Client) -> None:
    account = customer(tenant)

    known = web.post("/login", {"name": account.portal_id, "password": "Wrong-Password-1"})
    unknown = web.post("/login", {"name": "ZZZ99999", "password": "Wrong-Password-1"})

    assert known.status_code == unknown.status_code == 400
    text = known.content.decode()
    assert "These log-in details are not correct." in text
    assert f'value="{account.portal_id}"' in text
    assert "Wrong-Password-1" not in text
    assert _plain(text, account.portal_id) == _plain(unknown.content.decode(), "ZZZ99999")


def _plain(text: str, name: str) -> str:
    """Return a page without what differs on every request."""
    text = re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"', "", text)
    text = re.sub(r'class="mono">[0-9A-F]{4}-[0-9A-F]{4}<', "", text)
    return re.sub(r'nonce="[^"]*"', "", text).replace(name, "")


def test_log_in_gives_the_browser_a_new_cookie_value(tenant: Tenant, web: Client) -> None:
    """A cookie that somebody planted before must not become a logged-in one."""
    session = web.session
    session["planted"] = True
    session.save()
    planted = web.cookies["sessionid"].value

    _log_in(web, customer(tenant))

    assert web.cookies["sessionid"].value != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get("/account").status_code == 302


def test_forms_need_the_csrf_token(tenant: Tenant) -> None:
    web = Client(enforce_csrf_checks=True)
    account = customer(tenant)

    for path, values in [
        ("/login", {"name": account.portal_id, "password": PASSWORD}),
        ("/logout", {}),
        ("/sign-up", {"email": "new@mail.example"}),
        ("/forgot-password", {"name": account.portal_id}),
        ("/account/profile", {"first_name": "Eve"}),
        ("/account/password", {}),
        ("/account/sessions/end", {}),
        ("/admin/login/", {"name": "x@mail.example", "password": "x"}),
        ("/admin/logout/", {}),
    ]:
        assert web.post(path, values).status_code == 403, path

    assert not Session.objects.exists()
    assert not AccessLink.objects.exists()


def test_cookie_of_one_brand_opens_nothing_at_another(
    tenant: Tenant, other_tenant: Tenant, web: Client
) -> None:
    TenantHost.objects.create(tenant=other_tenant, host="rival.localhost")
    _log_in(web, customer(tenant))
    assert web.get("/account").status_code == 200

    at_the_rival = web.get("/account", headers={"Host": "rival.localhost"})

    assert at_the_rival.status_code == 302


def test_log_out_ends_the_session_and_the_cookie(tenant: Tenant, web: Client) -> None:
    _log_in(web, customer(tenant))
    cookie = web.cookies["sessionid"].value

    web.post("/logout")

    assert Session.objects.get().end_reason == "Logged out."
    again = Client()
    again.cookies["sessionid"] = cookie
    assert again.get("/account").status_code == 302


def test_sign_up_confirms_by_code_and_enters(tenant: Tenant, web: Client) -> None:
    customer(tenant)
    answer = web.post(
        "/sign-up",
        {
            "email": "New.Person@mail.example",
            "first_name": "Noa",
            "last_name": "Lindqvist",
            "company_name": "",
            "password": NEW_PASSWORD,
        },
    )
    assert answer["Location"] == "/confirm-email"
    assert "new.person@mail.example" in web.get("/confirm-email").content.decode()
    mail = _mailed("accounts.email_code_requested")

    assert web.post("/confirm-email", {"code": "000000"}).status_code == 200
    entered = web.post("/confirm-email", {"code": mail.code})

    assert entered["Location"] == "/portal"
    account = PortalAccount.objects.get(user__email="new.person@mail.example")
    assert account.status == PortalAccountStatus.ACTIVE
    assert web.get("/account").status_code == 200
    registered = OutboxEvent.objects.get(name="accounts.portal_account_registered")
    assert registered.customer_id == account.customer_id
    assert registered.payload["first_name"] == "Noa"
    assert mail.code not in str(list(OutboxEvent.objects.values_list("payload", flat=True)))


def test_mailed_link_confirms_after_a_click_only(tenant: Tenant, web: Client) -> None:
    customer(tenant)
    values = {
        "email": "new@mail.example",
        "first_name": "Noa",
        "last_name": "L",
        "password": NEW_PASSWORD,
    }
    web.post("/sign-up", values)
    mail = _mailed("accounts.email_code_requested")
    assert mail.link.startswith(f"{tenant.base_url}/confirm-email/")
    path = mail.link.removeprefix(tenant.base_url)

    Client().get(path)  # a mail scanner
    assert PortalAccount.objects.get(user__email="new@mail.example").status == "pending"
    assert web.post(path)["Location"] == "/portal"
    assert web.post(path).status_code == 422  # used


def test_sign_up_with_a_known_address_looks_the_same_and_changes_nothing(
    tenant: Tenant, web: Client
) -> None:
    account = customer(tenant)
    before = User.objects.get(pk=account.user_id).password

    answer = web.post(
        "/sign-up",
        {
            "email": account.user.email,
            "first_name": "Eve",
            "last_name": "E",
            "password": NEW_PASSWORD,
        },
    )

    assert answer["Location"] == "/confirm-email"
    assert account.user.email in web.get("/confirm-email").content.decode()
    decoy = EmailCode.objects.get()
    assert decoy.user is None
    assert mail_secret({"email_code_id": str(decoy.pk)}) is None
    assert User.objects.get(pk=account.user_id).password == before
    assert PortalAccount.objects.count() == 1
    told = _mailed("accounts.password_reset_requested")
    assert told.has_account_already


def test_forgotten_password_by_a_link_that_no_header_can_bend(tenant: Tenant, web: Client) -> None:
    account = customer(tenant)
    _log_in(web, account)

    told = Client().post(
        "/forgot-password",
        {"name": account.portal_id},
        headers={"Host": "evil.localhost", "X-Forwarded-Host": "evil.example"},
    )
    mail = _mailed("accounts.password_reset_requested")

    assert told.status_code == 200
    assert mail.link.startswith(f"{tenant.base_url}/set-password/")
    path = mail.link.removeprefix(tenant.base_url)
    stranger = Client()
    assert account.user.email in stranger.get(path).content.decode()
    weak = stranger.post(path, {"new_password": "password1", "repeated": "password1"})
    assert "capital letter" in weak.content.decode()
    done = stranger.post(path, {"new_password": NEW_PASSWORD, "repeated": NEW_PASSWORD})
    assert done["Location"] == reverse("accounts:log_in")
    assert web.get("/account").status_code == 302, "the other log-ins have ended"
    again = stranger.post(
        path, {"new_password": NEW_PASSWORD + "x", "repeated": NEW_PASSWORD + "x"}
    )
    assert again.status_code == 422
    assert stranger.post("/login", {"name": account.portal_id, "password": NEW_PASSWORD})[
        "Location"
    ] == ("/portal")


@pytest.mark.parametrize("name", ["ZZZ99999", "nobody@mail.example", "a b c"])
def test_forgotten_password_of_nobody_answers_and_writes_alike_and_mails_nothing(
    tenant: Tenant, web: Client, name: str
) -> None:
    account = customer(tenant)
    known = web.post("/forgot-password", {"name": account.portal_id})
    written = acts()

    unknown = web.post("/forgot-password", {"name": name})

    assert _plain(unknown.content.decode(), "") == _plain(known.content.decode(), "")
    assert acts() == written * 2
    decoy = AccessLink.objects.latest("created_at")
    assert decoy.user is None
    assert mail_secret({"access_link_id": str(decoy.pk)}) is None


def test_link_of_a_disabled_person_is_dead(tenant: Tenant, web: Client) -> None:
    account = customer(tenant)
    web.post("/forgot-password", {"name": account.portal_id})
    token = _mailed("accounts.password_reset_requested").link.rpartition("/")[2]
    assert access_link_read(token=token).user_id == account.user_id
    User.objects.filter(pk=account.user_id).update(is_active=False)

    assert web.get(f"/set-password/{token}").status_code == 422
    assert web.get(f"/set-password/{token[:-3]}AAA").status_code == 422


def test_password_change_needs_the_present_one_and_ends_other_devices(
    tenant: Tenant, web: Client
) -> None:
    account = customer(tenant)
    elsewhere = Client()
    _log_in(web, account)
    _log_in(elsewhere, account)
    values = {"new_password": NEW_PASSWORD, "repeated": NEW_PASSWORD}

    wrong = web.post("/account/password", {"current_password": "Wrong-1-x", **values})
    assert "The present password is not correct." in wrong.content.decode()
    done = web.post("/account/password", {"current_password": PASSWORD, **values})

    assert done["Location"] == "/account"
    assert web.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    reused = web.post(
        "/account/password",
        {"current_password": NEW_PASSWORD, "new_password": PASSWORD, "repeated": PASSWORD},
    )
    assert "You have used this password before" in reused.content.decode()


def test_changed_address_counts_only_after_its_code(tenant: Tenant, web: Client) -> None:
    account = customer(tenant)
    old = account.user.email
    _log_in(web, account)

    asked = web.post("/account/email", {"email": "moved@mail.example", "password": PASSWORD})
    assert asked["Location"] == "/confirm-email"
    assert User.objects.get(pk=account.user_id).email == old
    web.post("/confirm-email", {"code": _mailed("accounts.email_code_requested").code})

    assert User.objects.get(pk=account.user_id).email == "moved@mail.example"


def test_address_of_somebody_else_gets_the_same_answer_and_no_code(
    tenant: Tenant, web: Client
) -> None:
    taken = PortalAccountFactory().user.email
    account = customer(tenant)
    _log_in(web, account)

    asked = web.post("/account/email", {"email": taken, "password": PASSWORD})

    assert asked["Location"] == "/confirm-email"
    assert EmailCode.objects.get(purpose=EmailCodePurpose.EMAIL_CHANGE).user is None
    assert User.objects.get(pk=account.user_id).email == account.user.email


def test_devices_are_listed_and_ended_one_by_one(tenant: Tenant, web: Client) -> None:
    account, stranger = customer(tenant), PortalAccountFactory()
    _log_in(web, account)
    other, theirs = Client(), Client()
    _log_in(other, account)
    _log_in(theirs, stranger)
    other_session = Session.objects.filter(user=account.user).latest("created_at")

    web.post(f"/account/sessions/{Session.objects.get(user=stranger.user).pk}/end")
    assert theirs.get("/account").status_code == 200, "not one's own"
    web.post(f"/account/sessions/{other_session.pk}/end")

    assert other.get("/account").status_code == 302
    assert web.get("/account").status_code == 200


def test_profile_saves_names_and_nothing_else(tenant: Tenant, web: Client) -> None:
    account = customer(tenant)
    _log_in(web, account)

    web.post(
        "/account/profile",
        {
            "first_name": "Ada",
            "last_name": "Berg",
            "phone": "+49 30 1234",
            "is_superuser": "1",
            "is_active": "",
            "email": "evil@mail.example",
            "tenant": "x",
        },
    )

    user = User.objects.get(pk=account.user_id)
    assert (user.first_name, user.last_name, user.phone) == ("Ada", "Berg", "+49 30 1234")
    assert user.email == account.user.email
    assert not user.is_superuser
    assert user.preferences["notifications"]["email"] is False


def test_eleventh_try_in_a_minute_is_told_to_wait(
    tenant: Tenant, web: Client, settings: Any
) -> None:
    settings.API_LIMITS = {**settings.API_LIMITS, "portal_auth": "1/minute"}
    values = {"name": "nobody@mail.example", "password": "x"}

    with time_machine.travel("2026-03-01 09:00:00+00:00", tick=False):
        codes = [web.post("/login", values).status_code for _ in range(11)]

    assert codes == [400] * 5 + [423] * 5 + [429]
    with tenant_context(tenant.pk):
        assert not Session.objects.exists()


def test_whoever_acts_for_several_customers_chooses_and_switches_in_the_header(
    tenant: Tenant, web: Client
) -> None:
    first = customer(tenant)
    second = PortalAccountFactory(user=first.user)
    PortalAccountFactory(user=first.user, status=PortalAccountStatus.DISABLED)
    stranger = PortalAccountFactory()
    entered = _log_in(web, first)
    assert entered["Location"] == "/account/customers"
    shown = web.get("/account/customers")
    assert shown.content.decode().count("Act for this one") == 1
    assert "Switch customer" in web.get("/account").content.decode()
    before = shown.wsgi_request.session_entry

    for wrong in (str(stranger.pk), "x"):
        web.post("/account/customers", {"account": wrong})
        assert web.get("/account").wsgi_request.session_entry.session_id == before.session_id

    moved = web.post("/account/customers", {"account": str(second.pk)})
    assert moved["Location"] == reverse("pages:home")
    entry = web.get("/account").wsgi_request.session_entry
    assert (entry.account_id, entry.customer_id) == (second.pk, second.customer_id)
    with tenant_context(tenant.pk):
        assert Session.objects.get(pk=before.session_id).ended_at is not None
    assert "accounts.session_move" in acts()


def test_whoever_acts_for_one_customer_is_asked_nothing(tenant: Tenant, web: Client) -> None:
    account = customer(tenant)
    assert _log_in(web, account)["Location"] == reverse("pages:home")
    assert "Switch customer" not in web.get("/account").content.decode()


def test_customers_choose_their_language_and_time_zone(tenant: Tenant, web: Client) -> None:
    account = customer(tenant)
    _log_in(web, account)
    values = {"first_name": "Ada", "language": "de", "time_zone": "Asia/Tokyo"}
    web.post("/account/profile", values)
    account.refresh_from_db()
    assert (account.language, account.time_zone) == ("de", "Asia/Tokyo")
    shown = web.get("/account")
    assert shown.wsgi_request.visitor_time_zone == "Asia/Tokyo"
    assert "Zeitzone" in shown.content.decode()
    assert web.post("/account/profile", {**values, "time_zone": "Atlantis/X"}).status_code == 422
    web.post("/account/profile", {"first_name": "Ada", "language": "", "time_zone": ""})
    account.refresh_from_db()
    assert (account.language, account.time_zone) == ("", "")
