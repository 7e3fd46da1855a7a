"""The page on which customers look after their log-in."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.choices import EmailCodePurpose
from accounts.forms import AvatarForm, ChangePasswordForm, EmailForm, ProfileForm
from accounts.models import PortalAccount, User
from accounts.pages import browser_device, limited, page
from accounts.portal.public import CODE_SLOT
from accounts.principals import cookie_remember
from accounts.selectors.oauth import application_lines
from accounts.selectors.portal_accounts import customers_acted_for, portal_profile
from accounts.selectors.users import sessions_living
from accounts.services import avatars
from accounts.services.oauth_grants import application_end
from accounts.services.passwords import password_change
from accounts.services.people import MANAGE as PEOPLE
from accounts.services.sessions import portal_session_move, session_end, sessions_end
from accounts.services.users import email_change_start, profile_update
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.access import customer_page
from ispplatform.core.pages.refusals import refuse_form, tell_refusal

OWN = "Ended by yourself."


@require_safe
@customer_page("own_profile:read")
def account(request: HttpRequest) -> HttpResponse:
    """Show profile, password and log-ins."""
    return _shown(request)


@require_POST
@customer_page("own_profile:update")
def profile(request: HttpRequest) -> HttpResponse:
    """Change name, telephone and tastes."""
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _shown(request, profile_form=form, status=422)
    values = form.cleaned_data
    changes = {name: values[name] for name in ("first_name", "last_name", "phone")}
    preferences = {
        "notifications": {"email": values["notify_email"]},
        "language": values["language"],
        "timezone": values["time_zone"],
    }
    profile_update(
        actor=request.actor,
        user=_person(request),
        changes={**changes, "preferences": preferences},
    )
    messages.success(request, _("Saved."))
    return _back()


@require_POST
@customer_page("own_profile:update")
def avatar(request: HttpRequest) -> HttpResponse:
    """Show this picture from now on."""
    form = AvatarForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            avatars.avatar_change(
                actor=request.actor, user=_person(request), content=form.content()
            )
        except PlatformError as error:
            refuse_form(form, error)
        else:
            messages.success(request, _("Saved."))
            return _back()
    return _shown(request, avatar_form=form, status=422)


@require_POST
@customer_page("own_profile:update")
def avatar_remove(request: HttpRequest) -> HttpResponse:
    """Show no picture any more."""
    avatars.avatar_remove(actor=request.actor, user=_person(request))
    messages.success(request, _("The picture is taken away."))
    return _back()


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page("own_profile:read")
def customers(request: HttpRequest) -> HttpResponse:
    """Show for whom this person may act, and let them act for another one."""
    entry = request.session_entry
    if request.method == "POST":
        try:
            session = portal_session_move(
                entry=entry,
                account_id=UUID(request.POST.get("account", "")),
                device=browser_device(request),
            )
        except (PlatformError, ValueError):
            messages.error(request, _("You do not act for this customer."))
        else:
            cookie_remember(
                request,
                kind=entry.kind,
                tenant_id=session.tenant_id,
                session_id=session.pk,
            )
            return HttpResponseRedirect(reverse("pages:home"))
    shown = {"choices": customers_acted_for(entry.user_id), "present_id": entry.account_id}
    return page(request, "customers", shown)


@sensitive_post_parameters()
@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
@customer_page("own_profile:update")
def password(request: HttpRequest) -> HttpResponse:
    """Change the password; every other log-in ends."""
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            password_change(
                actor=request.actor,
                user=_person(request),
                current=form.cleaned_data["current_password"],
                new=form.cleaned_data["new_password"],
            )
        except PlatformError as error:
            refuse_form(form, error)
        else:
            request.session.cycle_key()
            messages.success(
                request, _("The new password is set. Other devices have been logged out.")
            )
            return _back()
    return page(request, "password", {"form": form})


@sensitive_post_parameters()
@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
@customer_page("own_profile:update")
def email(request: HttpRequest) -> HttpResponse:
    """Change the address: a code goes to the new one."""
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = email_change_start(
                actor=request.actor,
                tenant=request.tenant,
                user=_person(request),
                **form.cleaned_data,
            )
        except PlatformError as error:
            refuse_form(form, error)
        else:
            purpose = EmailCodePurpose.EMAIL_CHANGE.value
            request.session[CODE_SLOT] = {
                "id": str(row.pk),
                "email": row.email,
                "purpose": purpose,
            }
            return HttpResponseRedirect(reverse("accounts:confirm_email"))
    return page(request, "email", {"form": form})


@require_POST
@customer_page("own_sessions:manage")
def end_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """End one log-in."""
    try:
        session_end(
            actor=request.actor,
            user_id=_person(request).pk,
            session_id=session_id,
            reason=OWN,
        )
    except PlatformError as error:
        tell_refusal(request, error)
    else:
        messages.success(request, _("That device is logged out."))
    return _back()


@require_POST
@customer_page("own_sessions:manage")
def end_application(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Take back what a program may do."""
    try:
        application_end(actor=request.actor, user_id=_person(request).pk, session_id=session_id)
    except PlatformError as error:
        tell_refusal(request, error)
    else:
        messages.success(request, _("That program may do nothing more."))
    return _back()


@require_POST
@customer_page("own_sessions:manage")
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End every log-in but this one."""
    actor = request.actor
    others = sessions_living(_person(request).pk).exclude(pk=actor.session_id)
    sessions_end(actor=actor, sessions=others, reason=OWN)
    messages.success(request, _("All other devices are logged out."))
    return _back()


def _shown(
    request: HttpRequest,
    *,
    profile_form: ProfileForm | None = None,
    avatar_form: AvatarForm | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = request.actor
    shown = portal_profile(UUID(actor.id))
    chosen = shown["account_settings"]
    own = PortalAccount.objects.get(pk=actor.id)
    form = profile_form or ProfileForm(
        initial={
            "first_name": shown["first_name"],
            "last_name": shown["last_name"],
            "phone": shown["phone"],
            "notify_email": chosen["email_notifications"],
            "language": own.language,
            "time_zone": own.time_zone,
        }
    )
    values = {
        "profile": shown,
        "form": form,
        "avatar_form": avatar_form or AvatarForm(),
        "sessions": list(sessions_living(_person(request).pk)[:50]),
        "applications": application_lines(_person(request).pk),
        "current_session_id": actor.session_id,
        "may_manage_people": actor.can(PEOPLE),
    }
    return page(request, "account", values, status=status)


def _person(request: HttpRequest) -> User:
    entry = request.session_entry
    return User.objects.get(pk=entry.user_id)


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("accounts:account"))
