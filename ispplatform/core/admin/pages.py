"""Pages of the back office that are no list and no form of a model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.views import View

from ispplatform.core.actors import Actor
from ispplatform.core.admin.requests import actor_of
from ispplatform.core.errors import PlatformError
from ispplatform.core.slots import Slot

Text = str | Promise


class StaffPage(View):
    """A page of the back office: who may see it, what it shows, what its buttons do.

    A POST names its act in ``act`` and calls the method ``act_<name>``; what that returns is shown
    as a message, and a ``PlatformError`` is shown as one too. Then the page is shown anew.
    """

    title: ClassVar[Text] = ""
    template_name: ClassVar[str] = ""
    permission: ClassVar[str] = ""
    manage_permission: ClassVar[str] = ""

    actor: Actor

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.actor = actor_of(request)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        is_change = request.method == "POST"
        needed = (is_change and self.manage_permission) or self.permission
        if needed and not self.actor.can(needed):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def content(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the template shows."""
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.shown(request, self.content(request))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        act: Callable[[HttpRequest], str] | None = getattr(
            self, f"act_{request.POST.get('act', '')}", None
        )
        if act is None:
            raise PermissionDenied
        try:
            messages.success(request, act(request))
        except PlatformError as error:
            messages.error(request, error.message)
        return HttpResponseRedirect(request.get_full_path())

    def shown(self, request: HttpRequest, content: dict[str, Any]) -> HttpResponse:
        """Return the page in the frame of the back office."""
        frame = admin.site.each_context(request)
        may_manage = bool(self.manage_permission) and self.actor.can(self.manage_permission)
        return TemplateResponse(
            request,
            self.template_name,
            {**frame, "title": self.title, "may_manage": may_manage, **content},
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class AdminPage:
    """A page that an app adds under ``/admin/``.

    Args:
        key: its name: ``reverse("admin:<key>")``.
        path: below ``/admin/``, with a final slash.
        view: ``SomeStaffPage.as_view()``; it checks the permission.
    """

    key: str
    path: str
    view: Callable[..., Any]


ADMIN_PAGES: Slot[AdminPage] = Slot("admin.pages", key=lambda page: page.key)
