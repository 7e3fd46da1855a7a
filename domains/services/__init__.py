"""Decisions about names and zones."""
