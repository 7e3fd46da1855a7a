"""Registers the kernel's own tables; imported when the admin starts."""

from ispplatform.core.admin.kernel import (
    attention,
    bulk,
    companies,
    connections,
    lanes,
    operations,
    trail,
)

__all__ = ["attention", "bulk", "companies", "connections", "lanes", "operations", "trail"]
