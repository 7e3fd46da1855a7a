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
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from ispplatform.core.admin.requests import actor_of
from ispplatform.core.tenancy.base import TenantModel

Shown = Callable[[Any], Any]
NOTHING = "–"
EMPTY: tuple[Any, ...] = (None, "", [], {})
TENANT_FIELD = "tenant"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


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


def values_shown(value: Any) -> SafeString | str:
    """Return what a JSON column holds as labelled values, without ids and what is empty."""
    if isinstance(value, Mapping):
        lines = [
            (_label(name), values_shown(one))
            for name, one in value.items()
            if one not in EMPTY and not _is_id(one)
        ]
        rows = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", lines)
        return format_html('<dl class="facts">{}</dl>', rows) if lines else NOTHING
    if isinstance(value, Sequence) and not isinstance(value, str):
        if any(isinstance(one, Mapping) for one in value):
            return format_html_join("", "{}", ((values_shown(one),) for one in value))
        return ", ".join(str(values_shown(one)) for one in value) or NOTHING
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    return NOTHING if value in EMPTY else str(value)


def shown_field(request: HttpRequest, model: type[models.Model], name: str) -> Shown | None:
    """Return the column that stands for a field on a page, or None where Django's is good."""
    kept: dict[tuple[Any, str], Shown | None] = request.__dict__.setdefault("house_shown", {})
    if (model, name) not in kept:
        kept[model, name] = _column(request, model, name)
    return kept[model, name]


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and bool(UUID.fullmatch(value))


def _column(request: HttpRequest, model: type[models.Model], name: str) -> Shown | None:
    field = next((field for field in model._meta.fields if field.name == name), None)
    if name == TENANT_FIELD and issubclass(model, TenantModel):
        return None
    if isinstance(field, models.ForeignKey):

        def shown(row: Any) -> Any:
            other = getattr(row, name)
            return NOTHING if other is None else row_link(request, other)

    elif isinstance(field, models.JSONField):

        def shown(row: Any) -> Any:
            return values_shown(getattr(row, name))

    else:
        return None
    shown.__name__ = name
    return display(description=field.verbose_name)(shown)


class ShownFields:
    """Puts such columns in the place of those fields that a page only shows.

    The company of a row is never shown: it is that of whoever reads.
    """

    model: type[models.Model]

    def shown_instead(self, request: HttpRequest, names: Sequence[Any]) -> tuple[Any, ...]:
        """Return the columns for those of the fields that have one."""
        columns = (
            shown_field(request, self.model, name) for name in names if isinstance(name, str)
        )
        return tuple(column for column in columns if column is not None)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        page: Any = self
        sets = super().get_fieldsets(request, obj)
        readonly = set(page.get_readonly_fields(request, obj))
        if obj is not None and not page.has_change_permission(request, obj):
            readonly |= set(flatten_fieldsets(sets))
        return [
            (title, {**options, "fields": tuple(self._line(request, options["fields"], readonly))})
            for title, options in sets
        ]

    def _line(self, request: HttpRequest, fields: Any, readonly: Collection[Any]) -> Iterator[Any]:
        told = {TENANT_FIELD} if issubclass(self.model, TenantModel) else set()
        for field in fields:
            if isinstance(field, list | tuple):
                yield tuple(self._line(request, field, readonly))
                continue
            column = shown_field(request, self.model, field) if field in readonly else None
            if field not in told:
                told |= {field, column}
                yield column or field
