"""The shop, the cart, the checkout and the orders, as customers see them."""
