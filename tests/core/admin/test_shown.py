"""What pages show of a row, and to whom they offer a way to another."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from ispplatform.core.admin.field_values import values_shown
from ispplatform.core.admin.tags import pretty
from ispplatform.core.attention import attention_kinds, attention_open
from ispplatform.core.events.delivery import PARKED_LANE
from ispplatform.core.models import AttentionItem, Tenant
from ispplatform.core.subjects import Subject
from ispplatform.core.tenancy.context import tenant_context
from tests.pages.staff import staff_client


@pytest.fixture
def matter(tenant: Tenant) -> AttentionItem:
    """An event that cannot be handled; who sees it may lack the right to open it."""
    with tenant_context(tenant.pk):
        subject = Subject(type="core.event_delivery", id=uuid4(), label="lane 1")
        return attention_open(kind=PARKED_LANE, subject=subject, sentence="It stands.")


def page_of(desk: Client, tenant: Tenant, name: str, *args: object) -> str:
    with tenant_context(tenant.pk):
        answer = desk.get(reverse(f"admin:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", ["core_attentionitem_changelist", "index"])
def test_a_matters_button_is_for_those_who_may_open_what_it_leads_to(
    tenant: Tenant, matter: AttentionItem, admin_desk: Client, name: str
) -> None:
    assert "Open event" in page_of(admin_desk, tenant, name)
    with tenant_context(tenant.pk):
        Role.objects.create(code="lookout", name="Lookout", grants=["attention:read"])
        lookout = staff_client(tenant, "lookout")
    page = page_of(lookout, tenant, name)
    assert matter.sentence in page
    assert "Open event" not in page


def test_a_rows_company_is_not_among_what_its_page_shows(
    tenant: Tenant, matter: AttentionItem, admin_desk: Client
) -> None:
    page = page_of(admin_desk, tenant, "core_attentionitem_change", matter.pk)
    assert "lane 1" in page
    assert "Northwind" not in page.partition('id="content-main"')[2]


def test_an_empty_list_offers_to_add_a_row_only_where_one_can_be_added(
    tenant: Tenant, admin_desk: Client
) -> None:
    page = page_of(admin_desk, tenant, "core_attentionitem_changelist")
    assert "Nothing needs you." in page
    assert "Create a new item" not in page
    assert "/add/" not in page.partition("Nothing needs you.")[2]
    address = reverse("admin:catalog_plan_add")
    assert address in page_of(admin_desk, tenant, "catalog_plan_changelist")


def test_a_search_without_result_leads_back_to_the_whole_list(
    tenant: Tenant, matter: AttentionItem, admin_desk: Client
) -> None:
    with tenant_context(tenant.pk):
        address = reverse("admin:core_attentionitem_changelist")
        page = admin_desk.get(address, {"q": "nothing of this name"}).content.decode()
    assert "No row fits what is searched for." in page
    assert 'href="?"' in page


def test_json_is_shown_as_labelled_values_without_ids_and_what_is_empty() -> None:
    shown = values_shown(
        {"first_name": "<Ada>", "auto_renew": True, "street2": "", "contact": str(uuid4())}
    )
    assert shown == (
        '<dl class="facts"><div><dt>First name</dt><dd>&lt;Ada&gt;</dd></div>'
        "<div><dt>Auto renew</dt><dd>Yes</dd></div></dl>"
    )
    assert values_shown(["a", "b"]) == "a, b"
    assert values_shown({}) == "–"
    assert values_shown(0) == "0"


def test_an_exchange_is_written_with_a_line_for_each_value_where_it_is_json() -> None:
    assert pretty('{"name": "Größe", "years": 1}') == '{\n  "name": "Größe",\n  "years": 1\n}'
    assert pretty("<xml/>") == "<xml/>"
    assert pretty(None) == ""


def test_the_page_of_a_matter_says_what_to_do_and_leads_there_by_one_button(
    tenant: Tenant, matter: AttentionItem, admin_desk: Client
) -> None:
    page = page_of(admin_desk, tenant, "core_attentionitem_change", matter.pk)
    head = page.partition('class="house card row-title"')[2].partition("</header>")[0]
    kind = attention_kinds.get(PARKED_LANE)
    assert kind is not None
    assert str(kind.advice) in head
    assert head.count("button-primary") == 1
    assert all(f">{words}<" in head for words in ("Open event", "Take", "Put aside", "Settle"))


def test_every_matter_says_what_a_person_does_about_it() -> None:
    assert [kind.name for kind in attention_kinds.items() if not kind.advice] == []
