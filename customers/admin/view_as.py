"""The page on which staff begin to see the portal as a customer sees it."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import PortalAccountStatus, SessionKind
from accounts.models import PortalAccount
from accounts.pages import browser_device
from accounts.principals import cookie_remember
from accounts.selectors.principals import VIEW_AS
from accounts.services.portal_views import portal_view_begin
from customers.models import Customer
from customers.slots import CustomerAct, customer_acts
from ispplatform.core.admin.acts import blame
from ispplatform.core.admin.dressing import dressed
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage, StaffPage
from ispplatform.core.errors import NotFound, PlatformError, RuleViolation
from ispplatform.core.tenancy.lookup import tenant_for_host


class ViewForm(forms.Form):
    """As whom, and why."""

    account = forms.ChoiceField(label=_("Log-in"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"), max_length=500, help_text=_("Kept in the audit trail.")
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = PortalAccount.objects.filter(
            customer_id=customer.pk, status=PortalAccountStatus.ACTIVE
        ).select_related("user")
        choices = [
            (str(row.pk), f"{row.portal_id}, {row.user.get_full_name() or row.user.email}")
            for row in rows.order_by("created_at")
        ]
        self.fields["account"].choices = choices
        self.fields["account"].initial = choices[0][0] if choices else None


class ViewAsPage(StaffPage):
    """Asks as which log-in and why, and goes to the portal."""

    title = _("View as customer")
    template_name = "customers/admin/view_as.html"
    permission = VIEW_AS
    manage_permission = VIEW_AS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        customer = _customer(kwargs["customer_id"])
        return self.shown(request, {"customer": customer, "form": _form(customer, None)})

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        customer = _customer(kwargs["customer_id"])
        form = _form(customer, request.POST)
        if form.is_valid():
            try:
                _require_portal_here(request, customer)
                session = portal_view_begin(
                    actor=self.actor,
                    membership_id=request.session_entry.account_id,
                    portal_account_id=form.cleaned_data["account"],
                    customer_id=customer.pk,
                    reason=form.cleaned_data["reason"],
                    device=browser_device(request),
                )
            except PlatformError as error:
                blame(form, error)
            else:
                cookie_remember(
                    request,
                    kind=SessionKind.PORTAL,
                    tenant_id=session.tenant_id,
                    session_id=session.pk,
                )
                return HttpResponseRedirect(reverse("pages:home"))
        return self.shown(request, {"customer": customer, "form": form})


def _customer(customer_id: UUID) -> Customer:
    found: Customer | None = Customer.objects.not_deleted().filter(pk=customer_id).first()
    if found is None:
        raise Http404
    return found


def _form(customer: Customer, sent: Any) -> ViewForm:
    return dressed(ViewForm(sent, customer=customer))


def _require_portal_here(request: HttpRequest, customer: Customer) -> None:
    """Refuse when this address shows another company's portal: the cookie would not count there.

    Raises:
        RuleViolation: as said.
    """
    host = request.get_host().partition(":")[0]
    try:
        here = tenant_for_host(host)
    except NotFound:
        here = None
    if here is None or here.pk != customer.tenant_id:
        raise RuleViolation("Open the back office at the address of this company's portal first.")


def _url(customer: Customer) -> str:
    if customer.deleted_at is not None:
        return ""
    return reverse("admin:customer_view_as", args=[customer.pk])


ADMIN_PAGES.fill(
    AdminPage(
        key="customer_view_as",
        path="view-as/<uuid:customer_id>/",
        view=ViewAsPage.as_view(),
    )
)
customer_acts.fill(
    CustomerAct(key="view-as", label=_("View as customer"), permission=VIEW_AS, url=_url), order=90
)
