"""Setting a connection up: first the back end, then what it asks for."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ispplatform.core.admin.acts import blame
from ispplatform.core.admin.dressing import dressed
from ispplatform.core.admin.kernel.connection_forms import connection_form, sorted_values
from ispplatform.core.admin.pages import StaffPage
from ispplatform.core.errors import InvalidInput, PlatformError
from ispplatform.core.providers.registry import Backend, backends
from ispplatform.core.providers.services import MANAGE, connection_create


class ConnectionAddPage(StaffPage):
    """Sets up a connection: first the back end, then what it asks for."""

    title = _("New connection")
    template_name = "admin/house/connection_add.html"
    permission = MANAGE
    manage_permission = MANAGE

    def content(self, request: HttpRequest) -> dict[str, Any]:
        backend = self._chosen(request)
        if backend is None:
            return {
                "groups": [
                    {"kind": kind, "backends": backends.of_kind(kind.code)}
                    for kind in backends.kinds()
                ]
            }
        return {
            "backend": backend,
            "form": dressed(connection_form(backend, is_kept=False)(auto_id="id_%s")),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        backend = self._chosen(request)
        if backend is None:
            return HttpResponseRedirect(request.path)
        form = dressed(connection_form(backend, is_kept=False)(request.POST))
        if form.is_valid():
            try:
                row = connection_create(
                    actor=self.actor,
                    kind=backend.kind,
                    backend=backend.name,
                    **sorted_values(form.cleaned_data),
                )
            except PlatformError as error:
                blame(form, error)
            else:
                return HttpResponseRedirect(
                    reverse("admin:core_providerconnection_change", args=[row.pk])
                )
        return self.shown(request, {"backend": backend, "form": form})

    @staticmethod
    def _chosen(request: HttpRequest) -> Backend | None:
        kind, _slash, name = request.GET.get("backend", "").partition("/")
        try:
            return backends.get(kind, name)
        except InvalidInput:
            return None
