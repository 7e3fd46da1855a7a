"""Services in the back office."""

from provisioning.admin.schedules import ServiceScheduleAdmin
from provisioning.admin.service_pages import ServiceAdmin

__all__ = ["ServiceAdmin", "ServiceScheduleAdmin"]
