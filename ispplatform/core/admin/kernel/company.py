"""The company's own page: what its documents and mails say of it."""

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
from ispplatform.core.errors import PlatformError
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.tenancy.profiles import ADDRESS_PARTS, tenant_profile_change
from ispplatform.core.tenancy.services import MANAGE

GROUPS = (
    (_("Who"), ("legal_name", "contact_email")),
    (_("Address"), ADDRESS_PARTS),
    (_("Tax"), ("vat", "tax")),
)


class CompanyForm(forms.Form):
    """What documents say of the company."""

    legal_name = forms.CharField(
        label=_("Legal name"), max_length=200, help_text=_("As the register writes it.")
    )
    contact_email = forms.EmailField(label=_("E-mail for customers"), max_length=254)
    street = forms.CharField(label=_("Street and number"), max_length=200)
    postal_code = forms.CharField(label=_("Postal code"), max_length=20)
    city = forms.CharField(label=_("City"), max_length=100)
    vat = forms.CharField(
        label=_("VAT number"), max_length=40, required=False, help_text=_("With its country code.")
    )
    tax = forms.CharField(label=_("Tax number"), max_length=40, required=False)

    def groups(self) -> list[dict[str, Any]]:
        """Return the fields by what they are about."""
        return [{"name": name, "fields": [self[one] for one in fields]} for name, fields in GROUPS]


class CompanyPage(StaffPage):
    """Shows and keeps what is said of the company."""

    title = _("Company")
    template_name = "admin/house/company.html"
    permission = "company:read"
    manage_permission = MANAGE

    def content(self, request: HttpRequest) -> dict[str, Any]:
        tenant = _tenant(request)
        initial = {
            "legal_name": tenant.legal_name,
            "contact_email": tenant.contact_email,
            **tenant.address,
            **tenant.tax_ids,
        }
        return {"form": dressed(CompanyForm(initial=initial))}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = dressed(CompanyForm(request.POST))
        if form.is_valid():
            values = form.cleaned_data
            try:
                tenant_profile_change(
                    actor=self.actor,
                    tenant_id=_tenant(request).pk,
                    legal_name=values["legal_name"],
                    contact_email=values["contact_email"],
                    address={part: values[part] for part in ADDRESS_PARTS},
                    tax_ids={name: values[name] for name in ("vat", "tax")},
                )
            except PlatformError as error:
                blame(form, error)
            else:
                messages.success(request, gettext("Saved."))
                return HttpResponseRedirect(request.path)
        return self.shown(request, {"form": form})


def _tenant(request: HttpRequest) -> Tenant:
    tenant = tenant_of(request)
    if tenant is None:
        raise PermissionDenied
    return tenant
