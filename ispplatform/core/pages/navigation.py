"""The portal's navigation: each app adds its entry to a slot."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from ispplatform.core.slots import Slot

Text = str | Promise


@dataclass(frozen=True, kw_only=True, slots=True)
class PortalEntry:
    """One line of the portal's navigation.

    Args:
        key: stable name; templates mark the entry with ``{% block section %}key{% endblock %}``.
        label: what customers read; translatable.
        url_name: name of the page it opens.
        icon: an icon of ``icons.py``.
    """

    key: str
    label: Text
    url_name: str
    icon: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PortalLink:
    """An entry as one request sees it."""

    label: Text
    url: str
    icon: str
    is_current: bool


# Home 10, Services 20, Domains 30, Hosting 40, Email 50, Billing 60, Support 70, Account 80.
PORTAL_NAVIGATION: Slot[PortalEntry] = Slot("portal.navigation", key=lambda entry: entry.key)


def portal_links(request: HttpRequest) -> list[PortalLink]:
    """Return the navigation; current is the entry whose address is the longest start of the
    page's own.
    """
    places = [(entry, reverse(entry.url_name)) for entry in PORTAL_NAVIGATION.items()]
    here = [url for _, url in places if _lies_under(request.path, url)]
    current = max(here, key=len, default=None)
    return [
        PortalLink(label=entry.label, url=url, icon=entry.icon, is_current=url == current)
        for entry, url in places
    ]


def _lies_under(path: str, url: str) -> bool:
    stem = url.rstrip("/")
    return path in (url, stem) or path.startswith(f"{stem}/")
