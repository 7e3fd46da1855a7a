"""Hosting and mail in the REST interface."""
