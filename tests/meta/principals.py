"""The table of principals: every address of the installation, and who gets through its gate.

``principals.tsv`` has a line for each route: method (``PAGE`` for pages, which take GET and POST),
address, gate. ``PRINCIPALS_WRITE=1 pytest tests/meta/test_principals.py`` writes the lines of new
routes with the gate that the code declares, and drops lines of routes that are gone; look at the
difference before you commit it. The gates of the APIs are always the declared ones; those of pages
may be set right by hand. Gates:

    public                  anybody
    credential              anybody may try; the answer tells whether the credential was good
    logged-in               any principal of that API; ``person``: not a program
    customer[:permission]   a portal account (that holds the permission)
    <resource>:<action>     staff and API keys that hold the permission
    staff[:permission]      a colleague in the back office (who holds the permission)
    operator                the installation's operator
    nobody
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.api.checks import api_routes
from ispplatform.core.permissions import declared_permissions

TABLE = Path(__file__).with_name("principals.tsv")
IS_WRITING = bool(os.environ.get("PRINCIPALS_WRITE"))
PAGE = "PAGE"

# Gates that no declaration says; each with why.
BY_HAND: dict[tuple[str, str], str] = {
    # A refresh token is the credential.
    ("POST", "api/v1/auth/refresh"): "credential",
    ("POST", "api/portal/v1/auth/refresh"): "credential",
    # A client's secret, a code or a refresh token is the credential.
    ("POST", "api/v1/oauth/token"): "credential",
    ("POST", "api/v1/oauth/revoke"): "credential",
    ("POST", "api/v1/oauth/introspect"): "credential",
    # The gateway's signature is the credential.
    ("POST", "api/v1/gateways/stripe/events/<uuid:connection_id>"): "credential",
    # A program has no account and no log-in of its own.
    ("POST", "api/v1/auth/logout"): "person",
}
# A program has no account of its own.
OF_PERSONS = "api/v1/users/me"


@dataclass(frozen=True, order=True)
class Route:
    """One address with one method."""

    address: str
    method: str
    name: str
    gate: str


def routes() -> list[Route]:
    """Return every route of the installation with the gate that its code declares."""
    found: dict[tuple[str, str], Route] = {}
    for route in (*_api(), *_pages(get_resolver().url_patterns, "", "")):
        found.setdefault((route.address, route.method), route)  # the first one answers
    return sorted(found.values())


def table() -> dict[tuple[str, str], str]:
    """Return the table: (method, address) to gate."""
    lines = TABLE.read_text().splitlines() if TABLE.exists() else []
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {(method, address): gate for method, address, gate in rows}


def write_table(present: list[Route]) -> None:
    """Write a line for each route: the gate that stands there, else the declared one."""
    known = table()
    lines = ["# method\taddress\tgate (see principals.py)"]
    for route in present:
        written = known.get((route.method, route.address))
        gate = written if written and route.method == PAGE else route.gate
        lines.append(f"{route.method}\t{route.address}\t{gate}")
    TABLE.write_text("\n".join(lines) + "\n")


def _api() -> Iterator[Route]:
    for address, view, actions in api_routes():
        for method, action in actions.items():
            declared = str(view.permissions_required.get(action))  # type: ignore[attr-defined]
            key = (method.upper(), address)
            gate = BY_HAND.get(key, declared)
            if gate == "logged-in" and address.startswith(OF_PERSONS):
                gate = "person"
            yield Route(address=address, method=method.upper(), name=view.__name__, gate=gate)


def _pages(
    patterns: list[URLPattern | URLResolver], prefix: str, namespace: str
) -> Iterator[Route]:
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, [namespace, pattern.namespace or ""]))
            yield from _pages(pattern.url_patterns, address, inner)
        elif not hasattr(pattern.callback, "cls"):
            name = ":".join(filter(None, [namespace, pattern.name or ""]))
            yield Route(address=address, method=PAGE, name=name, gate=_page_gate(address, pattern))


def _page_gate(address: str, pattern: URLPattern) -> str:
    callback: Any = pattern.callback
    if gate := getattr(callback, "gate", None):
        return str(gate)
    if callback.__module__.startswith("accounts.portal"):
        return "public"  # the doors of the back office
    if model_admin := getattr(callback, "model_admin", None):
        return _admin_gate(model_admin, str(pattern.name)) if pattern.name else "staff"
    if address.startswith("admin/"):
        page = getattr(callback, "view_class", None)
        permission = getattr(page, "permission", "")
        return f"staff:{permission}" if permission else "staff"
    return "public"


def _admin_gate(model_admin: Any, name: str) -> str:
    """Return which single permission opens a page of a model, by trying each."""
    asks = {
        "add": model_admin.has_add_permission,
        "delete": model_admin.has_delete_permission,
    }.get(name.rpartition("_")[2], model_admin.has_view_permission)
    if asks(_request_of(Actor.anonymous())):
        return "staff"
    for permission in declared_permissions():
        if asks(_request_of(_actor([permission.code]))):
            return f"staff:{permission.code}"
    if asks(_request_of(_actor(["*"]), is_superuser=True)):
        return "operator"
    return "nobody"


def _actor(permissions: list[str]) -> Actor:
    return Actor(type=ActorType.USER, id="", label="probe", permissions=frozenset(permissions))


def _request_of(actor: Actor, *, is_superuser: bool = False) -> Any:
    user = SimpleNamespace(
        is_superuser=is_superuser,
        is_active=True,
        is_staff=True,
        actor=actor,
        has_perm=lambda permission, row=None: is_superuser,
    )
    return SimpleNamespace(actor=actor, user=user, tenant=None, GET={}, POST={})
