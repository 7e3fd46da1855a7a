"""Carts and orders over both REST interfaces."""
