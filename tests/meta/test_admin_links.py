"""No page of the back office leads somewhere that the person who reads it may not go."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import HttpRequest
from django.test import Client
from django.urls import ResolverMatch, resolve, reverse

from accounts.models import Membership
from accounts.rules.seeded_roles import SEEDED_ROLES
from ispplatform.core.admin.acts import acts_for
from ispplatform.core.admin.base import TenantAdmin
from ispplatform.core.admin.requests import actor_of
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.meta.stock import stocked
from tests.pages.staff import colleague, session_client

pytestmark = pytest.mark.slow
OWNER = "owner"
OF_STAFF = [role.code for role in SEEDED_ROLES if role.code not in {"admin", "customer"}]
LINK = re.compile(r'<(?:a|form)\b[^>]*?\s(?:href|action)="([^"]+)"')
BACK_OFFICE = "/admin/"
PAGES = {
    f"{model._meta.app_label}_{model._meta.model_name}": page
    for model, page in admin.site._registry.items()
    if isinstance(page, TenantAdmin)
}


def client_of(tenant: Tenant, role: str) -> Client:
    """Return a colleague's client; the owner holds no role."""
    if role != OWNER:
        return session_client(colleague(tenant, role))
    member = colleague(tenant)
    Membership.objects.filter(pk=member.pk).update(is_owner=True)
    member.refresh_from_db()
    return session_client(member)


def details() -> dict[str, str]:
    """Return the address of one row of each model that has rows."""
    rows = {name: page.model._default_manager.order_by("pk").last() for name, page in PAGES.items()}
    return {
        name: reverse(f"admin:{name}_change", args=[row.pk])
        for name, row in rows.items()
        if row is not None
    }


def links_of(address: str, html: str) -> set[str]:
    """Return the pages of the back office that a page leads to, without their questions."""
    found = set()
    for link in LINK.findall(html):
        target = urlsplit(urljoin(address, unescape(link)))
        if not target.netloc and target.path.startswith(BACK_OFFICE):
            found.add(target.path)
    return found


@dataclass
class Walk:
    """What one colleague meets; a page's door is tried once.

    Attributes:
        opens: whether the page at an address opens, as far as it was asked.
        broken: the links that lead to closed doors.
        met: the links on each page that was visited.
    """

    client: Client
    opens: dict[str, bool] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    met: dict[str, set[str]] = field(default_factory=dict)

    def visit(self, address: str) -> HttpRequest:
        """Follow a page's links as far as their doors."""
        answer = self.client.get(address)
        self.opens[address] = answer.status_code == 200
        self.met[address] = links_of(address, answer.content.decode())
        for link in sorted(self.met[address]):
            if link not in self.opens:
                self.opens[link] = self.may_open(link, answer.wsgi_request)
            if not self.opens[link]:
                self.broken.append(f"{link} on {address}")
        return answer.wsgi_request

    def may_open(self, link: str, request: HttpRequest) -> bool:
        """Ask the page that stands behind a link; one that is no model's is opened."""
        found = resolve(link)
        name, _, kind = (found.url_name or "").rpartition("_")
        asked = PAGES.get(name)
        if asked is None or kind not in {"changelist", "add", "change", "history", "act"}:
            return self.client.get(link).status_code in {200, 302, 405}
        return _is_open(asked, kind, found, request)


def _is_open(page: Any, kind: str, found: ResolverMatch, request: HttpRequest) -> bool:
    if kind == "add":
        return bool(page.has_add_permission(request))
    if kind == "changelist":
        return bool(page.has_view_permission(request))
    row = page.get_object(request, unquote(found.kwargs["object_id"]))
    if row is None or not page.has_view_permission(request, row):
        return False
    if kind != "act":
        return True
    names = {act.name for act in acts_for(page.every_act(), row, actor_of(request))}
    return found.kwargs["act_name"] in names


def walk_of(client: Client, lists: set[str]) -> Walk:
    """Visit the start, these lists, and a row of each model that this colleague may see."""
    walk = Walk(client)
    request = walk.visit(BACK_OFFICE)
    seen = {name for name, page in PAGES.items() if page.has_view_permission(request)}
    for name in sorted(seen & lists):
        walk.visit(reverse(f"admin:{name}_changelist"))
    for name, detail in details().items():
        if name in seen:
            walk.visit(detail)
    return walk


def lists_that_lead_elsewhere(walk: Walk) -> set[str]:
    """Return the lists whose rows lead to other pages than their own and those of the frame."""
    found = set()
    for name in PAGES:
        listed = reverse(f"admin:{name}_changelist")
        links = walk.met.get(listed, set()) - walk.met[BACK_OFFICE]
        if any(not link.startswith(listed) and not listed.startswith(link) for link in links):
            found.add(name)
    return found


def test_every_link_that_a_colleague_sees_opens(tenant: Tenant) -> None:
    """Lists have the same columns for everybody: the owner's tell which ones lead elsewhere."""
    stocked(tenant, "ada")
    with tenant_context(tenant.pk):
        walks = {OWNER: walk_of(client_of(tenant, OWNER), set(PAGES))}
        lists = lists_that_lead_elsewhere(walks[OWNER])
        walks |= {role: walk_of(client_of(tenant, role), lists) for role in OF_STAFF}
    assert {role: walk.broken for role, walk in walks.items() if walk.broken} == {}
    assert "billing_document" in lists
    assert all(walk.opens[BACK_OFFICE] and len(walk.met) > 1 for walk in walks.values())
