"""The shop: what is for sale, names that are free, and plans to choose."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from billing.rules.tax import TaxDecision
from billing.selectors.parties import tax_of_customer, tax_of_visitor
from catalog.choices import PlanType
from catalog.models import Plan
from catalog.selectors import plans_for_sale
from domains.errors import InvalidDomainName
from domains.providers.registrars.base import Availability, AvailabilityStatus
from domains.selectors.availability import names_availability
from ispplatform.core.clock import business_today
from ispplatform.core.errors import PlatformError, ProviderError, RuleViolation
from ispplatform.core.pages.formats import format_locale, money_text
from ispplatform.core.pages.refusals import refusal_of, refuse_form
from sales.models import Cart
from sales.portal.browser import cart_of, cart_or_new, customer_of, remember_cart
from sales.portal.forms import PlanForm
from sales.selectors.names import NameOffer, ShownPrice, shown_price, wanted_names
from sales.services.carts import cart_line_add
from sales.services.names import names_require_free
from sales.services.wishes import registered_name
from sales.settings import ACCEPTED_DOCUMENTS


class Window:
    """What one visitor sees in the shop: currency, customer type, tax."""

    def __init__(self, request: Any) -> None:
        self.tenant = request.tenant
        self.on = business_today(self.tenant)
        self.cart: Cart | None = cart_of(request)
        customer = customer_of(request)
        self.customer_type = customer.customer_type if customer else self._type_of_cart()
        self.currency = self.cart.currency if self.cart else self.tenant.currency
        if customer is not None and customer.currency:
            self.currency = customer.currency
        self.shows_gross = self.customer_type == "person"
        self.decision: TaxDecision = (
            tax_of_customer(customer, on=self.on)
            if customer
            else tax_of_visitor(
                country=self.cart.country if self.cart else "",
                is_business=not self.shows_gross,
                on=self.on,
            )
        )

    def _type_of_cart(self) -> str:
        return self.cart.customer_type if self.cart else "person"

    def plans(self) -> list[Plan]:
        """Return what this visitor may buy."""
        return plans_for_sale(
            self.tenant, customer_type=self.customer_type, currency=self.currency, on=self.on
        )

    def priced(self, plan: Plan) -> list[ShownPrice]:
        """Return the plan's prices as this visitor sees them."""
        return [
            shown_price(price, decision=self.decision, shows_gross=self.shows_gross, on=self.on)
            for price in plan.current_prices
        ]

    def price_words(self, prices: list[ShownPrice]) -> dict[str, str]:
        """Return "monthly, 4.90 €" by cycle."""
        locale = format_locale(get_language() or "en", self.tenant.country)
        return {
            price.cycle: f"{price.cycle_label}, {money_text(price.amount, price.currency, locale)}"
            for price in prices
        }

    def context(self) -> dict[str, Any]:
        """Return what every page of the shop shows."""
        count = self.cart.lines.count() if self.cart else 0
        return {"cart_count": count, "shows_gross": self.shows_gross}


@require_GET
def shop_home(request: HttpRequest) -> HttpResponse:
    """Show everything that is for sale, by kind."""
    window = Window(request)
    groups: dict[str, list[dict[str, Any]]] = {}
    for plan in window.plans():
        if plan.type == PlanType.DOMAIN:
            continue
        groups.setdefault(plan.get_type_display(), []).append(
            {"plan": plan, "prices": window.priced(plan)}
        )
    context = {**window.context(), "groups": groups}
    return render(request, "sales/shop.html", context)


@require_GET
def shop_names(request: HttpRequest) -> HttpResponse:
    """Show which names are free, and what they cost today and at renewal."""
    window = Window(request)
    text = request.GET.get("name", "")[:253]
    context: dict[str, Any] = {**window.context(), "name": text, "results": []}
    if text.strip():
        try:
            offers = wanted_names(text, window.plans())
            answers = _asked(offers)
            context["results"] = [_result(offer, answers, window) for offer in offers]
        except InvalidDomainName as exc:
            context["refusal"] = refusal_of(exc)
    return render(request, "sales/names.html", context)


def _asked(offers: list[NameOffer]) -> dict[str, Availability]:
    """Return the registrar's answers; none at all when it cannot be asked."""
    try:
        return names_availability(offer.name.ascii for offer in offers)
    except (ProviderError, RuleViolation):
        return {}


def _result(offer: NameOffer, answers: dict[str, Availability], window: Window) -> dict[str, Any]:
    answer = answers.get(offer.name.ascii)
    known = answer is not None and answer.status is not AvailabilityStatus.UNKNOWN
    price = shown_price(
        offer.price, decision=window.decision, shows_gross=window.shows_gross, on=window.on
    )
    is_free = answer is not None and answer.status is AvailabilityStatus.AVAILABLE
    return {
        "name": offer.name,
        "plan": offer.plan,
        "price": price,
        "is_free": is_free if known else None,
    }


@require_http_methods(["GET", "POST"])
def shop_plan(request: HttpRequest, code: str) -> HttpResponse:
    """Let the visitor choose how to have a plan, and put it into the cart."""
    window = Window(request)
    plan = next((one for one in window.plans() if one.code == code), None)
    if plan is None:
        raise Http404
    prices = window.priced(plan)
    words = window.price_words(prices)
    form = PlanForm(request.POST or None, plan=plan, price_words=words)
    if request.method == "POST" and form.is_valid():
        cart = cart_or_new(request)
        try:
            wish = form.wish()
            name = registered_name(plan, wish)
            if name:
                names_require_free([name])
            cart_line_add(cart=cart, plan=plan, **wish)
        except PlatformError as exc:
            refuse_form(form, exc)
        else:
            messages.success(request, _("%(what)s is in your cart.") % {"what": plan.name})
            return remember_cart(request, redirect("sales:cart"), cart)
    if request.method == "GET":
        form = PlanForm(initial=request.GET.dict() or None, plan=plan, price_words=words)
    context = {**window.context(), "plan": plan, "prices": prices, "form": form}
    return render(request, "sales/plan.html", context)


@require_GET
def shop_document(request: Any, code: str) -> HttpResponse:
    """Show the text of a document that customers accept with an order."""
    documents = ACCEPTED_DOCUMENTS.of(request.tenant)
    found = next((one for one in documents if one["code"] == code), None)
    if found is None:
        raise Http404
    if found.get("url"):
        return redirect(found["url"])
    title = found["title"]
    facts = {"document": found, "title": _(title), "company": request.tenant.name}
    return render(request, "sales/document.html", facts)
