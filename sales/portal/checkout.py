"""The checkout: details, code, review."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.services.email_codes import email_code_resend
from billing.selectors.methods import payable_by
from customers.selectors import customer_address
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.refusals import refuse_form, tell_refusal
from sales.models import Cart
from sales.portal.browser import cart_of, customer_of, forget_cart, remember_cart
from sales.portal.entering import enter_and_go_on
from sales.portal.forms import CodeForm, DetailsForm, NewcomerForm, ReviewForm
from sales.selectors.quotes import cart_quote
from sales.services.checkout import (
    ADDRESS_PARTS,
    CUSTOMER_PARTS,
    checkout_begin,
    checkout_confirm,
    details_save,
)
from sales.services.names import cart_names_require_free
from sales.services.orders import order_place
from sales.settings import ORDER_BUTTON

CODE_KEY = "checkout_code"


def steps() -> list[str]:
    """Return the names of the checkout's steps."""
    return [_("Cart"), _("Details"), _("Review"), _("Payment")]


@require_http_methods(["GET", "POST"])
def checkout_details(request: Any) -> HttpResponse:
    """Ask who orders: a newcomer makes an account on the way, a customer checks the address."""
    cart = cart_of(request)
    if cart is None or not cart.lines.exists():
        return redirect("sales:cart")
    customer = customer_of(request)
    form_class = DetailsForm if customer else NewcomerForm
    form = form_class(request.POST or None, initial=_known_details(cart, customer))
    if request.method == "POST" and form.is_valid():
        try:
            return _details_given(request, cart, customer, form.cleaned_data)
        except PlatformError as exc:
            refuse_form(form, exc)
    context = {"form": form, "quote": cart_quote(cart), "steps": steps(), "customer": customer}
    return render(request, "sales/checkout_details.html", context)


def _known_details(cart: Cart, customer: Any) -> dict[str, Any]:
    if customer is None:
        return {
            "customer_type": cart.customer_type,
            "country": cart.country,
            "email": cart.email,
            **cart.details,
        }
    address = customer_address(customer)
    known = {part: getattr(customer, part) for part in CUSTOMER_PARTS}
    if address is not None:
        known |= {part: getattr(address, part) for part in ADDRESS_PARTS}
    return {"country": cart.country, **known}


def _details_given(request: Any, cart: Cart, customer: Any, values: dict[str, Any]) -> HttpResponse:
    if customer is not None:
        details_save(customer=customer, details=values)
        return redirect("sales:checkout_review")
    code_id = checkout_begin(
        tenant=request.tenant,
        cart=cart,
        details=values,
        email=values["email"],
        password=values["password"],
        language=get_language() or "en",
    )
    request.session[CODE_KEY] = str(code_id)
    return remember_cart(request, redirect("sales:checkout_confirm"), cart)


@require_http_methods(["GET", "POST"])
def checkout_code(request: Any) -> HttpResponse:
    """Take the six digits from the mail; the cart stays as it is."""
    cart, code_id = cart_of(request), request.session.get(CODE_KEY)
    if cart is None or code_id is None:
        return redirect("sales:checkout")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and "again" in request.POST:
        form = CodeForm()
        _send_again(request, UUID(code_id))
    elif request.method == "POST" and form.is_valid():
        try:
            proved = checkout_confirm(
                tenant=request.tenant,
                cart=cart,
                email_code_id=UUID(code_id),
                code=form.cleaned_data["code"],
            )
        except PlatformError as exc:
            refuse_form(form, exc)
        else:
            del request.session[CODE_KEY]
            return enter_and_go_on(request, proved, reverse("sales:checkout_review"))
    context = {"form": form, "email": cart.email, "steps": steps()}
    return render(request, "sales/checkout_code.html", context)


def _send_again(request: Any, code_id: UUID) -> None:
    try:
        email_code_resend(tenant=request.tenant, email_code_id=code_id)
    except PlatformError as exc:
        tell_refusal(request, exc)
    else:
        messages.success(request, _("The mail is on its way again."))


@require_http_methods(["GET", "POST"])
def checkout_review(request: Any) -> HttpResponse:
    """Show everything once more and take the binding click."""
    cart, customer = cart_of(request), customer_of(request)
    if cart is None or not cart.lines.exists():
        return redirect("sales:cart")
    if customer is None:
        return redirect("sales:checkout")
    quote = cart_quote(cart)
    methods = payable_by(request.tenant)
    form = ReviewForm(request.POST or None, tenant=request.tenant, methods=methods)
    if request.method == "POST" and form.is_valid():
        try:
            return _placed(request, cart, customer, form)
        except PlatformError as exc:
            refuse_form(form, exc)
            quote = cart_quote(cart)
    context = {
        "form": form,
        "quote": quote,
        "total_seen": str(quote.totals.gross),
        "customer": customer,
        "address": customer_address(customer),
        "button": ORDER_BUTTON.of(request.tenant) or _("Order and pay"),
        "steps": steps(),
    }
    return render(request, "sales/checkout_review.html", context)


def _placed(request: Any, cart: Cart, customer: Any, form: ReviewForm) -> HttpResponse:
    cart_names_require_free(cart)
    order = order_place(
        actor=request.actor,
        cart=cart,
        customer=customer,
        payment_method=form.cleaned_data["payment_method"],
        accepted=form.accepted,
        expected_total=form.cleaned_data["total_seen"],
    )
    pay = reverse("billing:pay", args=[order.proforma_id])
    return forget_cart(redirect(f"{pay}?method={order.payment_method}"))
