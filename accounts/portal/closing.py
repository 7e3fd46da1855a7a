"""The pages on which people close their log-in, and come back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.choices import LoginClosing
from accounts.forms import CloseForm, ComeBackForm
from accounts.models import User
from accounts.pages import limited, page, shown_proof
from accounts.selectors.second_factors import factor_state
from accounts.services.closing import login_close, login_return, return_ask, return_link_read
from accounts.services.fresh_proofs import identity_prove
from accounts.tenant_settings import ERASE_AFTER_DAYS
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.access import customer_page
from ispplatform.core.pages.refusals import refuse_form

_secret_form = sensitive_post_parameters()


@_secret_form
@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
@customer_page("own_profile:update")
def close(request: HttpRequest) -> HttpResponse:
    """Ask how the log-in shall be closed and for the password, then close it."""
    form = CloseForm(request.POST or None)
    user_id = request.session_entry.user_id
    if request.method == "POST" and form.is_valid():
        user = User.objects.get(pk=user_id)
        try:
            identity_prove(
                actor=request.actor, tenant=request.tenant, user=user, **shown_proof(request)
            )
            how = LoginClosing(form.cleaned_data["how"])
            login_close(actor=request.actor, tenant=request.tenant, user=user, how=how)
        except PlatformError as error:
            refuse_form(form, error)
        else:
            messages.success(request, _("Your log-in is closed. A mail tells you about it."))
            return HttpResponseRedirect(reverse("accounts:log_in"))
    days = ERASE_AFTER_DAYS.of(request.tenant)
    shown = {"form": form, "state": factor_state(user_id), "days": days}
    return page(request, "close", shown)


@_secret_form
@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
def come_back(request: HttpRequest) -> HttpResponse:
    """Ask for address and password of a closed log-in, and mail a link; always the same answer."""
    form = ComeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return_ask(tenant=request.tenant, **form.cleaned_data)
        except PlatformError as error:
            refuse_form(form, error)
        else:
            return page(request, "come_back_sent", {})
    return page(request, "come_back", {"form": form})


@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
def come_back_link(request: HttpRequest, token: str) -> HttpResponse:
    """Open a closed log-in by the mailed link; a button, because mail scanners follow links."""
    try:
        if request.method == "POST":
            login_return(token=token)
            messages.success(request, _("Your log-in is open again. Log in."))
            return HttpResponseRedirect(reverse("accounts:log_in"))
        return_link_read(token=token)
    except PlatformError as error:
        return page(request, "come_back_invalid", {}, status=error.http_status)
    return page(request, "come_back_link", {})
