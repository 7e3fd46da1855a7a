"""The page on which staff place an order for a customer: wishes, a look at the sum, the order."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import PortalAccount
from billing.admin.forms import CustomerNumberField
from catalog.choices import DomainOffer
from catalog.selectors import plans_for_sale
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import blame
from ispplatform.core.admin.dressing import dressed
from ispplatform.core.admin.once import FormSentBefore, once
from ispplatform.core.admin.pages import StaffPage
from ispplatform.core.clock import business_today
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.formats import format_locale, money_text
from ispplatform.core.tenancy.lookup import tenant_by_id
from sales.choices import StaffPayment
from sales.services.names import names_require_free
from sales.services.staff_orders import OrderPreview, order_place_for, order_preview
from sales.services.wishes import wished_names

LINES = 4
OVERRIDE = "orders:override_price"
UNPAID = "orders:provision_unpaid"
Wish = dict[str, Any]
Choices = list[tuple[str, Any]]


class WhoForm(forms.Form):
    """Asks for whom."""

    customer_number = CustomerNumberField()


class WishForm(forms.Form):
    """One line of an order; without an offer it is left out."""

    says_no_optional = True  # which fields are needed hangs on the product
    offer = forms.ChoiceField(label=_("Product"), required=False)
    domain_mode = forms.ChoiceField(
        label=_("Domain of a hosting"),
        choices=[("", "–"), *DomainOffer.choices],
        required=False,
    )
    domain_name = forms.CharField(label=_("Domain name"), max_length=253, required=False)
    mailbox = forms.CharField(
        label=_("Mailbox"),
        max_length=64,
        required=False,
        help_text=_("The part before the @ sign."),
    )
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=1000, initial=1)
    unit_price = forms.DecimalField(
        label=_("Another price"),
        required=False,
        min_value=0,
        max_digits=15,
        decimal_places=4,
        help_text=_("For one period, with tax where the product's price is. Empty: the catalogue."),
    )
    price_reason = forms.CharField(
        label=_("Why another price"),
        max_length=200,
        required=False,
        help_text=_("Stands on the order and in the audit trail."),
    )

    def __init__(self, *args: Any, offers: Choices, may_override: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offer"].choices = [("", "–"), *offers]
        self.fields["quantity"].required = False
        if not may_override:
            del self.fields["unit_price"], self.fields["price_reason"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("unit_price") is not None and not values.get("price_reason"):
            self.add_error("price_reason", _("Say why the price differs from the catalogue."))
        return values

    def wish(self) -> Wish | None:
        """Return the line as the services take it; None where nothing was chosen."""
        values = self.cleaned_data
        plan_id, _slash, cycle = values["offer"].partition("/")
        if not plan_id:
            return None
        wish: Wish = {
            "plan_id": plan_id,
            "cycle": cycle,
            "quantity": values.get("quantity") or 1,
            "domain_mode": values["domain_mode"],
            "domain_name": values["domain_name"],
            "configuration": {"mailbox": values["mailbox"]} if values["mailbox"] else {},
        }
        if values.get("unit_price") is not None:
            wish |= {"unit_price": values["unit_price"], "price_reason": values["price_reason"]}
        return wish


class HowForm(forms.Form):
    """How the order is paid, and what colleagues should know."""

    payment = forms.ChoiceField(label=_("How it is paid"), widget=forms.RadioSelect)
    provision_reason = forms.CharField(
        label=_("Why it is set up before it is paid"),
        max_length=500,
        required=False,
        help_text=_("Stands on the order and in the audit trail."),
    )
    note = forms.CharField(
        label=_("Note for colleagues"),
        max_length=500,
        required=False,
        widget=forms.Textarea,
    )

    def __init__(self, *args: Any, customer: Customer, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._customer = customer
        may_wait = actor.can(UNPAID)
        self.fields["payment"].choices = [
            choice for choice in StaffPayment.choices if may_wait or choice[0] != StaffPayment.LATER
        ]
        self.fields["payment"].initial = StaffPayment.TRANSFER
        if not may_wait:
            del self.fields["provision_reason"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        payment = values.get("payment")
        if payment == StaffPayment.LATER and not values.get("provision_reason"):
            self.add_error("provision_reason", _("Say why it is set up before it is paid."))
        if payment == StaffPayment.LINK and not _has_log_in(self._customer):
            self.add_error(
                "payment",
                _("The customer has no log-in to pay with. Make one first, or choose another way."),
            )
        return values


def _has_log_in(customer: Customer) -> bool:
    return PortalAccount.objects.filter(customer_id=customer.pk).exists()


class NewOrderPage(StaffPage):
    """Asks for whom, what and how; shows the sum; places the order."""

    title = _("New order")
    template_name = "sales/admin/new_order.html"
    permission = "orders:create"
    manage_permission = "orders:create"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "customer_number" not in request.GET:
            return self.shown(request, {"who": dressed(WhoForm())})
        who = dressed(WhoForm(request.GET))
        if not who.is_valid():
            return self.shown(request, {"who": who})
        customer = who.cleaned_data["customer_number"]
        return self.shown(request, self._asked(customer, self._forms(customer, None)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        who = WhoForm(request.GET)
        if not who.is_valid():
            return HttpResponseRedirect(request.path)
        customer = who.cleaned_data["customer_number"]
        wishes, how = filled = self._forms(customer, request.POST)
        preview = None
        if all([*(one.is_valid() for one in wishes), how.is_valid()]):
            preview = self._preview(customer, wishes)
        if preview is None or request.POST.get("act") != "place":
            return self.shown(request, self._asked(customer, filled, preview))
        try:
            place = partial(
                order_place_for,
                actor=self.actor,
                customer=customer,
                wishes=_wishes(wishes),
                expected_total=_total_seen(request.POST.get("total", "")),
                **how.cleaned_data,
            )
            order = once(request, actor=self.actor, act=place)
        except FormSentBefore as error:
            messages.warning(request, str(error))
            return HttpResponseRedirect(
                reverse("admin:customers_customer_change", args=[customer.pk])
            )
        except PlatformError as error:
            blame(how, error)
            return self.shown(request, self._asked(customer, filled, preview))
        return HttpResponseRedirect(reverse("admin:sales_order_change", args=[order.pk]))

    def _forms(self, customer: Customer, sent: Any) -> tuple[list[WishForm], HowForm]:
        offers = _offers(customer)
        may_override = self.actor.can(OVERRIDE)
        wishes = [
            WishForm(sent, prefix=f"line{place}", offers=offers, may_override=may_override)
            for place in range(1, LINES + 1)
        ]
        how = HowForm(sent, customer=customer, actor=self.actor)
        return [dressed(one) for one in wishes], dressed(how)

    def _asked(
        self,
        customer: Customer,
        filled: tuple[list[WishForm], HowForm],
        preview: OrderPreview | None = None,
    ) -> dict[str, Any]:
        wishes, how = filled
        return {"customer": customer, "wishes": wishes, "how": how, "preview": preview}

    def _preview(self, customer: Customer, forms_: Sequence[WishForm]) -> OrderPreview | None:
        """Return what the wishes come to; None where one is refused, which its form then says."""
        preview = None
        taken: list[Wish] = []
        for form in forms_:
            wish = form.wish()
            if wish is None:
                continue
            taken.append(wish)
            try:
                names_require_free(wished_names([wish], actor=self.actor))
                preview = order_preview(actor=self.actor, customer=customer, wishes=taken)
            except PlatformError as error:
                blame(form, error)
                return None
        if preview is None:
            forms_[0].add_error("offer", gettext("Choose a product."))
        return preview


def _wishes(forms_: Sequence[WishForm]) -> list[Mapping[str, Any]]:
    return [wish for form in forms_ if (wish := form.wish()) is not None]


def _total_seen(text: str) -> Decimal | None:
    return Decimal(text) if text.replace(".", "", 1).isdecimal() else None


def _offers(customer: Customer) -> Choices:
    """Return what the customer can buy, by kind: one choice for each cycle of each plan."""
    tenant = tenant_by_id(customer.tenant_id)
    locale = format_locale(get_language() or "en", tenant.country)
    plans = plans_for_sale(
        tenant,
        customer_type=customer.customer_type,
        currency=customer.currency or tenant.currency,
        on=business_today(tenant),
    )
    groups: dict[str, list[tuple[str, str]]] = {}
    for plan in plans:
        for price in plan.current_prices:
            words = money_text(price.amount, price.currency, locale)
            groups.setdefault(str(plan.get_type_display()), []).append(
                (f"{plan.pk}/{price.cycle}", f"{plan.name}, {price.get_cycle_display()}, {words}")
            )
    return list(groups.items())
