"""The values that columns of this app may take."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ServiceStatus(models.TextChoices):
    """What a customer is entitled to."""

    PENDING = "pending", _("Pending")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    TERMINATED = "terminated", _("Terminated")


class StepState(models.TextChoices):
    """How far one step of setting a service up is."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")


class ReasonKind(models.TextChoices):
    """Why a service stands still. While one reason is open it stays suspended."""

    UNPAID = "unpaid", _("Unpaid invoice")
    ABUSE = "abuse", _("Abuse")
    CUSTOMER = "customer", _("The customer's wish")
    STAFF = "staff", _("Staff decision")
    TERMINATION = "termination", _("Ends soon")


class ScheduledAct(models.TextChoices):
    """What can be arranged for a later day."""

    ACTIVATE = "activate", _("Set up")
    SUSPEND = "suspend", _("Suspend")
    RESUME = "resume", _("Resume")
    CHANGE_PLAN = "change_plan", _("Change the plan")
    TERMINATE = "terminate", _("Terminate")


class ScheduleState(models.TextChoices):
    """What became of an arranged act."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Could not be done")
    CANCELLED = "cancelled", _("Cancelled")
