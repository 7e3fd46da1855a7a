"""Decisions about carts and orders."""
