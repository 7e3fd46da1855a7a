"""A colleague's own page: password, second factor, log-ins, other companies."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts.choices import LoginClosing, SessionKind
from accounts.errors import PasskeyRefused
from accounts.forms import AvatarForm
from accounts.models import User
from accounts.pages import browser_device, page, passkey_answer, sent_picture, shown_proof
from accounts.principals import cookie_remember
from accounts.selectors.avatars import own_avatar
from accounts.selectors.identity_providers import identity_links_of
from accounts.selectors.oauth import application_lines
from accounts.selectors.principals import SessionEntry
from accounts.selectors.second_factors import factor_state
from accounts.selectors.users import companies_of, sessions_living
from accounts.services.avatars import avatar_change, avatar_remove
from accounts.services.closing import login_close
from accounts.services.fresh_proofs import identity_prove
from accounts.services.identity_providers import identity_unlink
from accounts.services.oauth_grants import application_end
from accounts.services.passkeys import passkey_register, passkey_remove
from accounts.services.passwords import password_change
from accounts.services.second_factors import recovery_codes_renew, totp_deactivate
from accounts.services.sessions import session_end, session_move, sessions_end
from ispplatform.core.admin.dressing import dressed
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage, StaffPage
from ispplatform.core.errors import InvalidInput

OWN = "Ended by yourself."


class OwnAccountPage(StaffPage):
    """What colleagues do with their own log-in."""

    title = _("My account")
    template_name = "accounts/staff_account.html"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.codes: list[str] = []  # recovery codes that the answer shows, this once

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().post(request, *args, **kwargs)
        if not self.codes:
            return answer
        request.session.cycle_key()
        told = {"codes": self.codes, "next": request.get_full_path()}
        return page(request, "staff_recovery_codes", told)

    @property
    def entry(self) -> SessionEntry:
        """The session at hand."""
        entry: SessionEntry = self.request.session_entry
        return entry

    def person(self) -> User:
        """Return who is logged in."""
        return User.objects.get(pk=self.entry.user_id)

    def content(self, request: HttpRequest) -> dict[str, Any]:
        entry = self.entry
        return {
            "person": self.person(),
            "avatar": own_avatar(entry.user_id),
            "avatar_form": dressed(AvatarForm()),
            "state": factor_state(entry.user_id),
            "sessions": list(sessions_living(entry.user_id)[:50]),
            "applications": application_lines(entry.user_id),
            "current_session_id": entry.session_id,
            "identities": list(identity_links_of(entry.user_id)),
            "companies": companies_of(entry.user_id),
            "closings": LoginClosing.choices,
            "present_tenant_id": entry.tenant_id,
        }

    def act_avatar(self, request: HttpRequest) -> str:
        """Show this picture from now on."""
        avatar_change(actor=self.actor, user=self.person(), content=sent_picture(request))
        return gettext("Saved.")

    def act_avatar_remove(self, request: HttpRequest) -> str:
        """Show no picture any more."""
        avatar_remove(actor=self.actor, user=self.person())
        return gettext("The picture is taken away.")

    def act_password(self, request: HttpRequest) -> str:
        """Change the password; every other log-in ends."""
        new = request.POST.get("new_password", "")
        if new != request.POST.get("repeated", ""):
            raise InvalidInput(gettext("The two passwords differ."), field="repeated")
        password_change(
            actor=self.actor,
            user=self.person(),
            current=request.POST.get("current_password", ""),
            new=new,
        )
        request.session.cycle_key()
        return gettext("The new password is set. Other devices have been logged out.")

    def act_factor_off(self, request: HttpRequest) -> str:
        """Remove the second factor, after password and code."""
        user = self.person()
        self._prove(request, user)
        totp_deactivate(actor=self.actor, user=user, reason="own wish")
        return gettext("The second factor is removed.")

    def act_codes(self, request: HttpRequest) -> str:
        """Replace the recovery codes, after password and code; the page shows them once."""
        user = self.person()
        self._prove(request, user)
        self.codes = recovery_codes_renew(actor=self.actor, user=user)
        return gettext("The earlier recovery codes do not work any more.")

    def act_passkey_new(self, request: HttpRequest) -> str:
        """Keep a passkey that the browser has just made; its question asked for the proof."""
        answer = passkey_answer(request)
        if answer is None:
            raise PasskeyRefused
        _row, self.codes = passkey_register(
            actor=self.actor,
            user=self.person(),
            session_id=self.entry.session_id,
            answer=answer,
            name=request.POST.get("name", ""),
        )
        return gettext("The passkey is added.")

    def act_passkey_remove(self, request: HttpRequest) -> str:
        """Remove a passkey, after password and a second factor."""
        user = self.person()
        number = request.POST.get("passkey", "")
        if not number.isdecimal() or len(number) > 18:
            raise InvalidInput(gettext("There is no such passkey."))
        self._prove(request, user)
        passkey_remove(actor=self.actor, user=user, passkey_id=int(number))
        return gettext("The passkey is removed.")

    def _prove(self, request: HttpRequest, user: User) -> None:
        identity_prove(
            actor=self.actor, tenant=self.request.tenant, user=user, **shown_proof(request)
        )

    def act_unlink(self, request: HttpRequest) -> str:
        """Take one of the own identities at a provider away."""
        try:
            link_id = UUID(request.POST.get("identity", ""))
        except ValueError:
            raise InvalidInput(gettext("There is no such identity.")) from None
        identity_unlink(
            actor=self.actor, link_id=link_id, user_id=self.entry.user_id, reason="own wish"
        )
        return gettext("That identity no longer opens your account.")

    def act_end(self, request: HttpRequest) -> str:
        """End one of the own log-ins."""
        try:
            session_id = UUID(request.POST.get("session", ""))
        except ValueError:
            raise InvalidInput(gettext("There is no such log-in.")) from None
        session_end(actor=self.actor, user_id=self.entry.user_id, session_id=session_id, reason=OWN)
        return gettext("That device is logged out.")

    def act_end_application(self, request: HttpRequest) -> str:
        """Take back what a program may do."""
        try:
            session_id = UUID(request.POST.get("session", ""))
        except ValueError:
            raise InvalidInput(gettext("There is no such application.")) from None
        application_end(actor=self.actor, user_id=self.entry.user_id, session_id=session_id)
        return gettext("That program may do nothing more.")

    def act_end_others(self, request: HttpRequest) -> str:
        """End every other log-in of one's own."""
        others = sessions_living(self.entry.user_id).exclude(pk=self.entry.session_id)
        sessions_end(actor=self.actor, sessions=others, reason=OWN)
        return gettext("All other devices are logged out.")

    def act_close(self, request: HttpRequest) -> str:
        """Close the own log-in, for a while or for good, after password and second factor."""
        how = request.POST.get("how", "")
        if how not in LoginClosing.values:
            raise InvalidInput(gettext("Choose how long."), field="how")
        user = self.person()
        self._prove(request, user)
        login_close(actor=self.actor, tenant=self.request.tenant, user=user, how=LoginClosing(how))
        return gettext("Your log-in is closed. A mail tells you about it.")

    def act_switch(self, request: HttpRequest) -> str:
        """Go on in another company; the session of this one ends."""
        try:
            tenant_id = UUID(request.POST.get("company", ""))
        except ValueError:
            raise InvalidInput(gettext("You do not work for this company.")) from None
        session = session_move(
            entry=self.entry, tenant_id=tenant_id, device=browser_device(request)
        )
        cookie_remember(request, kind=SessionKind.STAFF, tenant_id=tenant_id, session_id=session.pk)
        return gettext("You work for another company now.")


ADMIN_PAGES.fill(
    AdminPage(
        key="own_account",
        path="account/",
        view=sensitive_post_parameters()(OwnAccountPage.as_view()),
    )
)
