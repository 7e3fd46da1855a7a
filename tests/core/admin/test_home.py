"""The home page, the navigation, the one search, the stop switch, the banners."""

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.admin.dashboard import DASHBOARD_TILES, DashboardTile, Place
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, SECTIONS
from ispplatform.core.admin.paging import CappedPaginator
from ispplatform.core.admin.search import SEARCH_SOURCES, SearchHit, SearchSource, search_hits
from ispplatform.core.models import AttentionItem, AuditEntry, Operation, OperationSwitch, Tenant
from ispplatform.core.request_ids import use_request_id
from ispplatform.core.switches.services import switch_pause
from ispplatform.core.testing import run_until_quiet
from tests.core.operations.conftest import start
from tests.core.operations.counterpart import refuses
from tests.meta.costs import one_moment

SYSTEM = Actor.system("tests")
HOME_QUERIES = 15
READER = Actor(type=ActorType.USER, id="1", label="reader", permissions=frozenset({"audit:read"}))


def refused_operations(connection, lamp, world, count: int) -> None:
    world.before_act = refuses
    for number in range(count):
        start(connection, lamp, f"refused-{number}")
    run_until_quiet()
    world.before_act = lambda key: None


# ----------------------------------------------------------------------------------------- home


def test_home_says_what_automation_did_and_what_needs_a_person(
    admin_desk: Client, connection, lamp, world
) -> None:
    refused_operations(connection, lamp, world, 1)
    page = admin_desk.get("/admin/").content.decode()
    item = AttentionItem.objects.get()
    assert "Automation is silent" in page
    assert "<strong>1</strong> failed" in page
    assert item.sentence in page
    assert reverse("admin:core_attentionitem_act", args=[item.pk, "take"]) in page
    assert connection.name in page


def test_home_costs_the_same_however_much_there_is(
    admin_desk: Client, connection, lamp, world
) -> None:
    costs = []
    for number in (1, 30):
        refused_operations(connection, lamp, world, number)
        with one_moment():
            admin_desk.get("/admin/")  # what is due once a minute
            with CaptureQueriesContext(database) as queries:
                admin_desk.get("/admin/")
        costs.append([query["sql"] for query in queries])
    for cost in costs:
        assert len(cost) <= HOME_QUERIES, "\n".join(cost)


def test_taking_a_row_leads_back_home(admin_desk: Client, connection, lamp, world) -> None:
    refused_operations(connection, lamp, world, 1)
    item = AttentionItem.objects.get()
    take = reverse("admin:core_attentionitem_act", args=[item.pk, "take"])
    answer = admin_desk.post(take, follow=True)
    assert answer.redirect_chain == [("/admin/", 302)]
    assert "looks after it" in answer.content.decode()
    snooze = reverse("admin:core_attentionitem_act", args=[item.pk, "snooze"])
    admin_desk.post(snooze, {"hours": "24"})
    assert item.sentence not in admin_desk.get("/admin/").content.decode()


def test_a_settled_row_leaves_the_list(admin_desk: Client, connection, lamp, world) -> None:
    refused_operations(connection, lamp, world, 1)
    item = AttentionItem.objects.get()
    settle = reverse("admin:core_attentionitem_act", args=[item.pk, "resolve"])
    admin_desk.post(settle, {"resolution": "Asked the registry."})
    rows = reverse("admin:core_attentionitem_changelist")
    assert item.sentence not in admin_desk.get(rows).content.decode()
    assert item.sentence in admin_desk.get(f"{rows}?state=settled").content.decode()


def test_tiles_are_for_those_who_may(editor_desk: Client, admin_desk: Client) -> None:
    tile = DashboardTile(
        key="test",
        place=Place.MONEY,
        title="Takings",
        permission="company:update",
        template="admin/house/tiles/truth.html",
        content=lambda tenant, actor: {"truth": {"last_run_at": None}},
    )
    with DASHBOARD_TILES.filled(tile):
        assert "Takings" in admin_desk.get("/admin/").content.decode()
        page = editor_desk.get("/admin/").content.decode()
    assert "Takings" not in page
    assert "Automation is silent" not in page


def test_a_visitor_is_sent_to_the_log_in(client: Client, tenant: Tenant) -> None:
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/switches/").status_code == 302


# ----------------------------------------------------------------------------------- navigation


def test_every_entry_names_a_section_and_opens_for_the_administrator(admin_desk: Client) -> None:
    for entry in ADMIN_NAVIGATION.items():
        assert entry.section in SECTIONS
        address = reverse(entry.url_name)
        assert admin_desk.get(address).status_code == 200, entry.key


def test_the_navigation_shows_what_one_may_open(editor_desk: Client, admin_desk: Client) -> None:
    assert 'href="/admin/switches/"' in admin_desk.get("/admin/").content.decode()
    assert 'href="/admin/switches/"' not in editor_desk.get("/admin/").content.decode()


# --------------------------------------------------------------------------------------- search


def test_an_exact_find_opens_its_page_at_once(admin_desk: Client) -> None:
    source = SearchSource(
        key="test",
        label="Invoices",
        icon="receipt",
        permission="audit:read",
        find=lambda term, limit: [
            SearchHit(title="2026-1", detail="", url="/admin/settings/", is_exact=term == "2026-1")
        ],
    )
    with SEARCH_SOURCES.filled(source):
        assert admin_desk.get("/admin/search/?s=2026-1")["Location"] == "/admin/settings/"
        page = admin_desk.get("/admin/search/?s=2026").content.decode()
        typed = admin_desk.get("/admin/search/?extended=1&s=2026-1").content.decode()
    assert 'href="/admin/settings/"' in page
    assert 'role="listbox"' in typed


def test_what_one_may_not_see_is_not_even_searched() -> None:
    asked: list[str] = []

    def find(term: str, limit: int) -> list[SearchHit]:
        asked.append(term)
        return []

    source = SearchSource(key="t", label="T", icon="t", permission="secrets:read", find=find)
    with SEARCH_SOURCES.filled(source):
        assert search_hits("anything", actor=READER) == []
    assert asked == []


@pytest.mark.parametrize("term", ["", " ", "x", "\x00\x00"])
def test_too_little_is_not_searched(term: str) -> None:
    assert search_hits(term, actor=SYSTEM) == []


def test_the_reference_of_an_error_page_finds_what_was_done(tenant: Tenant, connection) -> None:
    use_request_id("0190f5a2-7b3c-7def-8123-4567890abcde")
    switch_pause(actor=SYSTEM, reason="storm")
    entry = AuditEntry.objects.get(act="core.switch_pause")
    for typed in ("890a-bcde", "890A-BCDE", "890ABCDE", " 890a bcde "):
        hits = search_hits(typed, actor=READER)
        address = reverse("admin:core_auditentry_change", args=[entry.pk])
        assert [(hit.title, hit.url) for hit in hits] == [("890A-BCDE", address)], typed
    assert search_hits("ffff-ffff", actor=READER) == []


def test_a_reference_is_found_by_an_index_however_long_the_trail_is(tenant, connection) -> None:
    use_request_id("0190f5a2-7b3c-7def-8123-4567890abcde")
    switch_pause(actor=SYSTEM, reason="storm")
    with CaptureQueriesContext(database) as seen:
        search_hits("890a-bcde", actor=READER)
    (asked,) = [
        query["sql"] for query in seen.captured_queries if "core_auditvalues" in query["sql"]
    ]
    assert "LIKE" not in asked
    assert "\"reference\" = '890A-BCDE'" in asked


# ------------------------------------------------------------------------------ the stop switch


def test_pausing_shows_a_banner_on_every_page_until_it_is_resumed(
    admin_desk: Client, connection
) -> None:
    target = {"connection": str(connection.pk), "kind": ""}
    admin_desk.post("/admin/switches/", {"act": "pause", "reason": "maintenance", **target})
    assert OperationSwitch.objects.get().is_paused is True
    for address in ("/admin/", "/admin/settings/", reverse("admin:core_operation_changelist")):
        assert "maintenance" in admin_desk.get(address).content.decode()
    admin_desk.post("/admin/switches/", {"act": "resume", **target})
    assert OperationSwitch.objects.get().is_paused is False
    assert "maintenance" not in admin_desk.get("/admin/settings/").content.decode()


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"act": "pause", "reason": ""}, "Say why it is paused"),
        ({"act": "pause", "reason": "x", "connection": "no-uuid"}, "There is no such connection."),
    ],
)
def test_a_refused_pause_says_why_and_stops_nothing(
    admin_desk: Client, form: dict[str, str], sentence: str
) -> None:
    page = admin_desk.post("/admin/switches/", form, follow=True).content.decode()
    assert sentence in page
    assert OperationSwitch.objects.count() == 0


def test_only_those_who_may_pause(support_desk: Client, admin_desk: Client) -> None:
    page = support_desk.get("/admin/switches/")
    assert page.status_code == 200
    assert 'value="pause"' not in page.content.decode()
    refused = support_desk.post("/admin/switches/", {"act": "pause", "reason": "x"})
    assert refused.status_code == 403
    unknown = admin_desk.post("/admin/switches/", {"act": "explode", "reason": "x"})
    assert unknown.status_code == 403
    assert OperationSwitch.objects.count() == 0


def test_what_waits_is_shown_before_anybody_starts_it(admin_desk: Client, connection, lamp) -> None:
    switch_pause(actor=SYSTEM, reason="storm")
    row = start(connection, lamp)
    page = admin_desk.get("/admin/switches/").content.decode()
    assert "What waits: 1" in page
    assert reverse("admin:core_operation_change", args=[row.pk]) in page


# --------------------------------------------------------------------------------------- lists


def test_a_long_list_is_not_counted_to_the_end(connection, lamp, monkeypatch) -> None:
    monkeypatch.setattr("ispplatform.core.admin.paging.COUNTED_ROWS", 3)
    for number in range(6):
        start(connection, lamp, f"k{number}")
    pages = CappedPaginator(Operation.objects.order_by("id"), 2)
    assert pages.count == 4
    assert pages.is_capped is True
    assert CappedPaginator([1, 2], 2).count == 2
