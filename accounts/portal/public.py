"""Pages for people who are not in yet: log-in, sign-up, forgotten password, confirmation."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.choices import EmailCodePurpose, SessionChannel, SessionKind
from accounts.errors import CodeInvalid, EmailNotProved, SecondFactorWrong
from accounts.forms import (
    CodeForm,
    FactorForm,
    ForgotForm,
    LogInForm,
    NewPasswordForm,
    SignUpForm,
)
from accounts.models import EmailCode, Session
from accounts.pages import (
    browser_device,
    has_passkey,
    limited,
    page,
    remember_device,
    safe_next,
    shown_factor,
)
from accounts.principals import cookie_forget, cookie_remember
from accounts.selectors.portal_accounts import customers_acted_for, pending_account
from accounts.selectors.principals import SessionEntry
from accounts.selectors.second_factors import factor_state
from accounts.services.email_codes import email_code_check, email_code_resend, email_code_send
from accounts.services.email_codes import email_link_check as link_check
from accounts.services.logins import portal_enter_by_proof, portal_log_in, session_factor_show
from accounts.services.passwords import access_link_read, password_forgot, password_reset
from accounts.services.portal_accounts import SignUp, portal_sign_up
from accounts.services.sessions import sessions_end
from accounts.slots import sign_up_doors
from ispplatform.core.actors import Actor
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.refusals import refuse_form, tell_refusal
from ispplatform.core.tenancy.context import tenant_context

CODE_SLOT = "email_code"
_secret_form = sensitive_post_parameters()


@_secret_form
@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Let a customer in by portal ID or e-mail address."""
    form = LogInForm(request.POST or None)
    target = safe_next(request, home())
    status = 200
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            entry = portal_log_in(
                tenant=request.tenant,
                name=values["name"],
                password=values["password"],
                device=browser_device(request),
                channel=SessionChannel.BROWSER,
                is_remembered=values["is_remembered"],
            ).entry
        except EmailNotProved as error:
            return _ask_for_code(request, str(error.params["email"]))
        except PlatformError as error:
            refuse_form(form, error)
            status = error.http_status
        else:
            return entered(request, entry, target, is_remembered=values["is_remembered"])
    return page(request, "log_in", {"form": form, "next": target}, status=status)


@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask a customer who has one for the second factor."""
    entry: SessionEntry | None = request.half_open_entry
    if entry is None:
        return HttpResponseRedirect(reverse("accounts:log_in"))
    form = FactorForm(request.POST or None)
    target = safe_next(request, home())
    if request.method == "POST" and (has_passkey(request) or form.is_valid()):
        try:
            session_factor_show(entry=entry, **shown_factor(request, form))
        except SecondFactorWrong as error:
            refuse_form(form, error)
        except PlatformError as error:
            tell_refusal(request, error)
            return HttpResponseRedirect(reverse("accounts:log_in"))
        else:
            request.session.cycle_key()
            return HttpResponseRedirect(target)
    state = factor_state(entry.user_id)
    return page(request, "second_factor", {"form": form, "next": target, "state": state})


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the customer's session and forget it in the browser."""
    entry = request.session_entry or request.half_open_entry
    if entry is not None:
        with tenant_context(entry.tenant_id):
            mine = Session.objects.filter(pk=entry.session_id)
            sessions_end(actor=entry.actor(), sessions=mine, reason="Logged out.")
    cookie_forget(request, kind=SessionKind.PORTAL)
    return HttpResponseRedirect(reverse("accounts:log_in"))


@_secret_form
@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Sign a visitor up and ask for the mailed code."""
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        language = (get_language() or "en")[:2]
        try:
            row = portal_sign_up(
                tenant=request.tenant,
                sign_up=SignUp(**form.cleaned_data, language=language),
            )
        except PlatformError as error:
            refuse_form(form, error)
        else:
            return _wait_for_code(request, row)
    return page(request, "sign_up", {"form": form})


@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_email(request: HttpRequest) -> HttpResponse:
    """Prove an address by the mailed code; a new account is logged in at once."""
    waiting = request.session.get(CODE_SLOT)
    if not waiting:
        return HttpResponseRedirect(reverse("accounts:log_in"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        purpose = EmailCodePurpose(waiting["purpose"])
        try:
            row = email_code_check(
                actor=request.actor,
                tenant=request.tenant,
                email_code_id=UUID(waiting["id"]),
                code=form.cleaned_data["code"],
                purpose=purpose,
            )
        except CodeInvalid as error:
            refuse_form(form, error)
        else:
            return _proved(request, row)
    return page(request, "confirm_email", {"form": form, "email": waiting["email"]})


@require_POST
@limited("portal_auth")
def resend_code(request: HttpRequest) -> HttpResponse:
    """Mail the code again."""
    waiting = request.session.get(CODE_SLOT)
    if waiting:
        try:
            email_code_resend(
                tenant=request.tenant,
                email_code_id=UUID(waiting["id"]),
            )
        except PlatformError as error:
            tell_refusal(request, error)
        else:
            messages.success(request, _("The mail is on its way once more."))
    return HttpResponseRedirect(reverse("accounts:confirm_email"))


@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_link(request: HttpRequest, token: str) -> HttpResponse:
    """Prove an address by the mailed link; a button, because mail scanners follow links."""
    if request.method != "POST":
        return page(request, "confirm_link", {})
    try:
        row = link_check(token=token)
    except CodeInvalid as error:
        return page(request, "link_invalid", {"error": error}, status=error.http_status)
    return _proved(request, row)


@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """Mail a link that sets a new password; the page says the same for unknown names."""
    form = ForgotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        password_forgot(
            tenant=request.tenant,
            identifier=form.cleaned_data["name"],
            portal=True,
        )
        return page(request, "forgot_sent", {})
    return page(request, "forgot", {"form": form})


@_secret_form
@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
def set_password(request: HttpRequest, token: str) -> HttpResponse:
    """Set a password by a mailed link, for customers and colleagues alike."""
    try:
        link = access_link_read(token=token)
    except PlatformError as error:
        return page(request, "link_invalid", {"error": error}, status=error.http_status)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            password_reset(token=token, new=form.cleaned_data["new_password"])
        except PlatformError as error:
            refuse_form(form, error)
        else:
            messages.success(request, _("Your new password is set. Log in with it."))
            door = "accounts:log_in" if link.portal_account_id else "staff:log_in"
            return HttpResponseRedirect(reverse(door))
    return page(request, "set_password", {"form": form, "email": link.email})


def home() -> str:
    """Return the page that a customer sees after the log-in."""
    return reverse("pages:home")


def entered(
    request: HttpRequest, entry: SessionEntry, target: str, *, is_remembered: bool
) -> HttpResponse:
    """Give the browser its session and send it on, by way of the second factor if there is one."""
    cookie_remember(
        request, kind=entry.kind, tenant_id=entry.tenant_id, session_id=entry.session_id
    )
    request.session.set_expiry(None if is_remembered else 0)
    if target == home() and len(customers_acted_for(entry.user_id)) > 1:
        target = reverse("accounts:customers")
    if entry.is_factor_required and not entry.is_factor_verified:
        target = f"{reverse('accounts:second_factor')}?{urlencode({'next': target})}"
    return remember_device(request, HttpResponseRedirect(target))


def _ask_for_code(request: HttpRequest, email: str) -> HttpResponse:
    """Send a fresh code to somebody whose password fits and whose address was never confirmed."""
    account = pending_account(email)
    row = email_code_send(
        actor=Actor.anonymous(),
        tenant=request.tenant,
        purpose=EmailCodePurpose.SIGN_UP,
        email=email,
        user=account.user if account else None,
        portal_account=account,
    )
    return _wait_for_code(request, row)


def _wait_for_code(request: HttpRequest, row: EmailCode) -> HttpResponse:
    request.session[CODE_SLOT] = {"id": str(row.pk), "email": row.email, "purpose": row.purpose}
    return HttpResponseRedirect(reverse("accounts:confirm_email"))


def _proved(request: HttpRequest, row: EmailCode) -> HttpResponse:
    """Go on after a proof: a sign-up is logged in, a changed address is told."""
    request.session.pop(CODE_SLOT, None)
    entry: Any = None
    tenant = request.tenant
    target = home()
    if row.purpose == EmailCodePurpose.SIGN_UP and row.tenant_id == tenant.pk:
        target = _on_the_way(request, row) or target
        entry = portal_enter_by_proof(
            code=row, device=browser_device(request), channel=SessionChannel.BROWSER
        )
    messages.success(request, _("Your e-mail address is confirmed."))
    if entry is None:
        return HttpResponseRedirect(target)
    return entered(request, entry, safe_next(request, target), is_remembered=False)


def _on_the_way(request: HttpRequest, row: EmailCode) -> str:
    """Return where the sign-up came from and goes on, such as the checkout; else nothing."""
    try:
        return next((address for door in sign_up_doors.items() if (address := door.go_on(row))), "")
    except PlatformError as error:
        tell_refusal(request, error)
        return ""
