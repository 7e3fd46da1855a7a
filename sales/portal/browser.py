"""The cart that a browser carries, and the customer who looks."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from customers.models import Customer
from sales.models import Cart
from sales.services.carts import cart_find, cart_open

COOKIE = "cart"
COOKIE_SECONDS = 30 * 86_400
SALT = "sales.cart"


def customer_of(request: Any) -> Customer | None:
    """Return the customer who is logged in, or None."""
    if request.customer_id is None:
        return None
    return Customer.objects.filter(pk=request.customer_id).first()


def cart_of(request: HttpRequest) -> Cart | None:
    """Return the browser's open cart, or the customer's, or None.

    A colleague who sees the portal as a customer brings no cart along: it would become theirs.
    """
    if request.actor.on_behalf_of:
        return cart_find(cart_id=None, customer=customer_of(request))
    cart_id = request.get_signed_cookie(COOKIE, default=None, salt=SALT)
    return cart_find(cart_id=cart_id, customer=customer_of(request))


def cart_or_new(request: HttpRequest) -> Cart:
    """Return the browser's open cart; a new one where there is none yet."""
    return cart_of(request) or cart_open(customer=customer_of(request))


def remember_cart(request: HttpRequest, response: HttpResponse, cart: Cart) -> HttpResponse:
    """Have the browser bring this cart along."""
    response.set_signed_cookie(
        COOKIE,
        str(cart.pk),
        salt=SALT,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


def forget_cart(response: HttpResponse) -> HttpResponse:
    """Have the browser forget its cart: it has become an order."""
    response.delete_cookie(COOKIE, samesite="Lax")
    return response
