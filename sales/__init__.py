"""Carts and orders: from the shop's window to a placed, paid and accepted order."""
