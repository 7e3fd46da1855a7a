"""The pages on which customers make, name, show and remove passkeys."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.choices import PasskeyPurpose, SessionChannel
from accounts.forms import PasskeyNameForm
from accounts.models import User
from accounts.pages import (
    browser_device,
    limited,
    page,
    passkey_answer,
    relying_party,
    safe_next,
    shown_proof,
)
from accounts.portal.public import entered, home
from accounts.portal.questions import question_refused, question_shown, session_question
from accounts.portal.security import codes_shown, proved
from accounts.selectors.second_factors import is_protected
from accounts.services.fresh_proofs import identity_prove
from accounts.services.passkey_logins import portal_log_in_by_passkey
from accounts.services.passkeys import (
    passkey_ask,
    passkey_register,
    passkey_remove,
    passkey_rename,
)
from ispplatform.core.errors import InvalidInput, PlatformError
from ispplatform.core.pages.access import customer_page
from ispplatform.core.pages.refusals import tell_refusal

_secret_form = sensitive_post_parameters()


@require_POST
@limited("portal_auth")
def log_in_question(request: HttpRequest) -> HttpResponse:
    """Ask a visitor's browser for a passkey."""
    try:
        party = relying_party(request)
        return question_shown(passkey_ask(purpose=PasskeyPurpose.LOG_IN, party=party))
    except PlatformError as error:
        return question_refused(error)


@require_POST
@limited("portal_auth")
def log_in(request: HttpRequest) -> HttpResponse:
    """Let a customer in by a passkey."""
    is_remembered = bool(request.POST.get("is_remembered"))
    try:
        answer = passkey_answer(request)
        if answer is None:
            raise InvalidInput(_("Your browser sent no passkey."))
        entry = portal_log_in_by_passkey(
            tenant=request.tenant,
            answer=answer,
            device=browser_device(request),
            channel=SessionChannel.BROWSER,
            is_remembered=is_remembered,
        ).entry
    except PlatformError as error:
        tell_refusal(request, error)
        return HttpResponseRedirect(reverse("accounts:log_in"))
    return entered(request, entry, safe_next(request, home()), is_remembered=is_remembered)


@require_POST
@limited("portal_auth")
def factor_question(request: HttpRequest) -> HttpResponse:
    """Ask for a passkey as the second factor of the session at hand, half open or open."""
    return session_question(request)


@_secret_form
@require_POST
@limited("portal_auth")
@customer_page("own_profile:update")
def new_question(request: HttpRequest) -> HttpResponse:
    """Ask the browser to make a passkey, after password and second factor."""
    user = User.objects.get(pk=request.session_entry.user_id)
    try:
        party = relying_party(request)
        identity_prove(
            actor=request.actor, tenant=request.tenant, user=user, **shown_proof(request)
        )
        question = passkey_ask(
            purpose=PasskeyPurpose.REGISTER,
            party=party,
            user=user,
            session_id=request.session_entry.session_id,
        )
    except PlatformError as error:
        return question_refused(error)
    return question_shown(question)


@_secret_form
@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
@customer_page("own_profile:update")
def new(request: HttpRequest) -> HttpResponse:
    """Add a passkey; with the first factor the recovery codes are shown, once."""
    user = User.objects.get(pk=request.session_entry.user_id)
    if request.method == "POST":
        try:
            answer = passkey_answer(request)
            if answer is None:
                raise InvalidInput(_("Your browser sent no passkey."))
            _row, codes = passkey_register(
                actor=request.actor,
                user=user,
                session_id=request.session_entry.session_id,
                answer=answer,
                name=request.POST.get("name", ""),
            )
        except PlatformError as error:
            tell_refusal(request, error)
            return HttpResponseRedirect(reverse("accounts:passkey_new"))
        messages.success(request, _("The passkey is added."))
        if codes:
            request.session.cycle_key()
            return codes_shown(request, codes)
        return HttpResponseRedirect(reverse("accounts:security"))
    form = PasskeyNameForm(asks_code=is_protected(user))
    return page(request, "passkey_new", {"form": form})


@require_POST
@customer_page("own_profile:update")
def rename(request: HttpRequest, passkey_id: int) -> HttpResponse:
    """Give a passkey another name."""
    user = User.objects.get(pk=request.session_entry.user_id)
    try:
        passkey_rename(
            actor=request.actor,
            user=user,
            passkey_id=passkey_id,
            name=request.POST.get("name", ""),
        )
    except PlatformError as error:
        tell_refusal(request, error)
    else:
        messages.success(request, _("Saved."))
    return HttpResponseRedirect(reverse("accounts:security"))


@_secret_form
@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
@customer_page("own_profile:update")
def remove(request: HttpRequest, passkey_id: int) -> HttpResponse:
    """Remove a passkey, after password and a second factor."""

    def act(user: User) -> HttpResponse:
        passkey_remove(actor=request.actor, user=user, passkey_id=passkey_id)
        messages.success(request, _("The passkey is removed."))
        return HttpResponseRedirect(reverse("accounts:security"))

    return proved(request, "passkey_remove", act)
