"""One page of a list: by page, by offset, or by cursor."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import QueryDict
from rest_framework.exceptions import ErrorDetail, ValidationError

from ispplatform.core.api.cursors import Cursor, read_cursor, rows_after, write_cursor
from ispplatform.core.api.sorting import SortKey

DEFAULT_LIMIT = 20
LARGEST_LIMIT = 100
LARGEST_OFFSET = 10_000  # rows; a deeper OFFSET costs the database as much as reading them all
COUNT_CAP = 10_000  # rows; above it a total is an estimate and costs no more
CAPPED_SECONDS = 60  # how long a list is known to be longer than the cap

# Takes a queryset and further columns; returns the rows and those columns' values of each row.
RowReader = Callable[[QuerySet[Any], Sequence[str]], tuple[list[Any], list[tuple[Any, ...]]]]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is asked for. ``cursor`` is None unless the list goes by cursor."""

    limit: int
    offset: int
    cursor: str | None
    by_page: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, and what the envelope and the headers say about it."""

    rows: list[Any]
    pagination: dict[str, Any]
    headers: dict[str, str]


def read_page_request(params: QueryDict) -> PageRequest:
    """Return the page that a query string asks for; ``offset`` goes before ``page``.

    Raises:
        ValidationError: not a number, out of range, or deeper than ``LARGEST_OFFSET``.
    """
    limit = _number(params, "limit", DEFAULT_LIMIT, lowest=1, highest=LARGEST_LIMIT)
    if "cursor" in params:
        return PageRequest(limit=limit, offset=0, cursor=str(params["cursor"]))
    page = _number(params, "page", 1, lowest=1, highest=2**31)
    by_page = "offset" not in params
    offset = _number(params, "offset", (page - 1) * limit, lowest=0, highest=2**31)
    if offset > LARGEST_OFFSET:
        raise _refusal(
            "page" if by_page else "offset",
            f"Pages end at row {LARGEST_OFFSET}. To read on, send cursor= (empty at first) and "
            "then each answer's pagination.next_cursor.",
        )
    return PageRequest(limit=limit, offset=offset, cursor=None, by_page=by_page)


def list_mark(*parts: object) -> str:
    """Return a short digest that tells one list (tenant, reader, route, filters) from another."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=9).hexdigest()


def read_page(
    queryset: QuerySet[Any],
    asked: PageRequest,
    keys: Sequence[SortKey],
    mark: str,
    read_rows: RowReader,
    link: "PageLinks",
) -> Page:
    """Return one page of ``queryset`` in the order of ``keys``: at most two queries.

    Args:
        queryset: filtered, in any order.
        mark: ``list_mark`` of this list.
        read_rows: turns a slice into rows.
        link: writes the addresses of the pages before and after.
    """
    start = read_cursor(asked.cursor, mark, keys) if asked.cursor else None
    ordered = queryset.order_by(*(key.expression for key in keys))
    if start is not None:
        ordered = ordered.filter(rows_after(keys, start.values))
    one_more = ordered[asked.offset : asked.offset + asked.limit + 1]
    rows, marks = read_rows(one_more, [key.column for key in keys])
    has_more = len(rows) > asked.limit
    rows = rows[: asked.limit]
    if start is not None:
        total, is_estimate = start.total, start.total_is_estimate
    elif has_more or (asked.offset and not rows):
        total, is_estimate = _count(queryset, mark)
    else:
        total, is_estimate = asked.offset + len(rows), False
    next_cursor = None
    if has_more:
        last = list(marks[len(rows) - 1])
        next_cursor = write_cursor(Cursor(mark, last, total, is_estimate))
    pagination = _pagination(asked, total, is_estimate, has_more, next_cursor)
    return Page(rows=rows, pagination=pagination, headers=_headers(pagination, link))


def _count(queryset: QuerySet[Any], mark: str) -> tuple[int, bool]:
    """Return the count; one that stopped at the cap is an estimate, and may be a minute old."""
    key = f"list:capped:{mark}"
    if cache.get(key):
        return COUNT_CAP, True
    total, is_estimate = capped_count(queryset)
    if is_estimate:
        cache.set(key, 1, CAPPED_SECONDS)
    return total, is_estimate


def capped_count(queryset: QuerySet[Any]) -> tuple[int, bool]:
    """Return how many rows there are, counted to ``COUNT_CAP``, and whether the count stopped."""
    counted = queryset.order_by().values("pk")[: COUNT_CAP + 1].count()
    return min(counted, COUNT_CAP), counted > COUNT_CAP


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Addresses of a list's other pages, relative to the host, filters and sort kept."""

    path: str
    params: QueryDict
    by_page: bool

    def at_offset(self, offset: int, limit: int) -> str:
        """Return the address of the page that begins at ``offset``."""
        changed = {"page": offset // limit + 1} if self.by_page else {"offset": offset}
        return self._address(changed)

    def at_cursor(self, cursor: str) -> str:
        """Return the address of the page after a cursor."""
        return self._address({"cursor": cursor})

    def _address(self, changed: Mapping[str, object]) -> str:
        replaced = {"page", "offset", "cursor"}
        kept = [
            (name, value)
            for name, values in self.params.lists()
            if name not in replaced
            for value in values
        ]
        return f"{self.path}?{urlencode([*kept, *changed.items()])}"


def _pagination(
    asked: PageRequest, total: int, is_estimate: bool, has_more: bool, next_cursor: str | None
) -> dict[str, Any]:
    by_cursor = asked.cursor is not None
    following = asked.offset + asked.limit
    reachable = has_more and not by_cursor and following <= LARGEST_OFFSET
    previous = max(0, asked.offset - asked.limit) if asked.offset else None
    return {
        "total": total,
        "limit": asked.limit,
        "offset": None if by_cursor else asked.offset,
        "page": None if by_cursor else asked.offset // asked.limit + 1,
        "pages": None if is_estimate else -(-total // asked.limit),
        "has_more": has_more,
        "next_offset": following if reachable else None,
        "prev_offset": None if by_cursor else previous,
        "total_is_estimate": is_estimate,
        "next_cursor": next_cursor,
    }


def _headers(pagination: Mapping[str, Any], link: PageLinks) -> dict[str, str]:
    headers = {"X-Total-Count": str(pagination["total"])}
    if pagination["pages"] is not None:
        headers["X-Page-Count"] = str(pagination["pages"])
    links = []
    if pagination["next_offset"] is not None:
        address = link.at_offset(pagination["next_offset"], pagination["limit"])
        links.append(f'<{address}>; rel="next"')
    elif pagination["next_cursor"]:
        links.append(f'<{link.at_cursor(pagination["next_cursor"])}>; rel="next"')
    if pagination["prev_offset"] is not None:
        address = link.at_offset(pagination["prev_offset"], pagination["limit"])
        links.append(f'<{address}>; rel="prev"')
    if links:
        headers["Link"] = ", ".join(links)
    return headers


def _number(params: QueryDict, name: str, default: int, *, lowest: int, highest: int) -> int:
    text = params.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise _refusal(name, "Use a whole number.")
    value = int(text)
    if not lowest <= value <= highest:
        raise _refusal(name, f"Use {lowest} to {highest}.")
    return value


def _refusal(name: str, sentence: str) -> ValidationError:
    return ValidationError({name: [ErrorDetail(sentence, "invalid_page")]})
