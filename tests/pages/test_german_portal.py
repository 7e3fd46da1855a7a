"""The portal, the shop and the log-in in German: no page says anything in English."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.services.roles import tenant_roles_seed
from catalog.models import Plan
from ispplatform.core.models import Tenant
from sales.models import Order
from tests.meta.addresses import filled
from tests.meta.principals import PAGE, Route, routes
from tests.meta.stock import Owned, stocked
from tests.meta.test_principals import _of_customer
from tests.sales.conftest import Shop, shop
from tests.sales.portal.test_purchase import DETAILS, Visitor, choose_hosting, mailed_code

__all__ = ["shop"]

NOT_FOR_CUSTOMERS = (
    "admin",
    "api",
    "staff",
    "styleguide",
    "static",
    "media",
    "openapi.json",
    "metrics",
)
# Words of English sentences and labels that no German text holds.
ENGLISH = re.compile(
    r"\b(?:the|and|your|you|is|are|not|of|to|with|for|this|that|it|we|our|no|be|has|have|by|from|or"
    r"|cannot|please|yet|new|open|paid|due|next|change|show|save|add|delete|search|log|invoice"
    r"|order|orders|service|services|mailbox|mailboxes|password|account|settings|waiting|active"
    r"|ended|monthly|yearly|year|month|every|once|free|taken|page|home|back)\b",
    re.IGNORECASE,
)
# Besides what nobody sees: what the page itself says is in no language.
UNSEEN = re.compile(
    r"<(head|script|style|template|code|pre)\b.*?</\1>|<(\w+)\b[^>]* translate=\"no\".*?</\2>",
    re.DOTALL,
)
SPOKEN = re.compile(r'\b(?:alt|aria-label|data-label|placeholder|title)="([^"]*)"')
ADDRESS = re.compile(r"https?://\S+")
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


@pytest.fixture(autouse=True)
def limits_away(settings: Any) -> Iterator[None]:
    """Let nobody be slowed down."""
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, "1000000/minute")
    cache.clear()
    yield
    cache.clear()


def test_no_page_of_a_customer_holds_english(tenant: Tenant) -> None:
    tenant.language = "de"  # mails are shown as they were sent
    tenant.save(update_fields=["language"])
    (own,) = stocked(tenant, "quetzal")
    caller = _of_customer(own.account)
    named = set(Plan.objects.values_list("name", flat=True))

    english, shown = [], 0
    for route in _customers_routes():
        caller.client.cookies["sessionid"] = caller.cookie
        answer = caller.client.get(_path(route, own), headers={"accept-language": "de"})
        if answer["Content-Type"].startswith("text/html"):
            shown += answer.status_code == 200
            page = _without(named, answer.content.decode())
            english += [f"{route.address}: {text}" for text in _english(page)]

    assert english == []
    assert shown >= 36


def test_no_page_before_the_log_in_holds_english(tenant: Tenant, client: Client) -> None:
    (own,) = stocked(tenant, "quetzal")
    named = set(Plan.objects.values_list("name", flat=True))

    english, shown = [], 0
    for route in _customers_routes():
        answer = client.get(_path(route, own), headers={"accept-language": "de"})
        if answer["Content-Type"].startswith("text/html"):
            shown += answer.status_code == 200
            page = _without(named, answer.content.decode())
            english += [f"{route.address}: {text}" for text in _english(page)]

    assert english == []
    assert shown >= 8


def test_no_page_of_a_purchase_holds_english(shop: Shop) -> None:
    tenant_roles_seed(shop.tenant)
    visitor = Visitor(shop)
    visitor.client = Client(headers={"accept-language": "de"})
    order = {"payment_method": "card", "accept_terms": "on", "total_seen": "16.66"}

    pages = [
        visitor.get("/"),
        visitor.get("/shop/names?name=kontor"),
        visitor.get("/shop/names?name=%20_!_"),
        choose_hosting(visitor, "taken.example"),
        choose_hosting(visitor, "kontor.example"),
        visitor.post("/cart/buyer", customer_type="business"),
        visitor.post("/cart/buyer", customer_type="person"),
        visitor.post("/checkout"),
        visitor.post("/checkout", **DETAILS | {"password": "short"}),
        visitor.post("/checkout", **DETAILS),
        visitor.post("/checkout/code", code="000000"),
        visitor.post("/checkout/code", code=mailed_code(DETAILS["email"])),
        visitor.post("/checkout/review", payment_method="card"),
        visitor.post("/checkout/review", **order),
        visitor.post("/checkout/review", **order),
        visitor.get(f"/portal/orders/{Order.objects.get().pk}"),
        visitor.get("/portal"),
    ]

    named = {plan.name for plan in Plan.objects.all()}
    named |= {"taken.example", "Isle of Man"}
    assert "\n".join(t for p in pages for t in _english(_without(named, p))) == ""


def test_the_look_finds_english() -> None:
    page = '<title>Ihre Rechnung</title><img alt="Show it"><p>Bezahlt</p><p>Pay the sum</p>'
    assert _english(page) == ["Show it", "Pay the sum"]


def _customers_routes() -> list[Route]:
    return [
        route
        for route in routes()
        if route.method == PAGE and not route.address.startswith(NOT_FOR_CUSTOMERS)
    ]


def _path(route: Route, own: Owned) -> str:
    """Return a route's path with rows of the customer, and with a token that nobody has."""
    if route.address.startswith("shop/plans/"):
        return f"/shop/plans/{Plan.objects.order_by('code')[0].code}"
    if route.address.startswith("documents/"):
        return "/documents/terms"
    if "<str:token>" in route.address:
        return "/" + route.address.replace("<str:token>", "x")
    return filled(route, own)


def _without(names: set[str], page: str) -> str:
    """Leave out what the company itself has written: the names of its plans."""
    for name in names:
        page = page.replace(name, "")
    return page


def _english(page: str) -> list[str]:
    title = TITLE.findall(page)
    seen = UNSEEN.sub(" ", page)
    parts = [*title, *SPOKEN.findall(seen), *re.split(r"<[^>]*>", seen)]
    texts = [ADDRESS.sub(" ", unescape(part)).strip() for part in parts]
    return [text for text in texts if ENGLISH.search(text)]
