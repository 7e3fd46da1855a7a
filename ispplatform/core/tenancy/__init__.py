"""Tenants: several companies in one installation, with a wall between them.

See ``docs/mechanisms/tenancy.md``.
"""
