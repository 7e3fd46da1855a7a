"""The page on which staff take over a name or an account that exists at a provider."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.admin.forms import CustomerNumberField
from catalog.models import Plan
from catalog.selectors import plans_for_sale
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import blame
from ispplatform.core.admin.dressing import dressed
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage, StaffPage
from ispplatform.core.clock import business_today
from ispplatform.core.errors import PlatformError
from ispplatform.core.tenancy.lookup import tenant_by_id
from provisioning.adopters import Found, adopters
from provisioning.services.adoption import ADOPT
from provisioning.workflows.adoption import service_look, service_take_over


def adoptable_plans(customer: Customer) -> list[Plan]:
    """Return the plans of the shop whose services can be taken over, with their prices."""
    tenant = tenant_by_id(customer.tenant_id)
    plans = plans_for_sale(
        tenant,
        customer_type=customer.customer_type,
        currency=customer.currency or tenant.currency,
        on=business_today(tenant),
    )
    return [plan for plan in plans if adopters.get(plan.type) is not None]


class AdoptForm(forms.Form):
    """What is taken over, where it is, and from when it is billed."""

    offer = forms.ChoiceField(label=_("Billed as"))
    place = forms.ChoiceField(label=_("Where it is"))
    name = forms.CharField(
        label=_("Name"),
        max_length=253,
        help_text=_("The domain name, or the account's user name at the server."),
    )
    billed_from = forms.DateField(
        label=_("Billed from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("A domain is billed from its expiry, as its registrar says."),
    )
    reason = forms.CharField(
        label=_("Where it comes from"),
        max_length=500,
        help_text=_("Kept in the audit trail."),
    )

    def __init__(self, *args: Any, plans: list[Plan], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plans = {plan.pk: plan for plan in plans}
        self.fields["offer"].choices = [
            (f"{plan.pk}/{price.cycle}", f"{plan.name}, {price.get_cycle_display()}")
            for plan in plans
            for price in plan.current_prices
        ]
        places: dict[str, str] = {}
        for plan in plans:
            adopter = adopters.get(plan.type)
            places |= dict(adopter.places(plan)) if adopter is not None else {}
        self.fields["place"].choices = list(places.items())

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        plan_id, _slash, cycle = str(values.pop("offer", "")).partition("/")
        if plan_id:
            plan = self._plans[UUID(plan_id)]
            adopter = adopters.get(plan.type)
            if adopter is not None and values.get("place") not in dict(adopter.places(plan)):
                self.add_error("place", _("What is billed like this is not there."))
            values |= {"plan": plan, "cycle": cycle}
        return values


class WhoForm(forms.Form):
    """Asks for whom."""

    customer_number = CustomerNumberField()


class AdoptPage(StaffPage):
    """Asks what to take over, shows what the provider says, and takes it over."""

    title = _("Adopt")
    template_name = "provisioning/admin/adopt.html"
    permission = ADOPT
    manage_permission = ADOPT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "customer_number" not in request.GET:
            return self.shown(request, {"who": dressed(WhoForm())})
        who = dressed(WhoForm(request.GET))
        if not who.is_valid():
            return self.shown(request, {"who": who})
        customer = who.cleaned_data["customer_number"]
        return self.shown(request, {"customer": customer, "form": _form(customer, None)})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        who = WhoForm(request.GET)
        if not who.is_valid():
            return HttpResponseRedirect(request.path)
        customer = who.cleaned_data["customer_number"]
        form = _form(customer, request.POST)
        found = None
        if form.is_valid():
            values = form.cleaned_data
            try:
                if request.POST.get("act") == "adopt":
                    service = service_take_over(actor=self.actor, customer=customer, **values)
                    return HttpResponseRedirect(
                        reverse("admin:provisioning_service_change", args=[service.pk])
                    )
                found = _looked(self.actor, customer, values)
            except PlatformError as error:
                blame(form, error)
        return self.shown(request, {"customer": customer, "form": form, "found": found})


def _form(customer: Customer, sent: Any) -> AdoptForm:
    return dressed(AdoptForm(sent, plans=adoptable_plans(customer)))


def _looked(actor: Actor, customer: Customer, values: dict[str, Any]) -> Found:
    asked = {name: values[name] for name in ("plan", "name", "place")}
    return service_look(actor=actor, customer=customer, **asked)


ADMIN_PAGES.fill(AdminPage(key="service_adopt", path="services/adopt/", view=AdoptPage.as_view()))
