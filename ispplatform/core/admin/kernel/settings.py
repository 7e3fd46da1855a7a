"""The company's settings: every choice that some app declared, on one page."""

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.admin.acts import blame
from ispplatform.core.admin.dressing import dressed
from ispplatform.core.admin.pages import StaffPage
from ispplatform.core.admin.requests import tenant_of
from ispplatform.core.admin.setting_fields import field_for
from ispplatform.core.errors import PlatformError
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.tenancy.services import MANAGE, tenant_settings_change
from ispplatform.core.tenant_settings import declared_settings


class SettingsForm(forms.Form):
    """A field for each declared setting, named by its key."""

    def __init__(self, *args: Any, tenant: Tenant, **options: Any) -> None:
        settings = declared_settings()
        options["initial"] = {setting.key: setting.of(tenant) for setting in settings}
        super().__init__(*args, **options)
        for setting in settings:
            self.fields[setting.key] = field_for(setting)

    def groups(self) -> list[dict[str, Any]]:
        """Return the fields by the app that declared them."""
        by_app = groupby(self.fields, key=lambda key: key.partition(".")[0])
        return [
            {"name": app.replace("_", " ").capitalize(), "fields": [self[key] for key in keys]}
            for app, keys in by_app
        ]


class SettingsPage(StaffPage):
    """Shows and keeps the tenant's choices."""

    title = _("Settings")
    template_name = "admin/house/settings.html"
    permission = "company:read"
    manage_permission = MANAGE

    def content(self, request: HttpRequest) -> dict[str, Any]:
        return {"form": dressed(SettingsForm(tenant=self._tenant(request)))}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tenant = self._tenant(request)
        form = dressed(SettingsForm(request.POST, tenant=tenant))
        if form.is_valid():
            try:
                tenant_settings_change(
                    actor=self.actor, tenant_id=tenant.pk, values=form.cleaned_data
                )
            except PlatformError as error:
                blame(form, error)
            else:
                messages.success(request, gettext("Saved."))
                return HttpResponseRedirect(request.path)
        return self.shown(request, {"form": form})

    @staticmethod
    def _tenant(request: HttpRequest) -> Tenant:
        tenant = tenant_of(request)
        if tenant is None:
            raise PermissionDenied
        return tenant
