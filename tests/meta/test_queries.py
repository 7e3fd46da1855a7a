"""How many statements a reading request may cost, for every route; and none more for more rows.

A new route needs nothing here: its address is filled as ``addresses.py`` says, and the rows are
those of ``stock.py``. Each is asked, then asked again and counted, and counted once more when there
are several times the rows (``further.py``). Sessions are read from their table, as where the shared
cache is down: with it a request costs two statements less.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pytest

from accounts.models import LoginFailure, Membership, User
from ispplatform.core.clock import system_now
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.meta.addresses import acts_of
from tests.meta.costs import READING, Cost, cost_of, one_moment, path_of, readable
from tests.meta.further import further
from tests.meta.principals import Route, routes
from tests.meta.stock import Owned, stocked
from tests.meta.test_others_rows import limits_away
from tests.meta.test_principals import Caller, _caller, _of_customer

__all__ = ["limits_away"]
pytestmark = pytest.mark.slow

LIST, DETAIL, PAGE = 8, 10, 25
STAFF_API, PORTAL_API = "api/v1/", "api/portal/v1/"
BACK_OFFICE = "admin/(?!core/tenant|accounts/(user|loginfailure)|djstripe)"
OPERATORS = "admin/(core/tenant|accounts/(user|loginfailure))/"
PORTAL = "(?!admin/|api/|styleguide)"
FURTHER = ("aardvark", "bandicoot", "capybara")

HEALTH = "asks programs, not rows, and once in some seconds only; it has tests of its own"
PICTURE = "is one picture, found by its digest; its own tests ask it"
SENT = "refuses whom no program has sent; its own tests ask it"
# Addresses that are not asked; each with why.
NOT_ASKED = {
    "account/authorize": SENT,
    "admin/authorize/": SENT,
    "api/v1/oauth/authorize": SENT,
    "admin/(?P<url>.*)$": "what is no page of the back office is not found",
    "api/": "says where the interfaces are",
    "api/<path:rest>": "what is no address is not found",
    "api/v0": "a version that is gone",
    "api/v0/<path:rest>": "a version that is gone",
    "admin/sign-on/<uuid:provider_id>/callback/": SENT,
    "admin/autocomplete/": "refuses a request that names no field; forms' own tests ask it",
    "admin/r/<path:content_type_id>/<path:object_id>/": "leads to pages that are asked here",
    "admin/sandbox/mail/<str:name>/": "shows a file, and reads no row of anybody",
    "admin/sandbox/mail/<str:name>/<int:number>": "is a file",
    "account/security/passkeys/<int:passkey_id>/name": "takes a form and shows nothing",
    "account/security/passkeys/<int:passkey_id>/remove": "a form for whoever has a second factor",
    "come-back/<str:token>": "a token that is good once; shows no rows",
    "confirm-email/<str:token>": "a token that is good once; shows no rows",
    "stop-factor-reset/<str:token>": "a token that stops one thing; shows no rows",
    "api/v1/users/me/avatar": "is one's own picture; who asks here has none: its own tests do",
    "admin/company/logo/<slug:digest>.png": PICTURE,
    "brand/logos/<slug:digest>.png": PICTURE,
    "api/v1/health": HEALTH,
    "api/v1/status": HEALTH,
    "health": HEALTH,
    "status": HEALTH,
    "invitation/<str:token>": "a token that is good once; shows no rows",
    "set-password/<str:token>": "a token that is good once; shows no rows",
}
# The same for all that begins so.
NOT_ASKED_BELOW = {
    "admin/djstripe/": "rows that only Stripe's answers make; see tests/billing/test_stripe_mirror",
    "styleguide": "pages about pages",
}
# Lists that stay as long as they are; each with why.
FIXED = {"admin/billing/ledgeraccount/": "a company has one account for each role"}
# Pages of the portal that show as much with more rows; each with why.
FORM = "asks something and lists nothing"
MACHINES = "is read by machines and says nothing of rows"
# A line more for each kind of request that this process has answered: no rows, and of any length.
GROWS_WITH_THE_PROCESS = {"metrics"}
PORTAL_WITHOUT_ROWS = {
    ".well-known/jwks.json": MACHINES,
    ".well-known/oauth-authorization-server": MACHINES,
    "account/close": FORM,
    "account/customers": "names whom a log-in acts for, and these stay as they are",
    "account/email": FORM,
    "account/password": FORM,
    "account/security": "shows one person's own factors",
    "account/security/app": FORM,
    "account/security/app/off": FORM,
    "account/security/passkeys/new": FORM,
    "account/security/recovery-codes": FORM,
    "checkout/code": FORM,
    "come-back": FORM,
    "confirm-email": FORM,
    "favicon.ico": MACHINES,
    "forgot-password": FORM,
    "imprint": "says who the company is",
    "login": FORM,
    "login/code": FORM,
    "metrics": MACHINES,
    "openapi.json": MACHINES,
    "shop/names": "asks registrars, no rows",
    "sign-up": FORM,
    "version": MACHINES,
}
# Answers of the API that are put together like a page; each with why.
COMPOSED = {
    "api/v1/customers/<uuid:customer_id>/calendar": "plays through what happens to all that is open"
}
TABLE = re.compile(r'(?<=FROM |INTO )"\w+"|^.*$', re.S)
SHORTEST_ROW = 20  # characters
TAKES_FORMS_ONLY = 405


@dataclass(frozen=True)
class Visit:
    """One principal at one door.

    Attributes:
        door: what the addresses begin with that are asked.
    """

    caller: Caller
    door: str

    def asked(self, owned: Owned, limits: Mapping[Route, str]) -> dict[Route, Cost]:
        """Return what each address costs that can be read; acts' own pages are left aside."""
        found = {}
        for route in readable(self.caller, self.door):
            if route.address not in NOT_ASKED and "<slug:act_name>" not in route.address:
                path = path_of(route, owned) + limits.get(route, "")
                found[route] = cost_of(self.caller, path)
        return {route: cost for route, cost in found.items() if cost.status != TAKES_FORMS_ONLY}

    def acts_asked(self, owned: Owned) -> list[Cost]:
        """Return what the pages of all acts cost; 404 where the row is past an act."""
        return [
            cost_of(self.caller, path_of(route, owned, act))
            for route in readable(self.caller, self.door)
            if "<slug:act_name>" in route.address
            for act in acts_of(route)
        ]


def judged(visit: Visit, owned: Owned) -> tuple[dict[Route, Cost], dict[Route, Cost]]:
    """Return what all behind a door costs with few rows and with many; complain of too much.

    Lists of the API show one row first and a hundred then, the rest what they show by themselves.
    """
    with one_moment():
        warm = visit.asked(owned, {})
        lists = [route for route, cost in warm.items() if cost.is_api_list]
        before = visit.asked(owned, dict.fromkeys(lists, "?limit=1"))
    further(owned, *FURTHER)
    with one_moment():
        cost_of(visit.caller, path_of(next(iter(warm)), owned))  # what is due once a minute
        after = visit.asked(owned, dict.fromkeys(lists, "?limit=100"))
    found = [one for route, cost in after.items() for one in complaints(route, before[route], cost)]
    assert not found, "\n".join(["", *found])
    return before, after


def complaints(route: Route, was: Cost, cost: Cost) -> Iterator[str]:
    """Yield what is wrong with the cost of an address, or with how it was measured."""
    if cost.status not in {200, 302}:
        yield f"{route.address} answers {cost.status}"
    if len(cost.statements) > limit_of(route, cost):
        yield f"{route.address} costs {len(cost.statements)}: {_told(cost.statements)}"
    # A page that ends its list needs no statement that counts the list.
    if len(cost.statements) > len(was.statements) + (cost.has_more and not was.has_more):
        yield f"{route.address} cost {len(was.statements)} before: {_told(cost.statements)}"
    if not _has_grown(was, cost) and route.address not in FIXED:
        yield f"{route.address}: {was.rows} rows became {cost.rows}: see further.py"


def _has_grown(was: Cost, cost: Cost) -> bool:
    return was.rows is None or cost.rows is None or cost.rows >= was.rows + len(FURTHER)


def limit_of(route: Route, cost: Cost) -> int:
    """Return how many statements a route may cost."""
    if not route.address.startswith("api/") or route.address in COMPOSED:
        return PAGE
    return DETAIL if cost.rows is None else LIST


def _told(statements: Iterable[str]) -> str:
    """Say which tables were asked, and how often each."""
    tables = Counter(TABLE.search(statement)[0] for statement in statements)
    return ", ".join(f"{count} {table}" for table, count in tables.most_common())


def test_every_address_that_can_be_read_is_asked_or_named_with_why(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    staff = _caller("admin", tenant, other_tenant)
    customer = _caller("customer", tenant, other_tenant)
    operator = _caller("installation_operator", tenant, other_tenant)
    visits = [(staff, STAFF_API), (staff, BACK_OFFICE), (operator, OPERATORS)]
    visits += [(customer, PORTAL_API), (customer, PORTAL)]

    seen = {route.address for caller, door in visits for route in readable(caller, door)}
    left = [
        route.address
        for route in routes()
        if route.method in READING
        and route.gate != "nobody"
        and route.address not in {*seen, *NOT_ASKED}
        and not route.address.startswith(tuple(NOT_ASKED_BELOW))
    ]

    assert left == []
    assert sorted(NOT_ASKED.keys() - {route.address for route in routes()}) == [], "these are gone"


@pytest.mark.parametrize("door", [STAFF_API, PORTAL_API])
def test_a_list_of_an_api_costs_8_statements_and_a_detail_10_at_most(
    tenant: Tenant, other_tenant: Tenant, limits_away: None, door: str
) -> None:
    (own,) = stocked(tenant, "quetzal")
    is_portal = door == PORTAL_API
    own.rows[User] = own.rows[User] if is_portal else own.rows[Membership].user
    caller = _of_customer(own.account) if is_portal else _caller("admin", tenant, other_tenant)

    _, after = judged(Visit(caller, door), own)

    lists = [cost for cost in after.values() if cost.is_api_list]
    assert len(lists) > (10 if is_portal else 20), "what is measured are lists"
    assert all(cost.rows > len(FURTHER) for cost in lists)


def test_a_page_of_the_portal_costs_25_statements_at_most(
    tenant: Tenant, limits_away: None
) -> None:
    (own,) = stocked(tenant, "quetzal")
    with tenant_context(tenant.pk):
        own.shop.full_cart("next.example")

    before, after = judged(Visit(_of_customer(own.account), PORTAL), own)

    same = {
        route.address
        for route, cost in after.items()
        if "<" not in route.address and len(cost.body) < len(before[route].body) + 3 * SHORTEST_ROW
    }
    assert sorted(same - GROWS_WITH_THE_PROCESS) == sorted(
        PORTAL_WITHOUT_ROWS.keys() - GROWS_WITH_THE_PROCESS
    ), "these show no more than before"


def test_a_page_of_the_back_office_costs_25_statements_at_most(
    tenant: Tenant, other_tenant: Tenant, limits_away: None
) -> None:
    (own,) = stocked(tenant, "quetzal")
    visit = Visit(_caller("admin", tenant, other_tenant), BACK_OFFICE)

    _, after = judged(visit, own)
    acts = visit.acts_asked(own)

    assert sum(cost.rows is not None for cost in after.values()) > 30, "lists are measured"
    assert {cost.status for cost in acts} == {200, 404}
    assert max(len(cost.statements) for cost in acts) <= PAGE


def test_a_page_of_the_operator_costs_25_statements_at_most(
    tenant: Tenant, other_tenant: Tenant, limits_away: None
) -> None:
    (own,) = stocked(tenant, "quetzal")
    own.rows[Tenant] = tenant
    own.rows[LoginFailure] = LoginFailure.objects.create(
        account_digest="quetzal", last_failed_at=system_now()
    )
    operator = _caller("installation_operator", tenant, other_tenant)

    _, after = judged(Visit(operator, OPERATORS), own)

    assert sum(cost.rows is not None for cost in after.values()) == 3
