"""Pages, cursors, filters and sorts of a list."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ispplatform.core.api import paging
from ispplatform.core.api.cursors import Cursor, write_cursor
from ispplatform.core.models import PurgePermit
from ispplatform.core.tenancy.context import tenant_context

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def make(count: int, **fields) -> list[PurgePermit]:
    rows = [
        PurgePermit(
            reason=f"reason {number:03}",
            actor_label="ada" if number % 2 else "bob",
            expires_at=START,
            created_at=START + timedelta(minutes=number),
            **fields,
        )
        for number in range(count)
    ]
    return PurgePermit.objects.bulk_create(rows)


def reasons(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["reason"] for row in response.json()["data"]]


def address(**params) -> str:
    return f"permits?{urlencode(params, doseq=True)}"


def assert_refused(response, field: str, code: str) -> None:
    assert response.status_code == 422, response.content
    error = response.json()["error"]["details"]["errors"][0]
    assert (error["field"], error["code"]) == (field, code)


def test_a_list_is_a_page_of_rows_in_the_envelope(reader):
    make(45)
    response = reader("GET", "permits?page=2&limit=20")
    body = response.json()
    assert set(body) == {"success", "data", "message", "timestamp", "request_id", "pagination"}
    cursor = body["pagination"].pop("next_cursor")
    assert body["pagination"] == {
        "total": 45,
        "limit": 20,
        "offset": 20,
        "page": 2,
        "pages": 3,
        "has_more": True,
        "next_offset": 40,
        "prev_offset": 0,
        "total_is_estimate": False,
        "complete_until": None,
    }
    assert reasons(response)[0] == "reason 024"
    assert response.headers["X-Total-Count"] == "45"
    assert response.headers["X-Page-Count"] == "3"
    assert response.headers["Link"] == (
        '</api/test/permits?limit=20&page=3>; rel="next", '
        '</api/test/permits?limit=20&page=1>; rel="prev"'
    )
    assert reasons(reader("GET", address(limit=20, cursor=cursor)))[0] == "reason 004"


def test_a_row_shows_exactly_what_is_declared(reader, permit):
    row = reader("GET", "permits").json()["data"][0]
    assert list(row) == ["id", "reason", "made_by", "loud_reason", "expires_at", "version"]
    assert row["id"] == str(permit.pk)
    assert row["made_by"] == "ada"
    assert row["loud_reason"] == "RESET"
    assert row["expires_at"] == "2027-01-01T00:00:00Z"


def test_offset_goes_before_page(reader):
    make(10)
    response = reader("GET", address(offset=8, page=1, limit=5))
    assert reasons(response) == ["reason 001", "reason 000"]
    assert response.json()["pagination"]["page"] == 2
    assert response.headers["Link"] == '</api/test/permits?limit=5&offset=3>; rel="prev"'


def test_an_empty_list_is_a_page_without_rows(reader):
    response = reader("GET", "permits")
    assert reasons(response) == []
    assert response.json()["pagination"]["total"] == 0
    assert response.json()["pagination"]["pages"] == 0
    assert "Link" not in response.headers


@pytest.mark.parametrize(
    "params", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"page": 0}, {"offset": -1},
               {"page": "1.5"}, {"limit": "٣"}, {"offset": "9" * 30}],
)  # fmt: skip
def test_pages_that_cannot_be_are_refused(reader, params):
    assert_refused(reader("GET", address(**params)), next(iter(params)), "INVALID_PAGE")


def test_a_deep_offset_is_refused_with_the_way_out(reader):
    response = reader("GET", "permits?offset=10001")
    assert_refused(response, "offset", "INVALID_PAGE")
    assert "cursor=" in response.json()["error"]["message"]
    assert_refused(reader("GET", "permits?page=502&limit=20"), "page", "INVALID_PAGE")
    assert reader("GET", "permits?offset=10000").status_code == 200


def test_above_the_cap_the_total_is_an_estimate(reader, monkeypatch):
    monkeypatch.setattr(paging, "COUNT_CAP", 30)
    make(32)
    response = reader("GET", "permits?limit=10")
    pagination = response.json()["pagination"]
    assert (pagination["total"], pagination["total_is_estimate"]) == (30, True)
    assert pagination["pages"] is None
    assert "X-Page-Count" not in response.headers
    at_cap = reader("GET", "permits?limit=10&filter[reason][ne]=reason 000&filter[reason][ne]=x")
    assert at_cap.json()["pagination"]["total_is_estimate"] is True


def test_a_long_list_is_not_counted_again_for_a_minute(reader, monkeypatch):
    monkeypatch.setattr(paging, "COUNT_CAP", 30)
    make(32)
    reader("GET", "permits?limit=10")
    with CaptureQueriesContext(connection) as queries:
        again = reader("GET", "permits?limit=10&page=2")
    assert again.json()["pagination"]["total_is_estimate"] is True
    assert not any("COUNT" in query["sql"] for query in queries)
    PurgePermit.objects.all().delete()
    assert reader("GET", "permits?limit=10").json()["pagination"]["total"] == 0


def test_what_one_reader_counted_says_nothing_to_another(reader, writer, monkeypatch):
    monkeypatch.setattr(paging, "COUNT_CAP", 30)
    make(32)
    reader("GET", "permits?limit=10")
    PurgePermit.objects.filter(reason__gte="reason 012").delete()
    assert writer("GET", "permits?limit=10").json()["pagination"]["total"] == 12


def test_a_cursor_reads_everything_once_while_rows_come_and_go(reader):
    make(25)
    seen, cursor = [], ""
    while cursor is not None:
        response = reader("GET", address(cursor=cursor, limit=4, sort="created_at"))
        seen += reasons(response)
        pagination = response.json()["pagination"]
        assert (pagination["total"], pagination["offset"], pagination["page"]) == (25, None, None)
        cursor = pagination["next_cursor"]
        # Written and deleted before the mark: pages by offset would slip.
        PurgePermit.objects.filter(reason=seen[0]).delete()
        PurgePermit.objects.create(
            reason="new", actor_label="x", expires_at=START, created_at=START - timedelta(days=1)
        )
    assert seen == [f"reason {number:03}" for number in range(25)]


@pytest.mark.parametrize("sort", ["made_by,-reason", "-made_by", "-made_by,created_at", "reason"])
def test_every_sort_has_a_cursor_that_agrees_with_its_pages(reader, sort):
    make(11)
    by_offset = [
        row for offset in (0, 4, 8) for row in reasons(reader("GET", address(
            sort=sort, offset=offset, limit=4)))
    ]  # fmt: skip
    by_cursor, cursor = [], ""
    while cursor is not None:
        response = reader("GET", address(sort=sort, cursor=cursor, limit=4))
        by_cursor += reasons(response)
        cursor = response.json()["pagination"]["next_cursor"]
    assert by_cursor == by_offset
    assert len(set(by_offset)) == 11


def test_a_cursor_serves_its_own_list_only(reader, other_tenant):
    make(6)
    body = reader("GET", address(limit=2, cursor="", made_by="ada")).json()
    cursor = body["pagination"]["next_cursor"]
    assert reader("GET", address(limit=1, cursor=cursor, made_by="ada")).status_code == 200
    for other in ({"made_by": "bob"}, {}, {"made_by": "ada", "sort": "reason"}):
        assert_refused(reader("GET", address(cursor=cursor, **other)), "cursor", "INVALID_CURSOR")
    for forged in ("x", cursor[:-2] + "zz", "." * 10, "a" * 3000,
                   write_cursor(Cursor("other", ["1"], 1, False))):  # fmt: skip
        assert_refused(reader("GET", address(cursor=forged)), "cursor", "INVALID_CURSOR")


def test_sorts_are_refused_by_name(reader):
    for sort in ("secret", "tenant__name", "created_at,created_at", "-", "reason,,made_by,x"):
        response = reader("GET", address(sort=sort))
        if sort == "-":
            assert_refused(response, "sort", "INVALID_SORT")
            continue
        assert_refused(response, "sort", "INVALID_SORT")
    assert_refused(reader("GET", "permits?sort=reason&order=up"), "order", "INVALID_SORT")


def test_order_turns_a_single_sort_round(reader):
    make(3)
    assert reasons(reader("GET", "permits?sort=reason&order=desc"))[0] == "reason 002"
    assert reasons(reader("GET", "permits?sort=createdAt&order=asc"))[0] == "reason 000"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("made_by=ada", 5),
        ("madeBy=ada", 5),
        ("filter[made_by]=ada", 5),
        ("filter[made_by][ne]=ada", 5),
        ("filter[made_by][in]=ada,bob", 10),
        ("made_by=ada&made_by=bob", 10),
        ("made_by[]=ada", 5),
        ("filter[reason][contains]=N 00", 10),
        ("filter[reason][contains]=3&made_by=ada", 1),
        ("reason=nothing", 0),
        ("search=reason 007", 1),
        ("search=ADA", 5),
        ("date_from=2026-03-01", 10),
        ("dateFrom=2026-03-02", 0),
        ("created_from=2026-03-01T09:05:00Z", 5),
        ("start_date=2026-03-01T10:05:00+01:00", 5),
        ("end_date=2026-02-28", 0),
        ("date_to=2026-03-01", 10),
        ("filter[created_at][lt]=2026-03-01T09:05:00Z", 5),
        ("filter[created_at][lte]=2026-03-01T09:05:00Z", 6),
        ("filter[created_at][gt]=2026-03-01T09:05:00Z", 4),
        ("filter[created_at][gt]=2026-03-01", 0),
        ("filter[created_at][lt]=2026-03-01", 0),
        ("created_at=2026-03-01", 10),
        ("mode=sandbox", 10),
        ("mode=live", 0),
        ("open=true", 10),
    ],
)
def test_filters(reader, query, count):
    make(10)
    response = reader("GET", f"permits?{query}")
    assert len(reasons(response)) == count
    assert response.json()["pagination"]["total"] == count


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("tenant=x", "tenant", "UNKNOWN_FILTER"),
        ("filter[tenant__name]=x", "filter[tenant__name]", "UNKNOWN_FILTER"),
        ("filter[reason][regex]=x", "filter[reason][regex]", "UNKNOWN_FILTER"),
        ("filter[reason][gt]=x", "filter[reason][gt]", "UNKNOWN_FILTER"),
        ("filter=x", "filter", "UNKNOWN_FILTER"),
        ("mode=gone", "mode", "INVALID"),
        ("id=7", "id", "INVALID"),
        ("filter[id][in]=7", "filter[id][in]", "INVALID"),
        ("created_at=yesterday", "created_at", "INVALID"),
        ("created_at=2026-02-30", "created_at", "INVALID"),
        ("created_at=0001-01-01T00:00:00Z", "created_at", "INVALID"),
        ("date_from=9999-12-31", "date_from", "INVALID"),
        ("open=perhaps", "open", "INVALID"),
        ("reason=%00", "reason", "INVALID"),
        (f"reason={'x' * 201}", "reason", "INVALID"),
        (f"filter[made_by][in]={','.join('a' * 101)}", "filter[made_by][in]", "INVALID"),
        ("search=%00", "search", "INVALID"),
    ],
)
def test_filters_that_are_not_there_or_not_right_are_refused(reader, query, field, code):
    assert_refused(reader("GET", f"permits?{query}"), field, code)


def test_a_list_shows_and_counts_its_own_tenant_only(reader, other_tenant):
    make(2)
    with tenant_context(other_tenant.pk):
        theirs = make(30)
    assert len(reasons(reader("GET", "permits"))) == 2
    assert reader("GET", f"permits?id={theirs[0].pk}").json()["pagination"]["total"] == 0
    assert reader("GET", f"permits/{theirs[0].pk}").status_code == 404


@pytest.mark.parametrize("count", [5, 60])
def test_a_page_costs_at_most_two_queries_however_many_rows(reader, count):
    make(count)
    reader("GET", "permits")
    reader("GET", "permits")  # the second finds the tenant in the cache by its id
    with CaptureQueriesContext(connection) as queries:
        reader("GET", "permits?limit=50&made_by=ada")
    own = [query["sql"] for query in queries if "core_purgepermit" in query["sql"]]
    assert len(own) <= 2
    assert len(queries) == len(own), [query["sql"] for query in queries]
    assert not any("JOIN" in sql for sql in own)


def test_the_portal_names_its_rows_and_adds_what_else_it_shows(customer):
    body = customer("GET", "entries").json()
    assert body["data"] == {"entries": [], "total": 0, "summary": {"acts": 0}}
    assert body["pagination"]["total"] == 0


def test_a_day_is_the_tenants_day(reader):
    # Berlin is an hour ahead of UTC in February.
    with time_machine.travel("2026-02-10 23:30:00+00:00", tick=False):
        PurgePermit.objects.create(reason="late", actor_label="x", expires_at=START)
    assert reasons(reader("GET", "permits?created_at=2026-02-11")) == ["late"]
    assert reasons(reader("GET", "permits?created_at=2026-02-10")) == []
