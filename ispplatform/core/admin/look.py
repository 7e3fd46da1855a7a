"""The back office in the colours of the design system; Unfold calls these for every page."""

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import gettext

from ispplatform.core.admin.requests import tenant_of
from ispplatform.core.pages.brand import ACCENT_COLOR, brand_of
from ispplatform.core.pages.colors import accent_scale


def site_title(request: HttpRequest) -> str:
    """Return what stands in the window's title after the page's own."""
    return brand_of(tenant_of(request)).name


def site_header(request: HttpRequest) -> str:
    """Return the name above the navigation."""
    return brand_of(tenant_of(request)).name


def site_subheader(request: HttpRequest) -> str:
    """Return the words below the name."""
    return gettext("Back office")


def site_icon(request: HttpRequest) -> str:
    """Return the address of the house's mark: the company's name stands beside it."""
    return static("images/icon.svg")


def primary_colors(request: HttpRequest) -> dict[str, str]:
    """Return Unfold's eleven steps of the main colour, made of the tenant's accent."""
    tenant = tenant_of(request)
    chosen = ACCENT_COLOR.of(tenant) if tenant is not None else ACCENT_COLOR.default
    return accent_scale(chosen)


def environment(request: HttpRequest) -> list[str] | None:
    """Return the label in the head of each page: nothing in a live company."""
    tenant = tenant_of(request)
    return [gettext("Sandbox"), "warning"] if tenant is not None and tenant.is_sandbox else None


def environment_prefix(request: HttpRequest) -> str | None:
    """Return what the window's title begins with."""
    tenant = tenant_of(request)
    return gettext("[Sandbox]") if tenant is not None and tenant.is_sandbox else None


class StaticAddress:
    """Finds a static file when a page is drawn: in production its name carries a digest."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self, request: HttpRequest) -> str:
        return static(self.path)


tokens_stylesheet = StaticAddress("css/tokens.css")
components_stylesheet = StaticAddress("css/components.css")
flow_stylesheet = StaticAddress("css/flow.css")
admin_stylesheet = StaticAddress("css/admin.css")
search_script = StaticAddress("js/search.js")
