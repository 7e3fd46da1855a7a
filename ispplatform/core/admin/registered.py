"""Registers the kernel's own tables; imported when the admin starts."""

from ispplatform.core.admin.kernel import (
    attention,
    companies,
    connections,
    lanes,
    operations,
    trail,
)

__all__ = ["attention", "companies", "connections", "lanes", "operations", "trail"]
