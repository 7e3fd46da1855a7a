"""The back office: the admin site, its navigation, dashboard and search, and base classes.

An app's admin classes extend ``base.TenantAdmin``; the kernel's own pages are registered by
``registered.py``. See ``docs/mechanisms/admin.md``.
"""
