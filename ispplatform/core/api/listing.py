"""The list action: filters, sort, page and rows, declared by the viewset."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ispplatform.core.api.filter_kinds import LONGEST_TEXT, Filter
from ispplatform.core.api.filtering import apply_conditions, read_conditions
from ispplatform.core.api.json_text import is_storable
from ispplatform.core.api.paging import Page, PageLinks, list_mark, read_page, read_page_request
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.rows import RowSerializer, read_rows
from ispplatform.core.api.sorting import read_sort, sort_columns
from ispplatform.core.api.views import ApiView
from ispplatform.core.database.settled import settled_until
from ispplatform.core.tenancy.context import current_scope

CHANGED = "updated_at"
# Said here: inside the class ``list`` is the action.
RowsAndMarks = tuple[list[Any], list[tuple[Any, ...]]]


class ListAction(ApiView):
    """``GET`` of a collection.

    Attributes:
        row_serializer: what one row shows.
        filter_fields: the only filters there are, by name.
        sort_fields: the only sort fields there are: names, or names to ORM paths.
        default_sort: the sort of a request without one, as in ``sort=``.
        searchable: whether ``search=`` is taken; the viewset then has ``search(queryset, text)``.
        own_params: query parameters that the viewset reads itself.
        list_key: on portal lists, the name of the rows inside ``data``.
    """

    row_serializer: type[RowSerializer]
    filter_fields: Mapping[str, Filter] = {}
    sort_fields: Mapping[str, str] | Iterable[str] = ("created_at",)
    default_sort = "-created_at"
    searchable = False
    own_params: frozenset[str] = frozenset()
    list_key = ""

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows that the caller may see, from a selector."""
        raise TypeError(f"{type(self).__name__} needs get_queryset().")

    def search(self, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Return the queryset narrowed to what ``text`` finds."""
        raise TypeError(f"{type(self).__name__} is searchable and needs search().")

    def list_extras(self, queryset: QuerySet[Any]) -> Mapping[str, Any]:
        """Return what a portal list shows beside its rows, from the filtered queryset."""
        return {}

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one page of the collection."""
        queryset = self.filtered(self.get_queryset())
        page = self.page_of(queryset)
        return self.list_answer(page, queryset)

    def filtered(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the queryset narrowed by the request's filters and search."""
        params = self.request.query_params
        known = self.own_params | {"search"} if self.searchable else self.own_params
        conditions = read_conditions(params, self.filter_fields, known=frozenset(known))
        queryset = apply_conditions(queryset, conditions, self.filter_fields)
        text = params.get("search", "").strip() if self.searchable else ""
        if not text:
            return queryset
        if len(text) > LONGEST_TEXT or not is_storable(text):
            sentence = f"Use at most {LONGEST_TEXT} printable characters."
            raise ValidationError({"search": [ErrorDetail(sentence, "invalid")]})
        return self.search(queryset, text)

    def page_of(self, queryset: QuerySet[Any]) -> Page:
        """Return the page that the request asks for."""
        params = self.request.query_params
        asked = read_page_request(params)
        sort = params.get("sort") or self.default_sort
        order = params.get("order", "") if params.get("sort") else ""
        keys = read_sort(sort, order, sort_columns(self.sort_fields), queryset.model)
        mark = list_mark(
            self.request.path,
            _filters_of(params),
            [(key.column, key.descending) for key in keys],
            scope.tenant_id if (scope := current_scope()) else None,
            (self.actor.type, self.actor.id, self.actor.customer_id),  # whose list it is
        )
        links = PageLinks(self.request.path, params, asked.by_page)
        begins_by_change = keys[0].column == CHANGED and not keys[0].descending and not asked.cursor
        settled = settled_until() if begins_by_change else None  # before the rows are read
        page = read_page(queryset, asked, keys, mark, self.read_rows, links)
        page.pagination["complete_until"] = settled
        return page

    def read_rows(self, queryset: QuerySet[Any], columns: Sequence[str]) -> RowsAndMarks:
        """Return the rows of a slice, and the values of ``columns`` of each."""
        return read_rows(self.row_serializer, queryset, columns)

    def list_answer(self, page: Page, queryset: QuerySet[Any]) -> Response:
        """Return the answer for a page: an array, or on the portal ``data.<list_key>``."""
        data: Any = page.rows
        if self.list_key:
            data = {
                self.list_key: page.rows,
                "total": page.pagination["total"],
                **self.list_extras(queryset),
            }
        return ApiResponse(data, pagination=page.pagination, headers=page.headers)


def _filters_of(params: MultiValueDict[str, str]) -> list[tuple[str, list[str]]]:
    paging = {"page", "limit", "offset", "cursor"}
    return sorted((name, values) for name, values in params.lists() if name not in paging)
