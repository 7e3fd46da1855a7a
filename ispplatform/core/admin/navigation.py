"""The back office's navigation: each app adds its entries to a slot."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ispplatform.core.admin.requests import actor_of
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
