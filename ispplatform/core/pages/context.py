"""What every template is given: tenant, brand, theme, formats. Reads nothing until it is used."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_info

from ispplatform.core.actors import Actor
from ispplatform.core.pages.brand import brand_of
from ispplatform.core.pages.formats import format_locale
from ispplatform.core.pages.legal import footer_links
from ispplatform.core.pages.navigation import portal_links
from ispplatform.core.pages.references import current_reference

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"


def theme_of(request: HttpRequest) -> str:
    """Return the visitor's choice: ``auto``, ``light`` or ``dark``."""
    choice = request.COOKIES.get(THEME_COOKIE, "")
    return choice if choice in THEMES else "auto"


def house(request: HttpRequest) -> dict[str, Any]:
    """Context processor of all pages."""
    tenant = getattr(request, "tenant", None)
    country = tenant.country if tenant is not None else ""
    return {
        "tenant": tenant,
        "actor": getattr(request, "actor", None) or Actor.anonymous(),
        "brand": SimpleLazyObject(lambda: brand_of(tenant)),
        "theme": theme_of(request),
        "footer_links": SimpleLazyObject(lambda: footer_links(tenant)),
        "locale": SimpleLazyObject(lambda: format_locale(get_language() or "en", country)),
        "portal_links": SimpleLazyObject(lambda: portal_links(request)),
        "language_choices": SimpleLazyObject(
            lambda: [get_language_info(code) for code, _ in settings.LANGUAGES]
        ),
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "reference": SimpleLazyObject(current_reference),
    }
