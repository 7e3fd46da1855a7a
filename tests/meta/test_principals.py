"""Every route with every kind of principal: who gets through is what the table says, no more.

To add a route: write the view with its permission, then
``PRINCIPALS_WRITE=1 pytest tests/meta/test_principals.py`` and read the new line of
``principals.tsv``. Nothing else is needed; the walk below tries the route as everybody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from accounts.choices import SessionChannel, SessionKind
from accounts.models import Membership, PortalAccount, Role, User
from accounts.rules.seeded_roles import CUSTOMER_ROLE, SEEDED_ROLES
from accounts.selectors.principals import entry_of, held_roles
from accounts.services.api_keys import api_key_create
from accounts.services.roles import tenant_roles_seed
from accounts.services.sessions import Device, session_begin
from accounts.services.token_pairs import token_pair
from ispplatform.core.actors import Actor
from ispplatform.core.ids import uuid7
from ispplatform.core.models import Tenant
from ispplatform.core.permissions import is_declared
from ispplatform.core.tenancy.context import tenant_context
from tests.factories.accounts import (
    IntegrationFactory,
    MembershipFactory,
    PortalAccountFactory,
    UserFactory,
)
from tests.meta.principals import IS_WRITING, PAGE, Route, routes, table, write_table

STAFF_ROLES = [role.code for role in SEEDED_ROLES if role.code != CUSTOMER_ROLE]
PRINCIPALS = [
    "anonymous",
    "customer",
    *STAFF_ROLES,
    "key_with_all_scopes",
    "key_with_one_scope",
    "other_tenant",
    "installation_operator",
]
PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
SAMPLES = {"uuid": str(uuid7()), "int": "1", "slug": "x", "str": "x", "path": "x", None: "x"}

# Routes whose answer depends on more than who asks; each with why.
NOT_WALKED = {
    "admin/autocomplete/": "answers 403 to a request that names no field",
    "admin/r/<path:content_type_id>/<path:object_id>/": "leads to pages that guard themselves",
    "admin/(?P<url>.*)$": "what is no page of the back office is not found",
}


@dataclass
class Caller:
    """One principal with its credentials for both doors."""

    kind: str  # anonymous, customer, staff, key, operator
    actor: Actor
    bearer: str = ""
    slot: dict[str, Any] = field(default_factory=dict)
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))
    cookie: str = ""

    def __post_init__(self) -> None:
        """Give the browser its cookie; the session lies in the table."""
        if self.slot:
            session = self.client.session
            session.update(self.slot)
            session.save()
            self.cookie = str(session.session_key)


@pytest.fixture
def house(tenant: Tenant, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    """A company with its roles, limits out of the way, sessions read from the cache."""
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, "1000000/minute")
    settings.SHARED_DECISION_CACHE = True
    cache.clear()
    tenant_roles_seed(tenant)
    yield tenant
    cache.clear()


def test_table_names_every_route_and_the_gate_that_its_code_declares() -> None:
    present = routes()
    if IS_WRITING:
        write_table(present)

    declared = {(route.method, route.address): route.gate for route in present}
    written = table()

    assert sorted(declared.keys() - written.keys()) == [], "new routes: see the head of this file"
    assert sorted(written.keys() - declared.keys()) == [], "these are gone"
    wrong = {
        key: (gate, written[key])
        for key, gate in declared.items()
        if key[0] != PAGE and written[key] != gate
    }
    assert wrong == {}, "the code asks for something else than the table says"


def test_every_staff_route_of_the_api_is_guarded_by_a_declared_permission() -> None:

    words = {"public", "credential", "logged-in", "person", "customer"}
    loose = {gate for (method, _), gate in table().items() if method != PAGE and gate not in words}

    assert sorted(gate for gate in loose if not is_declared(gate)) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", PRINCIPALS)
def test_every_route_lets_through_whom_the_table_names(
    house: Tenant, other_tenant: Tenant, name: str
) -> None:
    caller = _caller(name, house, other_tenant)
    gates = table()

    surprises = []
    for route in routes():
        gate = gates.get((route.method, route.address), route.gate)
        if route.address in NOT_WALKED or not _says_something(name, gate, route):
            continue
        for method in ("GET", "POST") if route.method == PAGE else (route.method,):
            status, target = _answer(caller, method, route)
            if verdict := _surprise(caller, gate, route, method, status, target):
                surprises.append(f"{method} {route.address} [{gate}]: {status} {verdict}")

    assert not surprises, "\n".join(["", *surprises])


def _says_something(name: str, gate: str, route: Route) -> bool:
    """Tell whether walking a route as this principal can tell more than another's walk does."""
    is_api = route.address.startswith("api/")
    if name.startswith("key") or name == "other_tenant":
        return is_api
    if name == "installation_operator":
        return route.address.startswith("admin/")
    return name not in STAFF_ROLES[1:] or ":" in gate  # the first of them is the administrator


def _answer(caller: Caller, method: str, route: Route) -> tuple[int, str]:
    client = caller.client
    client.cookies.clear()
    is_api = route.address.startswith("api/")
    headers = {}
    if caller.cookie and not is_api:
        client.cookies["sessionid"] = caller.cookie
    elif caller.bearer:
        headers = {"Authorization": f"Bearer {caller.bearer}"}
    path = "/" + PARAMETER.sub(lambda found: SAMPLES[found["kind"]], route.address)
    body = {"data": "{}", "content_type": "application/json"} if is_api else {}
    with transaction.atomic():
        if method == "GET":
            answer = client.get(path, headers=headers)
        else:
            answer = getattr(client, method.lower())(path, headers=headers, **body)
        transaction.set_rollback(True)
    return answer.status_code, answer.headers.get("Location", "")


def _surprise(
    caller: Caller, gate: str, route: Route, method: str, status: int, target: str
) -> str:
    """Return what is wrong with an answer; empty when it is as the gate says."""
    if status == 500:
        return "is a failure of ours"
    if status == 405:
        return ""
    is_sent_to_log_in = status == 302 and "/login" in target and "next=" in target
    is_kept_out = status in {401, 403} or is_sent_to_log_in
    if gate == "credential":
        return "" if status != 403 else "keeps a credential out"
    if not _may_pass(caller, gate, route):
        if gate == "public":
            return ""  # some ask for no credential at all, others refuse the wrong one
        return "" if is_kept_out or status == 404 else "gets through"
    # What is sent to a page of the back office may ask for more than seeing the page does.
    asks_for_more = route.address.startswith("admin/") and method == "POST"
    return "is kept out" if is_kept_out and not asks_for_more else ""


def _may_pass(caller: Caller, gate: str, route: Route) -> bool:
    word, _, permission = gate.partition(":")
    is_staff = caller.kind in {"staff", "operator"}
    if word == "public":
        return not _is_on_the_other_side(caller, route)
    if word == "logged-in":
        of_customers = route.address.startswith("api/portal/")
        return caller.kind == "customer" if of_customers else is_staff or caller.kind == "key"
    if word == "person":
        return is_staff
    if word == "customer":
        return caller.kind == "customer" and (not permission or caller.actor.can(permission))
    if word == "staff":
        return is_staff and (not permission or caller.actor.can(permission))
    if word == "operator":
        return caller.kind == "operator"
    if word == "nobody":
        return False
    if route.address.startswith("api/portal/"):
        return caller.kind == "customer" and caller.actor.can(gate)
    return (is_staff or caller.kind == "key") and caller.actor.can(gate)


def _is_on_the_other_side(caller: Caller, route: Route) -> bool:
    """Tell whether the caller's token belongs to the other API: it is refused even in public."""
    if caller.kind == "anonymous" or not route.address.startswith("api/"):
        return False
    return (caller.kind == "customer") is not route.address.startswith("api/portal/")


def _caller(name: str, tenant: Tenant, other_tenant: Tenant) -> Caller:
    if name == "anonymous":
        return Caller(kind="anonymous", actor=Actor.anonymous())
    if name == "customer":
        return _of_customer(PortalAccountFactory())
    if name.startswith("key"):
        return _of_key(tenant, ["*"] if name == "key_with_all_scopes" else ["users:read"])
    if name == "installation_operator":
        return _of_colleague(tenant, UserFactory(is_superuser=True), None)
    home, codes = (other_tenant, ["admin"]) if name == "other_tenant" else (tenant, [name])
    with tenant_context(home.pk):
        tenant_roles_seed(home)
        membership = MembershipFactory(roles=list(Role.objects.filter(code__in=codes)))
        return _of_colleague(home, membership.user, membership)


def _of_customer(account: PortalAccount) -> Caller:
    session = session_begin(
        user=account.user, account=account, channel=SessionChannel.BROWSER, device=Device()
    )
    entry = entry_of(session)
    assert entry is not None
    return Caller(
        kind="customer",
        actor=entry.actor(),
        bearer=token_pair(entry=entry).access_token,
        slot={"portal_session": _slot(session.tenant_id, session.pk)},
    )


def _of_colleague(home: Tenant, user: User, membership: Membership | None) -> Caller:
    with tenant_context(home.pk):
        session = session_begin(
            user=user, account=membership, channel=SessionChannel.BROWSER, device=Device()
        )
        roles = held_roles(membership) if membership else []
        entry = entry_of(session, roles=roles)
    assert entry is not None
    assert entry.kind is SessionKind.STAFF
    return Caller(
        kind="operator" if user.is_superuser else "staff",
        actor=entry.actor(),
        bearer=token_pair(entry=entry).access_token,
        slot={"staff_session": _slot(home.pk, session.pk)},
    )


def _of_key(tenant: Tenant, scopes: list[str]) -> Caller:
    made = api_key_create(
        actor=Actor.system("test"),
        tenant=tenant,
        name="walker",
        integration=IntegrationFactory(),
        scopes=scopes,
    )
    actor = Actor(
        type="api_key", id=str(made.row.pk), label="walker", permissions=frozenset(scopes)
    )
    return Caller(kind="key", actor=actor, bearer=made.text)


def _slot(tenant_id: UUID, session_id: UUID) -> dict[str, str]:
    return {"tenant": str(tenant_id), "session": str(session_id)}
