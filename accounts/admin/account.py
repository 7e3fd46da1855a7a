"""A colleague's own page: password, second factor, log-ins, other companies."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts.choices import SessionKind
from accounts.errors import PasswordWrong, SecondFactorWrong
from accounts.models import User
from accounts.pages import browser_device
from accounts.principals import cookie_remember
from accounts.rules.passwords import normal_password
from accounts.selectors.principals import SessionEntry
from accounts.selectors.second_factors import has_factor
from accounts.selectors.users import companies_of, sessions_living
from accounts.services.passwords import password_change
from accounts.services.second_factors import factor_check, totp_deactivate
from accounts.services.sessions import session_end, session_move, sessions_end
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage, StaffPage
from ispplatform.core.errors import InvalidInput

OWN = "Ended by yourself."


class OwnAccountPage(StaffPage):
    """What colleagues do with their own log-in."""

    title = _("My account")
    template_name = "accounts/staff_account.html"

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
            "has_factor": User.objects.filter(has_factor("pk"), pk=entry.user_id).exists(),
            "sessions": list(sessions_living(entry.user_id)[:50]),
            "current_session_id": entry.session_id,
            "companies": companies_of(entry.user_id),
            "present_tenant_id": entry.tenant_id,
        }

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
        if not user.check_password(normal_password(request.POST.get("current_password", ""))):
            raise PasswordWrong(gettext("The present password is not correct."))
        if not factor_check(user=user, code=request.POST.get("code", "")):
            raise SecondFactorWrong
        totp_deactivate(actor=self.actor, user=user, reason="own wish")
        return gettext("The second factor is removed.")

    def act_end(self, request: HttpRequest) -> str:
        """End one of the own log-ins."""
        try:
            session_id = UUID(request.POST.get("session", ""))
        except ValueError:
            raise InvalidInput(gettext("There is no such log-in.")) from None
        session_end(actor=self.actor, user_id=self.entry.user_id, session_id=session_id, reason=OWN)
        return gettext("That device is logged out.")

    def act_end_others(self, request: HttpRequest) -> str:
        """End every other log-in of one's own."""
        others = sessions_living(self.entry.user_id).exclude(pk=self.entry.session_id)
        sessions_end(actor=self.actor, sessions=others, reason=OWN)
        return gettext("All other devices are logged out.")

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
