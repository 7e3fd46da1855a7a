"""Deciding and writing identity and access."""
