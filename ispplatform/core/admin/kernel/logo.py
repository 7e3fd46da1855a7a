"""The page where staff choose the company's logo."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.admin.acts import blame
from ispplatform.core.admin.dressing import dressed
from ispplatform.core.admin.pages import StaffPage
from ispplatform.core.admin.requests import tenant_of
from ispplatform.core.errors import PlatformError
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.pages.brand import logo_digest
from ispplatform.core.pages.logos import logo
from ispplatform.core.pages.pictures import FILE_BYTES
from ispplatform.core.tenancy.logos import tenant_logo_change, tenant_logo_remove
from ispplatform.core.tenancy.services import MANAGE


class LogoForm(forms.Form):
    """A picture."""

    picture = forms.FileField(
        label=_("Picture"),
        help_text=_("PNG or JPEG, up to 1 MB and 4 million pixels. PNG may be transparent."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )


class LogoPage(StaffPage):
    """Shows the logo, takes another one, and takes it away."""

    title = _("Logo")
    template_name = "admin/house/logo.html"
    permission = "company:read"
    manage_permission = MANAGE

    def content(self, request: HttpRequest) -> dict[str, Any]:
        digest = logo_digest(_tenant(request))
        return {
            "form": dressed(LogoForm()),
            "picture": reverse("admin:logo_picture", args=[digest]) if digest else "",
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("act") != "change":
            return super().post(request, *args, **kwargs)
        form = dressed(LogoForm(request.POST, request.FILES))
        if form.is_valid():
            # One byte more than is allowed, so that the rule sees that it is too much.
            content = form.cleaned_data["picture"].read(FILE_BYTES + 1)
            try:
                tenant_logo_change(actor=self.actor, tenant_id=_tenant(request).pk, content=content)
            except PlatformError as error:
                blame(form, error)
            else:
                messages.success(request, gettext("Saved."))
                return HttpResponseRedirect(request.path)
        return self.shown(request, {**self.content(request), "form": form})

    def act_remove(self, request: HttpRequest) -> str:
        """Take the logo away."""
        tenant_logo_remove(actor=self.actor, tenant_id=_tenant(request).pk)
        return gettext("The name stands in place of the logo.")


class LogoPicture(StaffPage):
    """The logo itself, of the company at whose desk the colleague sits."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return logo(request, kwargs["digest"])


def _tenant(request: HttpRequest) -> Tenant:
    tenant = tenant_of(request)
    if tenant is None:
        raise PermissionDenied
    return tenant
