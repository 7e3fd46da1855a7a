"""The door of the back office by way of an identity provider: there, and back."""

import secrets
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.pages import browser_device, limit_answer, safe_next
from accounts.portal.staff import entered, home
from accounts.rules.identity_providers import redirect_uri_of
from accounts.services.sign_on import CameBack, sign_on_begin, sign_on_finish
from ispplatform.core.errors import NotFound, PlatformError
from ispplatform.core.pages.errors import ErrorText, error_page
from ispplatform.core.pages.refusals import refusal_of

BROWSER_KEY = "sign_on_browser"
LIMIT = "anonymous"  # many colleagues share an address, and nobody guesses 256 bits
HERE = "here"  # we sent the browser to this host ourselves


@require_http_methods(["GET"])
def sign_on(request: HttpRequest, provider_id: UUID) -> HttpResponse:
    """Send a colleague to the provider.

    The provider sends back to the company's own address, so the way begins there, too: the cookie
    of another host would be missing.
    """
    if (slow := limit_answer(request, LIMIT)) is not None:
        return slow
    tenant = request.tenant
    if tenant is None:
        raise Http404("No company answers at this address.")
    target = safe_next(request, home())
    own = urlsplit(tenant.base_url)
    is_here = urlsplit(f"//{request.get_host()}").hostname == own.hostname
    if not is_here and HERE not in request.GET:
        query = urlencode({"next": target, HERE: "1"})
        return _sent(f"{own.scheme}://{own.netloc}{request.path}?{query}")
    key = request.session.setdefault(BROWSER_KEY, secrets.token_urlsafe(32))
    try:
        address = sign_on_begin(
            tenant=tenant,
            provider_id=provider_id,
            browser_key=key,
            target=target,
            redirect_uri=redirect_uri_of(provider_id, tenant.base_url),
        )
    except NotFound as error:
        raise Http404(error.message) from error
    except PlatformError as error:
        return _refused(request, error)
    return _sent(address)


@require_http_methods(["GET"])
def sign_on_back(request: HttpRequest, provider_id: UUID) -> HttpResponse:
    """Let in a colleague who comes back from the provider."""
    if (slow := limit_answer(request, LIMIT)) is not None:
        return slow
    tenant = request.tenant
    if tenant is None:
        raise Http404("No company answers at this address.")
    came = CameBack(
        query={name: values[0] for name, values in request.GET.lists() if len(values) == 1},
        browser_key=request.session.get(BROWSER_KEY, ""),
        redirect_uri=redirect_uri_of(provider_id, tenant.base_url),
        device=browser_device(request),
    )
    try:
        signed_on = sign_on_finish(tenant=tenant, provider_id=provider_id, came=came)
    except NotFound as error:
        raise Http404(error.message) from error
    except PlatformError as error:
        return _refused(request, error)
    request.session.pop(BROWSER_KEY, None)
    return entered(request, signed_on.logged_in.entry, signed_on.target)


def _sent(address: str) -> HttpResponse:
    answer = HttpResponseRedirect(address)
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _refused(request: HttpRequest, error: PlatformError) -> HttpResponse:
    """Show what happened, what to do, and the reference by which the trail has the reason."""
    said = refusal_of(error)
    text = ErrorText(
        title=gettext("You are not logged in"),
        meaning=f"{said.sentence} {said.meaning}",
        advice=said.next_step,
    )
    answer = error_page(request, error.http_status, text)
    answer["Referrer-Policy"] = "no-referrer"
    return answer
