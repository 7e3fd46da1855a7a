"""Registrars."""
