"""Services in the back office."""

from provisioning.admin import standing
from provisioning.admin.adopt import AdoptPage
from provisioning.admin.schedules import ServiceScheduleAdmin
from provisioning.admin.service_pages import ServiceAdmin

__all__ = ["AdoptPage", "ServiceAdmin", "ServiceScheduleAdmin", "standing"]
