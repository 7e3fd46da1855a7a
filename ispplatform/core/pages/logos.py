"""The logo of the company, for pages and mails."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ispplatform.core.errors import NotFound
from ispplatform.core.tenancy.logos import logo_png

YEAR_SECONDS = 365 * 24 * 3600


@require_safe
def logo(request: HttpRequest, digest: str) -> HttpResponse:
    """Show a logo by its digest: what an address shows never changes, so browsers keep it."""
    try:
        png = logo_png(digest)
    except NotFound:
        raise Http404 from None
    kept = f"public, max-age={YEAR_SECONDS}, immutable"
    return HttpResponse(png, content_type="image/png", headers={"Cache-Control": kept})
