"""The door of the back office: password, then the second factor."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.choices import PasskeyPurpose, SessionChannel, SessionKind
from accounts.errors import AccountLocked, PasskeyRefused, PasskeysNotHere, SecondFactorWrong
from accounts.forms import FactorForm, FactorSetUpForm, StaffForgotForm, StaffLogInForm
from accounts.models import IdentityProvider, Session, User
from accounts.pages import (
    browser_device,
    has_passkey,
    limited,
    page,
    passkey_answer,
    qr_code,
    relying_party,
    remember_device,
    safe_next,
    shown_factor,
    shown_proof,
)
from accounts.portal.questions import question_refused, question_shown, session_question
from accounts.principals import cookie_forget, cookie_remember
from accounts.selectors.identity_providers import providers_offered
from accounts.selectors.principals import SessionEntry
from accounts.selectors.second_factors import factor_state, has_factor, is_open
from accounts.services.fresh_proofs import identity_prove
from accounts.services.logins import session_factor_show, staff_log_in
from accounts.services.passkey_logins import staff_log_in_by_passkey
from accounts.services.passkeys import passkey_ask
from accounts.services.passwords import password_forgot
from accounts.services.second_factors import totp_activate, totp_begin
from accounts.services.sessions import session_factor_verify, sessions_end
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.refusals import refuse_form
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.tenancy.lookup import tenant_by_id


@sensitive_post_parameters()
@limited("auth")
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Let a colleague in by e-mail address and password."""
    form = StaffLogInForm(request.POST or None)
    target = safe_next(request, home())
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            entry = staff_log_in(
                email=form.cleaned_data["name"],
                password=form.cleaned_data["password"],
                device=browser_device(request),
                channel=SessionChannel.BROWSER,
                tenant=request.tenant,
            ).entry
        except PlatformError as error:
            refuse_form(form, error)
            status = error.http_status
        else:
            return entered(request, entry, target)
    told = {"form": form, "next": target, "providers": _providers(request)}
    return page(request, "staff_log_in", told, status=status)


def _providers(request: HttpRequest) -> list[IdentityProvider]:
    """Return by which providers colleagues of the company at this address may come in."""
    tenant = request.tenant
    if tenant is None:
        return []
    with tenant_context(tenant.pk):
        return list(providers_offered())


@sensitive_post_parameters()
@limited("auth")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor, or set up the first one."""
    entry: SessionEntry | None = request.half_open_entry or request.session_entry
    if entry is None:
        return HttpResponseRedirect(reverse("staff:log_in"))
    if not User.objects.filter(has_factor("pk"), pk=entry.user_id).exists():
        return _set_up(request, entry)
    if entry.is_factor_verified:
        return HttpResponseRedirect(home())
    form = FactorForm(request.POST or None)
    target = safe_next(request, home())
    if request.method == "POST" and (has_passkey(request) or form.is_valid()):
        try:
            session_factor_show(entry=entry, **shown_factor(request, form))
        except (SecondFactorWrong, AccountLocked) as error:
            refuse_form(form, error)
        else:
            request.session.cycle_key()
            return HttpResponseRedirect(target)
    state = factor_state(entry.user_id)
    return page(request, "staff_second_factor", {"form": form, "next": target, "state": state})


@require_POST
@limited("auth")
def passkey_log_in_question(request: HttpRequest) -> HttpResponse:
    """Ask a colleague's browser for a passkey."""
    try:
        party = relying_party(request)
        if request.tenant is None:
            raise PasskeysNotHere("Passkeys do not work at this address.")
        return question_shown(passkey_ask(purpose=PasskeyPurpose.STAFF_LOG_IN, party=party))
    except PlatformError as error:
        return question_refused(error)


@require_POST
@limited("auth")
def passkey_log_in(request: HttpRequest) -> HttpResponse:
    """Let a colleague in by a passkey."""
    try:
        answer = passkey_answer(request)
        if answer is None or request.tenant is None:
            raise PasskeyRefused
        entry = staff_log_in_by_passkey(
            tenant=request.tenant, answer=answer, device=browser_device(request)
        ).entry
    except PlatformError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("staff:log_in"))
    return entered(request, entry, safe_next(request, home()))


@sensitive_post_parameters()
@require_POST
@limited("auth")
def passkey_new_question(request: HttpRequest) -> HttpResponse:
    """Ask a colleague's browser to make a passkey, after password and second factor."""
    entry: SessionEntry | None = request.session_entry
    if entry is None:
        return HttpResponse(status=400)
    user = User.objects.get(pk=entry.user_id)
    try:
        party = relying_party(request)
        identity_prove(
            actor=request.actor, tenant=request.tenant, user=user, **shown_proof(request)
        )
        question = passkey_ask(
            purpose=PasskeyPurpose.REGISTER,
            party=party,
            user=user,
            session_id=entry.session_id,
        )
    except PlatformError as error:
        return question_refused(error)
    return question_shown(question)


@require_POST
@limited("auth")
def factor_question(request: HttpRequest) -> HttpResponse:
    """Ask for a passkey as the second factor of a colleague's session, half open or open."""
    return session_question(request)


@limited("auth")
@require_http_methods(["GET", "HEAD", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """Mail a colleague a link that sets a new password; says the same for unknown addresses."""
    form = StaffForgotForm(request.POST or None)
    tenant = request.tenant
    if request.method == "POST" and form.is_valid():
        if tenant is not None:
            password_forgot(tenant=tenant, identifier=form.cleaned_data["name"], portal=False)
        return page(request, "forgot_sent", {"is_staff": True})
    return page(request, "forgot", {"form": form, "is_staff": True})


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the colleague's session and forget it in the browser."""
    entry = request.session_entry or request.half_open_entry
    if entry is not None:
        with tenant_context(entry.tenant_id):
            mine = Session.objects.filter(pk=entry.session_id)
            sessions_end(actor=entry.actor(), sessions=mine, reason="Logged out.")
    cookie_forget(request, kind=SessionKind.STAFF)
    return HttpResponseRedirect(reverse("staff:log_in"))


def home() -> str:
    """Return the page that a colleague sees after the log-in."""
    return reverse("admin:index")


def entered(request: HttpRequest, entry: SessionEntry, target: str) -> HttpResponse:
    """Let the browser carry a new session, and lead to its target or to the second factor first."""
    cookie_remember(
        request, kind=entry.kind, tenant_id=entry.tenant_id, session_id=entry.session_id
    )
    request.session.set_expiry(0)
    if not is_open(entry, tenant_by_id(entry.tenant_id)):
        target = f"{reverse('staff:second_factor')}?{urlencode({'next': target})}"
    return remember_device(request, HttpResponseRedirect(target))


def _set_up(request: HttpRequest, entry: SessionEntry) -> HttpResponse:
    """Show the QR code, and on the right first code the recovery codes, once."""
    user = User.objects.get(pk=entry.user_id)
    form = FactorSetUpForm(request.POST or None)
    with tenant_context(entry.tenant_id):
        setup = totp_begin(user=user, session_id=entry.session_id)
        if request.method == "POST" and form.is_valid():
            try:
                codes = totp_activate(
                    actor=entry.actor(),
                    user=user,
                    session_id=entry.session_id,
                    code=form.cleaned_data["code"],
                )
                session_factor_verify(session_id=entry.session_id, actor=entry.actor())
            except SecondFactorWrong as error:
                refuse_form(form, error)
            except PlatformError as error:
                messages.error(request, error.message)
                return HttpResponseRedirect(reverse("staff:second_factor"))
            else:
                request.session.cycle_key()
                told = {"codes": codes, "next": safe_next(request, home())}
                return page(request, "staff_recovery_codes", told)
    values = {
        "form": form,
        "setup": setup,
        "qr": qr_code(setup.url),
        "next": safe_next(request, home()),
    }
    return page(request, "staff_factor_set_up", values)
