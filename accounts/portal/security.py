"""The pages on which customers decide how their log-in is protected."""

from collections.abc import Callable
from contextlib import suppress

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import FactorExists, FactorResetEnded, LinkInvalid
from accounts.forms import FactorProofForm, FactorTurnOnForm
from accounts.models import User
from accounts.pages import has_passkey, limited, page, qr_code, shown_proof
from accounts.selectors.guards import guards_now, reset_of_token, resets_waiting
from accounts.selectors.second_factors import factor_state
from accounts.services.factor_resets import factor_reset_stop, factor_reset_stop_by_link
from accounts.services.fresh_proofs import identity_prove, password_prove
from accounts.services.second_factors import (
    recovery_codes_renew,
    totp_activate,
    totp_begin,
    totp_deactivate,
)
from ispplatform.core.errors import PlatformError
from ispplatform.core.middleware.addresses import client_address
from ispplatform.core.pages.access import customer_page
from ispplatform.core.pages.refusals import refuse_form, tell_refusal

_secret_form = sensitive_post_parameters()


@require_safe
@customer_page("own_profile:read")
def security(request: HttpRequest) -> HttpResponse:
    """Show what protects the log-in."""
    user_id = request.session_entry.user_id
    shown = {
        "state": factor_state(user_id),
        "reset": resets_waiting(user_id).first(),
        "guard": guards_now(user_id).first(),
    }
    return page(request, "security", shown)


@require_POST
@customer_page("own_profile:update")
def reset_stop(request: HttpRequest) -> HttpResponse:
    """Keep the second factor that staff were told is lost."""
    try:
        factor_reset_stop(
            actor=request.actor, user=_person(request), note="by the person, logged in"
        )
    except PlatformError as error:
        tell_refusal(request, error)
    else:
        messages.success(request, _("Stopped. Your second factor stays."))
    return _back()


@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
def stop_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Stop a removal that a mail told of; a button, because mail scanners follow links."""
    row = reset_of_token(token)
    if row is None:
        return page(request, "reset_stop", {"row": None}, status=LinkInvalid.http_status)
    if request.method == "POST":
        with suppress(FactorResetEnded):
            row = factor_reset_stop_by_link(token=token, address=client_address(request))
        return HttpResponseRedirect(request.path)
    return page(request, "reset_stop", {"row": row})


@_secret_form
@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
@customer_page("own_profile:update")
def app_on(request: HttpRequest) -> HttpResponse:
    """Show the QR code; on its first code and the password, the recovery codes, once."""
    user, entry = _person(request), request.session_entry
    try:
        setup = totp_begin(user=user, session_id=entry.session_id)
    except FactorExists as error:
        tell_refusal(request, error)
        return _back()
    form = FactorTurnOnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            password_prove(
                actor=request.actor,
                tenant=request.tenant,
                user=user,
                password=form.cleaned_data["password"],
                field="password",
            )
            codes = totp_activate(
                actor=request.actor,
                user=user,
                session_id=entry.session_id,
                code=form.cleaned_data["code"],
            )
        except PlatformError as error:
            refuse_form(form, error)
        else:
            request.session.cycle_key()
            return codes_shown(request, codes)
    return page(request, "factor_set_up", {"form": form, "setup": setup, "qr": qr_code(setup.url)})


@_secret_form
@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
@customer_page("own_profile:update")
def app_off(request: HttpRequest) -> HttpResponse:
    """Remove the authenticator app, after password and code."""

    def remove(user: User) -> HttpResponse:
        totp_deactivate(actor=request.actor, user=user, reason="own wish")
        messages.success(request, _("The authenticator app is removed."))
        return _back()

    return proved(request, "factor_off", remove)


@_secret_form
@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
@customer_page("own_profile:update")
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Replace the recovery codes, after password and code, and show the new ones once."""

    def renew(user: User) -> HttpResponse:
        return codes_shown(request, recovery_codes_renew(actor=request.actor, user=user))

    return proved(request, "recovery_codes_new", renew)


def proved(request: HttpRequest, name: str, act: Callable[[User], HttpResponse]) -> HttpResponse:
    """Ask for password and code on the page of this name, then act."""
    if not factor_state(request.session_entry.user_id).is_on:
        return _back()
    form = FactorProofForm(request.POST or None)
    state = factor_state(request.session_entry.user_id)
    if request.method == "POST" and (has_passkey(request) or form.is_valid()):
        user = _person(request)
        try:
            identity_prove(
                actor=request.actor, tenant=request.tenant, user=user, **shown_proof(request)
            )
            return act(user)
        except PlatformError as error:
            refuse_form(form, error)
    return page(request, name, {"form": form, "state": state})


def codes_shown(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """Show recovery codes, this once."""
    text = "\n".join(f"{code[:4]} {code[4:]}" for code in codes) + "\n"
    return page(request, "recovery_codes", {"codes": codes, "text": text})


def _person(request: HttpRequest) -> User:
    return User.objects.get(pk=request.session_entry.user_id)


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("accounts:security"))
