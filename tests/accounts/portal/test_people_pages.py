"""Colleagues of a customer: the pages and the interface on which they are looked after."""

import re
from typing import Any

from django.test import Client

from accounts.models import PortalAccount
from ispplatform.core.models import Tenant
from tests.accounts.people import customer, portal_program
from tests.desk import text_of
from tests.factories.accounts import PASSWORD, PortalAccountFactory

PEOPLE = "/account/people"
API = "/api/portal/v1/account/people"
NEW = {"email": "lea@mail.example", "first_name": "Lea", "last_name": "Brandt"}


def _in(account: PortalAccount) -> Client:
    web = Client()
    web.post("/login", {"name": account.portal_id, "password": PASSWORD})
    return web


def test_colleague_is_invited_narrowed_shut_out_and_let_in(tenant: Tenant) -> None:
    web = _in(customer(tenant))
    assert PEOPLE in text_of(web.get("/account"))

    told = text_of(web.post(PEOPLE, {**NEW, "areas": ["money", "domains"]}, follow=True))
    account = PortalAccount.objects.get(user__email=NEW["email"])
    page = f"{PEOPLE}/{account.pk}"
    assert "Invited. A mail with a link is on its way." in told
    assert "Invoices, payments and renewals · Domains and DNS" in told
    assert re.search(r"checked[^>]*value=\"money\"|value=\"money\"[^>]*checked", _form(web, page))
    assert "Saved." in text_of(web.post(page, {"areas": ["money"]}, follow=True))
    assert "on its way once more" in text_of(web.post(f"{page}/again", follow=True))
    assert "Shut out, everywhere" in text_of(web.post(f"{page}/status", follow=True))
    assert "They may log in again." in text_of(web.post(f"{page}/status", follow=True))

    account.refresh_from_db()
    assert "domains:update" not in account.grants
    assert account.status == "pending"


def _form(web: Client, path: str) -> str:
    return text_of(web.get(path))


def test_pages_are_for_whom_may_and_for_ones_own_people(tenant: Tenant) -> None:
    owner = customer(tenant)
    reader = PortalAccountFactory(customer_id=owner.customer_id, grants=["own_profile:read"])
    stranger = PortalAccountFactory()

    assert _in(reader).get(PEOPLE).status_code == 403
    assert PEOPLE not in text_of(_in(reader).get("/account"))
    web = _in(owner)
    assert web.get(f"{PEOPLE}/{stranger.pk}").status_code == 404
    assert web.post(f"{PEOPLE}/{stranger.pk}/status").status_code == 404
    assert "You cannot change what you may do" in text_of(
        web.post(f"{PEOPLE}/{owner.pk}", {"areas": []})
    )


def test_interface_does_the_same(tenant: Tenant) -> None:
    program, owner = portal_program(tenant)

    made = program("post", API, {**NEW, "areas": ["hosting"]})
    (person,) = [one for one in made.json()["data"]["people"] if one["email"] == NEW["email"]]
    path = f"{API}/{person['id']}"
    widened = program("put", f"{path}/areas", {"areas": ["everything"]})
    shut = program("put", f"{path}/open", {"is_open": False})
    again = program("post", f"{path}/invite")
    wrong = program("post", API, {**NEW, "areas": ["the moon"]})

    assert (made.status_code, person["areas"], person["status"]) == (200, ["hosting"], "pending")
    assert _of(widened, person)["areas"] == ["everything"]
    assert _of(shut, person)["status"] == "disabled"
    assert (again.status_code, wrong.status_code) == (409, 422)
    assert program("get", API).json()["data"]["total"] == 2
    own = program("put", f"{API}/{owner.pk}/areas", {"areas": []})
    assert own.json()["error"]["code"] == "OWN_LOG_IN"


def _of(answer: Any, person: dict[str, str]) -> dict[str, Any]:
    people = answer.json()["data"]["people"]
    return next(one for one in people if one["id"] == person["id"])
