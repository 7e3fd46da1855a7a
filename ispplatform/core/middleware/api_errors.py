"""Errors that arise outside the API's views reach its clients in the envelope too."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _

from ispplatform.core.api.database_trouble import RETRY_AFTER_SECONDS, is_passing
from ispplatform.core.api.exceptions import code_of
from ispplatform.core.api.language import speak_to_caller
from ispplatform.core.api.responses import JSON, error_http_response
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.errors import error_page

_SENTENCES = {
    400: _("The request could not be read."),
    403: _("You may not do this."),
    404: _("There is nothing at this address."),
    413: _("The body is larger than is accepted."),
    500: _("Something broke on our side. Tell us the request id."),
    503: _("The system is busy. Please repeat the request."),
}
_PAGES = {403, 404, 503}
_KEPT_HEADERS = ("Retry-After", "WWW-Authenticate", "Allow", "Vary")


class ApiErrorMiddleware:
    """Puts the envelope in the place of error pages at the API's addresses.

    Whatever made the page (the resolver, another middleware, a crash), its status stays. A view
    of the pages that meets a busy database answers 503 instead of 500.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or not is_api_path(request.path):
            return response
        if response.get("Content-Type", "").startswith(JSON):
            return response
        status = response.status_code
        headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
        speak_to_caller(request)
        sentence = _SENTENCES.get(status, _("The request was refused."))
        return error_http_response(code_of(status), sentence, status, headers=headers)

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse | None:
        """Answer what a page let through; everything unforeseen is left to Django.

        503 when the database only asked for a retry; the page of its status when a selector or
        service refused (not there, not yours) and the view had nothing to add.
        """
        if isinstance(exc, PlatformError):
            return error_page(request, exc.http_status if exc.http_status in _PAGES else 400)
        if not is_passing(exc):
            return None
        response = error_page(request, 503)
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response


def is_api_path(path: str) -> bool:
    """Tell whether programs, not people, ask at this address."""
    return path.startswith("/api/") or path in settings.API_ROOT_PATHS
