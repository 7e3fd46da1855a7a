"""The pages of the back office read as words: no ids, no dumps, no names that programs use."""

import re
from html import unescape
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.test import RequestFactory
from django.urls import reverse

from ispplatform.core.actors import EVERYTHING, Actor, ActorType
from ispplatform.core.admin.base import TenantAdmin
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.meta.stock import stocked
from tests.meta.test_admin_links import OWNER, client_of, details

pytestmark = pytest.mark.slow
FORBIDDEN = 403
EVERYBODY = Actor(type=ActorType.USER, id="", label="probe", permissions=frozenset({EVERYTHING}))
PAGES = [page for page in admin.site._registry.values() if isinstance(page, TenantAdmin)]
CODE_WORD = re.compile(r"_|^is |^has | at$| id$|digest|uuid")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DUMP = re.compile(r"\{['\"]|\[['\"]|<[A-Z]\w+: |\bNone\b")
# Besides what nobody reads: conversations with providers, and what is typed in a form.
NOT_READ = re.compile(
    r"<(script|style|svg|textarea)\b.*?</\1>|<details class=\"house for-programs\">.*?</details>"
    r"|<pre\b.*?</pre>|<details class=\"exchange\">.*?</details>",
    re.DOTALL,
)
CONTENT = re.compile(r'<div id="content-main">.*', re.DOTALL)
# What holds an id on purpose, each with why.
IDS_SHOWN = {
    "accounts_identityprovider": "the address that is registered at the provider ends with it",
    "core_auditentry": "a request's reference is what an error page showed",
    "core_operation": "the provider's own reference may be one",
}


def heads_of(page: Any) -> list[str]:
    """Return the heads of a list's columns."""
    request = RequestFactory().get("/")
    request.actor = EVERYBODY
    columns = page.get_list_display(request)
    return [str(label_for_field(column, page.model, page)) for column in columns]


def words_on(html: str) -> str:
    """Return what people read of a page's main part."""
    found = CONTENT.search(html)
    assert found is not None
    return unescape(re.sub(r"<[^>]+>", "\n", NOT_READ.sub("", found.group())))


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.opts.label)
def test_the_heads_of_a_list_are_words(shown: Any) -> None:
    assert [head for head in heads_of(shown) if CODE_WORD.search(head)] == []


def test_no_row_shows_an_id_a_dump_or_a_programs_word(tenant: Tenant) -> None:
    stocked(tenant, "ada")
    complaints = []
    with tenant_context(tenant.pk):
        client = client_of(tenant, OWNER)
        rows = details()
        for name, address in rows.items():
            answer = client.get(address)
            if answer.status_code == FORBIDDEN:  # for the installation's operator only
                continue
            words = words_on(answer.content.decode())
            found = [*DUMP.findall(words), *([] if name in IDS_SHOWN else UUID.findall(words))]
            complaints += [f"{name}: {one}" for one in found]
    assert not complaints, "\n".join(complaints)
    assert len(rows) > 30


def test_the_page_of_a_row_begins_with_what_it_is_and_whose(tenant: Tenant) -> None:
    stocked(tenant, "ada")
    with tenant_context(tenant.pk):
        client = client_of(tenant, OWNER)
        page = client.get(details()["provisioning_service"])
    head = page.context["head"]
    row = page.context["original"]
    assert head.kind == "Service"
    assert head.title == row.label
    assert reverse("admin:customers_customer_change", args=[row.customer_id]) in head.owner
    assert head.next_lines
    steps = re.findall(r"<h1.*?</h1>", page.content.decode(), re.DOTALL)[0]
    assert steps.count("Services") == 1
