"""Addresses of the shop, the checkout and the orders."""

from django.urls import path

from sales.portal import carts, checkout, orders, shop

app_name = "sales"
urlpatterns = [
    path("", shop.shop_home, name="shop"),
    path("shop/names", shop.shop_names, name="names"),
    path("shop/plans/<slug:code>", shop.shop_plan, name="plan"),
    path("documents/<slug:code>", shop.shop_document, name="document"),
    path("cart", carts.cart_page, name="cart"),
    path("cart/names", carts.cart_add_name, name="cart_add_name"),
    path("cart/buyer", carts.cart_buyer, name="cart_buyer"),
    path("cart/lines/<uuid:line_id>/remove", carts.cart_remove, name="cart_remove"),
    path("checkout", checkout.checkout_details, name="checkout"),
    path("checkout/code", checkout.checkout_code, name="checkout_confirm"),
    path("checkout/review", checkout.checkout_review, name="checkout_review"),
    path("portal/orders", orders.order_list, name="orders"),
    path("portal/orders/<uuid:order_id>", orders.order_page, name="order"),
    path("portal/orders/<uuid:order_id>/progress", orders.order_progress, name="order_progress"),
    path("portal/orders/<uuid:order_id>/withdraw", orders.order_withdraw, name="order_withdraw"),
]
