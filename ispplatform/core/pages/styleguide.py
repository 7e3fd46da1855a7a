"""The living style guide: every part of the design system on pages of the real templates."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from ispplatform.core.clock import system_now
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.pages.errors import TEXTS, error_page
from ispplatform.core.pages.mails import RenderedMail, mail_render
from ispplatform.core.pages.samples import sample_context, sample_document, sample_mail
from ispplatform.core.pdf import render_document

# Name of the page, and which entry of the navigation it stands under.
SAMPLE_PAGES = {
    "parts": "Home",
    "home": "Home",
    "invoices": "Billing",
    "order": "Services",
    "shop": "",
    "checkout": "",
    "login": "",
}


def _only_where_nothing_is_real(
    view: Callable[..., HttpResponse],
) -> Callable[..., HttpResponse]:
    def guarded(request: HttpRequest, **values: object) -> HttpResponse:
        tenant = getattr(request, "tenant", None)
        if not settings.DEBUG and (tenant is None or not tenant.is_sandbox):
            raise Http404
        return view(request, **values)

    return guarded


@require_safe
@_only_where_nothing_is_real
def style_page(request: HttpRequest, page: str = "parts") -> HttpResponse:
    """Show one page of the style guide; 404 in a live tenant."""
    if page not in SAMPLE_PAGES:
        raise Http404
    return render(request, f"styleguide/{page}.html", sample_context(SAMPLE_PAGES[page]))


@require_safe
@_only_where_nothing_is_real
def style_error(request: HttpRequest, status: int) -> HttpResponse:
    """Show an error page with its own status; 404 in a live tenant."""
    if status not in TEXTS:
        raise Http404
    return error_page(request, status)


def _sample_mail(request: HttpRequest) -> RenderedMail:
    tenant: Tenant | None = getattr(request, "tenant", None)
    if tenant is None:
        raise Http404
    return mail_render(
        "email/sample.html",
        sample_mail(tenant.base_url),
        tenant=tenant,
        language=get_language() or "en",
    )


@require_safe
@csp_replace({"style-src": [SELF, UNSAFE_INLINE]})
@_only_where_nothing_is_real
def style_mail(request: HttpRequest) -> HttpResponse:
    """Show a mail as mail programs draw it; its styles stand in its elements, as mails need."""
    return HttpResponse(_sample_mail(request).html)


@require_safe
@_only_where_nothing_is_real
def style_mail_text(request: HttpRequest) -> HttpResponse:
    """Show the plain text of the same mail, below its subject."""
    mail = _sample_mail(request)
    text = f"Subject: {mail.subject}\n\n{mail.text}"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
@_only_where_nothing_is_real
def style_document(request: HttpRequest) -> HttpResponse:
    """Show a business document."""
    pdf = render_document(sample_document(), made_at=system_now())
    return HttpResponse(pdf, content_type="application/pdf")
