"""The company's settings: every choice that some app declared, on one page."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.admin.acts import blame
from ispplatform.core.admin.dressing import dressed
from ispplatform.core.admin.pages import StaffPage
from ispplatform.core.admin.requests import tenant_of
from ispplatform.core.admin.setting_areas import settings_by_area, value_words
from ispplatform.core.admin.setting_fields import field_for
from ispplatform.core.errors import PlatformError
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.tenancy.services import MANAGE, tenant_settings_change
from ispplatform.core.tenant_settings import TenantSetting, declared_settings


class SettingsForm(forms.Form):
    """A field for each declared setting that has no page of its own, named by its key."""

    says_no_optional = True  # each has a default

    def __init__(self, *args: Any, tenant: Tenant, **options: Any) -> None:
        self.tenant = tenant
        settings = [setting for setting in declared_settings() if not setting.changed_at]
        options["initial"] = {setting.key: setting.of(tenant) for setting in settings}
        super().__init__(*args, **options)
        for setting in settings:
            self.fields[setting.key] = field_for(setting)

    def groups(self) -> list[dict[str, Any]]:
        """Return the settings by what they are about, each with its default and its field."""
        return [
            {
                "name": area.title,
                "anchor": f"area-{slugify(area.key)}",
                "settings": [self._line(setting) for setting in settings],
            }
            for area, settings in settings_by_area(declared_settings())
        ]

    def _line(self, setting: TenantSetting[Any]) -> dict[str, Any]:
        is_here = setting.key in self.fields
        value = setting.of(self.tenant)
        return {
            "setting": setting,
            "field": self[setting.key] if is_here else None,
            "url": "" if is_here else reverse(setting.changed_at),
            "value": value_words(value),
            "default": value_words(setting.default),
            "is_changed": value != setting.default,
        }


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
