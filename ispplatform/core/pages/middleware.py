"""The language and the time zone that a page is written in."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

BACK_OFFICE = "/admin/"


class VisitorMiddleware:
    """Writes times in the visitor's zone and texts in the visitor's language.

    Whoever knows the person sets ``request.visitor_time_zone`` and ``request.visitor_language``
    before; without them the company's time zone counts, and the language that the browser or the
    visitor's own choice named. The back office is written in English.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        tenant = getattr(request, "tenant", None)
        wanted = getattr(request, "visitor_time_zone", "") or getattr(tenant, "time_zone", "")
        language = getattr(request, "visitor_language", "")
        if request.path_info.startswith(BACK_OFFICE):
            language = "en"
        if language and translation.check_for_language(language):
            translation.activate(language)
        with timezone.override(_zone(wanted)):
            return self.get_response(request)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
