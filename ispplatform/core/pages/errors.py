"""Error pages: what happened, what it means, what to do, and a reference to read out.

They need no database and no session: the page that says so must not fail for the same reason.
"""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.pages.brand import brand_of
from ispplatform.core.pages.context import theme_of
from ispplatform.core.pages.references import current_reference

ADMIN_PREFIX = "/admin/"


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorText:
    """The three sentences of an error page, and whether trying again can help."""

    title: str | Promise
    meaning: str | Promise
    advice: str | Promise
    can_retry: bool = False


TEXTS = {
    400: ErrorText(
        title=_("We could not read this request"),
        meaning=_("Something in the address or the form was not as expected. Nothing was changed."),
        advice=_("Go back and try once more. If it happens again, tell us the reference."),
    ),
    403: ErrorText(
        title=_("This page is not open to you"),
        meaning=_("Your log-in does not include this page. Nothing was changed."),
        advice=_("If you need it, ask the person who manages your account."),
    ),
    404: ErrorText(
        title=_("There is nothing at this address"),
        meaning=_(
            "The page was moved, or a letter of the address is wrong. Nothing was changed: your "
            "orders and payments are as they were."
        ),
        advice=_("Start from the home page; everything that is yours can be reached from there."),
    ),
    429: ErrorText(
        title=_("That was a little too fast"),
        meaning=_("Too many tries came from here in a short time. Nothing was changed."),
        advice=_("Wait a minute, then try again."),
        can_retry=True,
    ),
    500: ErrorText(
        title=_("Something broke on our side"),
        meaning=_(
            "It is not your fault, and we have been told. What you sent was not carried out; your "
            "cart and your orders are saved, and nothing is charged twice."
        ),
        advice=_(
            "Try again in a moment. If you were paying, look under Billing first. If it happens "
            "again, tell us the reference."
        ),
        can_retry=True,
    ),
    503: ErrorText(
        title=_("We will be back in a moment"),
        meaning=_(
            "The system is busy or being looked after. Nothing is lost: your orders and payments "
            "are as they were."
        ),
        advice=_("Try again in a minute."),
        can_retry=True,
    ),
}
CSRF_TEXT = ErrorText(
    title=_("The form had grown too old"),
    meaning=_("Your browser sent it without a valid token, so for your safety nothing was done."),
    advice=_("Open the page again and send the form once more. Cookies must be allowed."),
    can_retry=True,
)


def error_page(request: HttpRequest, status: int, text: ErrorText | None = None) -> HttpResponse:
    """Return the page for an HTTP status, in the tenant's brand where it is known."""
    said = text or TEXTS[status]
    is_admin = request.path.startswith(ADMIN_PREFIX)
    page = render_to_string(
        "errors/error.html",
        {
            "status": status,
            "title": said.title,
            "meaning": said.meaning,
            "advice": said.advice,
            "can_retry": said.can_retry,
            "retry_url": request.get_full_path() if request.method == "GET" else request.path,
            "home_url": reverse("admin:index") if is_admin else "/",
            "home_label": gettext("To the dashboard") if is_admin else gettext("To the home page"),
            "reference": current_reference(),
            "brand": brand_of(getattr(request, "tenant", None)),
            "theme": theme_of(request),
            "csp_nonce": getattr(request, "csp_nonce", ""),
        },
    )
    response = HttpResponse(page, status=status)
    response["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler400``."""
    return error_page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler403``."""
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler404``."""
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's ``handler500``."""
    return error_page(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's ``CSRF_FAILURE_VIEW``."""
    return error_page(request, 403, CSRF_TEXT)
