"""The cart page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from catalog.choices import BillingCycle
from catalog.errors import PriceNotFound
from catalog.selectors import domain_plan_for, prices_in_force
from ispplatform.core.clock import business_today
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.refusals import tell_refusal
from sales.portal.browser import cart_of, cart_or_new, remember_cart
from sales.selectors.quotes import cart_quote
from sales.services.carts import cart_line_add, cart_line_remove, cart_set_buyer
from sales.services.names import names_require_free


@require_GET
def cart_page(request: HttpRequest) -> HttpResponse:
    """Show the cart: the price today, the price and the day of the renewal."""
    cart = cart_of(request)
    quote = None
    if cart is not None:
        try:
            quote = cart_quote(cart)
        except PriceNotFound as exc:
            tell_refusal(request, exc)
    context = {"cart": cart, "quote": quote, "cart_count": len(quote.lines) if quote else 0}
    return render(request, "sales/cart.html", context)


@require_POST
def cart_add_name(request: HttpRequest) -> HttpResponse:
    """Put a domain from the search into the cart."""
    name = request.POST.get("name", "")[:253]
    cart = cart_or_new(request)
    try:
        plan = domain_plan_for(name)
        on = business_today(request.tenant)
        prices = prices_in_force(
            on=on, customer_type=cart.customer_type, currency=cart.currency
        ).filter(plan=plan)
        cycles = set(prices.values_list("cycle", flat=True))
        cycle = next((one for one in BillingCycle.values if one in cycles), "")
        names_require_free([name])
        cart_line_add(cart=cart, plan=plan, cycle=cycle, domain_name=name)
    except PlatformError as exc:
        tell_refusal(request, exc)
    else:
        messages.success(request, _("%(name)s is in your cart.") % {"name": name})
    return remember_cart(request, redirect("sales:cart"), cart)


@require_POST
def cart_remove(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Take a line out."""
    cart = cart_of(request)
    if cart is not None:
        cart_line_remove(cart=cart, line_id=line_id)
    return redirect("sales:cart")


@require_POST
def cart_buyer(request: HttpRequest) -> HttpResponse:
    """Switch between prices with tax (consumers) and without (businesses)."""
    cart = cart_or_new(request)
    try:
        cart_set_buyer(cart=cart, customer_type=request.POST.get("customer_type", ""))
    except PlatformError as exc:
        tell_refusal(request, exc)
    here = "sales:cart" if request.POST.get("from") == "cart" else "sales:shop"
    return remember_cart(request, redirect(here), cart)
