"""The back office's navigation: each app adds its entries to a slot."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ispplatform.core.admin.requests import actor_of
from ispplatform.core.admin.words import in_capitals
from ispplatform.core.slots import Slot

Text = str | Promise

# The sections in their order; an entry names one by its key.
SECTIONS: dict[str, Text] = {
    "work": _("Today"),
    "customers": _("Customers"),
    "sales": _("Sales"),
    "billing": _("Billing"),
    "services": _("Services"),
    "network": _("Network"),
    "support": _("Support"),
    "reports": _("Reports"),
    "company": _("Company"),
    "system": _("System"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AdminEntry:
    """One line of the back office's navigation.

    Args:
        key: stable name.
        section: a key of ``SECTIONS``.
        label: what staff read.
        url_name: the page, for example ``admin:core_operation_changelist``.
        icon: name of a Material symbol.
        permission: who sees the line; empty for all staff.
        count: gives the figure beside the label; nothing is shown for 0. At most one query.
        query: a query string without the question mark, to open a filtered list.
        applies: whether the company at hand has such a page at all.
    """

    key: str
    section: str
    label: Text
    url_name: str
    icon: str
    permission: str = ""
    count: Callable[[], int] | None = None
    query: str = ""
    applies: Callable[[HttpRequest], bool] = lambda request: True


ADMIN_NAVIGATION: Slot[AdminEntry] = Slot("admin.navigation", key=lambda entry: entry.key)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the navigation in the form that Unfold draws; empty sections are left out."""
    actor = actor_of(request)
    groups: dict[str, list[dict[str, Any]]] = {key: [] for key in SECTIONS}
    for entry in ADMIN_NAVIGATION.items():
        if not entry.applies(request) or (entry.permission and not actor.can(entry.permission)):
            continue
        address = reverse(entry.url_name) + (f"?{entry.query}" if entry.query else "")
        line: dict[str, Any] = {"title": entry.label, "icon": entry.icon, "link": address}
        if entry.count is not None and (figure := entry.count()):
            line["badge"] = figure
        groups[entry.section].append(line)
    return [
        {"title": SECTIONS[key], "separator": position > 0, "items": lines}
        for position, (key, lines) in enumerate(groups.items())
        if lines
    ]


def steps_to(context: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return where a page stands, by the navigation's words: section, list, row.

    Args:
        context: that of the page's template. A page that is no list and no row has its title only.
    """
    row = context.get("original") or context.get("object")
    opts = context.get("opts") or getattr(row, "_meta", None)
    if opts is None:
        title = context.get("content_title") or context.get("title") or ""
        return [{"title": str(title), "url": ""}]
    url_name = f"admin:{opts.app_label}_{opts.model_name}_changelist"
    entry = next((one for one in ADMIN_NAVIGATION.items() if one.url_name == url_name), None)
    section = SECTIONS[entry.section] if entry is not None else opts.app_config.verbose_name
    words = entry.label if entry is not None else in_capitals(str(opts.verbose_name_plural))
    steps = [{"title": capfirst(str(section)), "url": ""}]
    steps.append({"title": capfirst(str(words)), "url": reverse(url_name)})
    if isinstance(row, models.Model):
        head = context.get("head")
        steps.append({"title": head.title if head is not None else str(row), "url": ""})
    return steps if steps[0]["title"] != steps[1]["title"] else steps[1:]
