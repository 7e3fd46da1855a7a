"""The page on which colleagues agree that a program acts for them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.consents import consent_answer, with_way_back
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage, StaffPage


class AuthorizePage(StaffPage):
    """Asks a colleague whether a program may act, and sends the browser back."""

    title = _("A program asks to act for you")
    template_name = "accounts/staff_authorize.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._answered(request)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._answered(request)

    def _answered(self, request: HttpRequest) -> HttpResponse:
        answer = consent_answer(request)
        if isinstance(answer, HttpResponse):
            return answer
        values, status = answer
        shown = self.shown(request, values)
        shown.status_code = status
        shown["Cache-Control"] = "no-store"
        return with_way_back(shown, values)


ADMIN_PAGES.fill(AdminPage(key="authorize", path="authorize/", view=AuthorizePage.as_view()))
