"""The visitor's own choices that need no log-in: language and appearance."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST

from ispplatform.core.pages.context import THEME_COOKIE, THEMES
from ispplatform.core.slots import Slot


@dataclass(frozen=True, kw_only=True, slots=True)
class LanguageKeeper:
    """An app that keeps the language which somebody chose who is logged in."""

    key: str
    keep: Callable[[HttpRequest, str], None]


language_keepers: Slot[LanguageKeeper] = Slot(
    "pages.language_keepers", key=lambda keeper: keeper.key
)
YEAR_SECONDS = 365 * 24 * 3600


def _back(request: HttpRequest) -> HttpResponseRedirect:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(target if safe else "/")


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=YEAR_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


@require_POST
def theme_choose(request: HttpRequest) -> HttpResponse:
    """Keep ``theme`` (auto, light, dark) in a cookie and go back; anything else changes nothing."""
    response = _back(request)
    choice = request.POST.get("theme", "")
    if choice in THEMES:
        _remember(response, THEME_COOKIE, choice)
    return response


@require_POST
def language_choose(request: HttpRequest) -> HttpResponse:
    """Keep ``language`` in Django's cookie and go back; one we do not speak changes nothing.

    Whoever knows the person keeps it as well (``language_keepers``).
    """
    response = _back(request)
    choice = request.POST.get("language", "")
    if choice in dict(settings.LANGUAGES) and check_for_language(choice):
        for keeper in language_keepers.items():
            keeper.keep(request, choice)
        _remember(response, settings.LANGUAGE_COOKIE_NAME, choice)
    return response
