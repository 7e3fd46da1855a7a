"""How a row's columns are shown on its page: rows by their names, JSON as labelled values."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.contrib.admin import display, site
from django.contrib.admin.utils import flatten_fieldsets, quote
from django.db import models
from django.http import HttpRequest
from django.urls import resolve, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from ispplatform.core.admin.field_values import NOTHING, reader_of
from ispplatform.core.admin.requests import actor_of
from ispplatform.core.admin.words import field_words
from ispplatform.core.money import MoneyField
from ispplatform.core.tenancy.base import TenantModel

Shown = Callable[[Any], Any]
TENANT_FIELD = "tenant"
# What only programs read.
NEVER = re.compile(r"(^|_)(digest|search_text|folded_name|password|secret|salt)$|^tenant$")
FOR_PROGRAMS = re.compile(
    r"^(updated_at|version|subject_type|key|next_key|idempotency_key|request_id|message_id"
    r"|values_digest|lane_sequence|render_version|permission_version|queue_after|lease_until"
    r"|attempt|currency|source_type|created_by_key|is_repeated_sign_up|state_version)$"
)


def may_open(request: HttpRequest, row: models.Model) -> bool:
    """Tell whether this person may open the row's page in the back office, if it has one."""
    page = site._registry.get(type(row))
    return page is not None and page.has_view_permission(request, row)


def may_follow(request: HttpRequest, address: str) -> bool:
    """Tell whether this person may open the list, row or page that stands at an address."""
    view = resolve(urlsplit(address).path).func
    page = getattr(view, "model_admin", None)
    if page is not None:
        return bool(page.has_view_permission(request))
    needed = getattr(getattr(view, "view_class", None), "permission", "")
    return not needed or actor_of(request).can(needed)


def row_link(request: HttpRequest, row: models.Model, *, text: str = "") -> SafeString | str:
    """Return the row's name, with a link to its page for those who may open it."""
    if not may_open(request, row):
        return text or str(row)
    url_name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    url = reverse(url_name, args=[quote(row.pk)])
    return format_html('<a href="{}" class="text-link">{}</a>', url, text or row)


def list_link(
    request: HttpRequest, model: type[models.Model], *, text: str, narrowed: Mapping[str, Any]
) -> SafeString | str:
    """Return a link to the model's list for those who may see it, and nothing for others."""
    page = site._registry.get(model)
    if page is None or not page.has_view_permission(request):
        return ""
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return format_html('<a href="{}?{}">{}</a>', url, urlencode(narrowed), text)


def is_for_programs(model: type[models.Model], name: str) -> bool:
    """Tell whether a field is an id or another thing that people do not read."""
    field = next((field for field in model._meta.fields if field.name == name), None)
    if field is None:
        return False
    if isinstance(field, models.UUIDField) or NEVER.search(name):
        return True
    if name == "currency":
        return any(isinstance(one, MoneyField) for one in model._meta.fields)
    return bool(FOR_PROGRAMS.match(name))


def shown_field(request: HttpRequest, model: type[models.Model], name: str) -> Shown | None:
    """Return the column that stands for a field on a page, or None where Django's is good."""
    kept: dict[tuple[Any, str], Shown | None] = request.__dict__.setdefault("house_shown", {})
    if (model, name) not in kept:
        kept[model, name] = _column(request, model, name)
    return kept[model, name]


def _column(request: HttpRequest, model: type[models.Model], name: str) -> Shown | None:
    field = next((field for field in model._meta.fields if field.name == name), None)
    if field is None or (name == TENANT_FIELD and issubclass(model, TenantModel)):
        return None
    if isinstance(field, models.ForeignKey):

        def shown(row: Any) -> Any:
            other = getattr(row, name)
            return NOTHING if other is None else row_link(request, other)

        return _named(shown, field)
    return _named(reader_of(field), field)


def _named(read: Shown, field: "models.Field[Any, Any]") -> Shown:
    """Return a column that is called what staff call the field, and sorts by it."""

    @display(description=field_words(field), ordering=field.name)
    def column(row: Any) -> Any:
        return read(row)

    column.__name__ = field.name
    return column


def listed_column(model: type[models.Model], name: str) -> Shown | None:
    """Return the column that stands for a field in a list; rows of other tables are no links."""
    field = next((field for field in model._meta.fields if field.name == name), None)
    if field is None:
        return None
    if isinstance(field, models.ForeignKey):
        return _named(lambda row: _short_name(getattr(row, name)), field)
    return _named(reader_of(field), field)


def _short_name(other: Any) -> str:
    """Return a row's name among others; a table whose names are long has one for lists."""
    if other is None:
        return NOTHING
    return str(getattr(other, "short_name", "") or other)


class ShownFields:
    """Puts such columns in the place of those fields that a page only shows.

    The company of a row is never shown: it is that of whoever reads. Nor are ids and what only
    programs read; of the page's own row what is empty is left out as well.
    """

    model: type[models.Model]

    def shown_instead(self, request: HttpRequest, names: Sequence[Any]) -> tuple[Any, ...]:
        """Return the columns for those of the fields that have one."""
        columns = (
            shown_field(request, self.model, name) for name in names if isinstance(name, str)
        )
        return tuple(column for column in columns if column is not None)

    def is_told(self, name: str, obj: Any) -> bool:
        """Tell whether a shown field is left out, because nobody needs to read it here."""
        return is_for_programs(self.model, name)

    def page_sets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields of the page in their sets; what it leaves out is taken out after."""
        return super().get_fieldsets(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        page: Any = self
        sets = page.page_sets(request, obj)
        readonly = set(page.get_readonly_fields(request, obj))
        if obj is not None and not page.has_change_permission(request, obj):
            readonly |= set(flatten_fieldsets(sets))
        shown = [
            (
                title,
                {**options, "fields": tuple(self._line(request, options["fields"], readonly, obj))},
            )
            for title, options in sets
        ]
        return [(title, options) for title, options in shown if options["fields"]]

    def _line(
        self, request: HttpRequest, fields: Any, readonly: Collection[Any], obj: Any
    ) -> Iterator[Any]:
        told: set[Any] = set()
        for field in fields:
            if isinstance(field, list | tuple):
                line = tuple(self._line(request, field, readonly, obj))
                if line:
                    yield line
                continue
            name = field if isinstance(field, str) else getattr(field, "__name__", "")
            if field in readonly and self.is_told(name, obj):
                continue
            column = shown_field(request, self.model, field) if field in readonly else None
            if field not in told:
                told |= {field, column}
                yield column or field
