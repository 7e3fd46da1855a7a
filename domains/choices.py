"""The values that columns of this app may take."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DomainStatus(models.TextChoices):
    """What we know of a name at its registrar."""

    PENDING = "pending", _("Being registered")
    ACTIVE = "active", _("Active")
    EXPIRED = "expired", _("Expired")
    TRANSFERRED_AWAY = "transferred_away", _("Moved to another registrar")
    FAILED = "failed", _("Not registered")
    RELEASED = "released", _("No longer registered")


# While a row is in one of these, no other row of the tenant may hold the name.
LIVE_DOMAIN_STATUSES = (DomainStatus.PENDING, DomainStatus.ACTIVE, DomainStatus.EXPIRED)


class ZoneStatus(models.TextChoices):
    """Whether a zone is on its server."""

    PENDING = "pending", _("Being set up")
    ACTIVE = "active", _("Active")
    DELETED = "deleted", _("Deleted")


class DelegationStatus(models.TextChoices):
    """What the world was found to see of a name."""

    ASKED = "asked", _("Being checked")
    RIGHT = "right", _("Right")
    INCOMPLETE = "incomplete", _("Not all right")
    ELSEWHERE = "elsewhere", _("Leads elsewhere")
    UNKNOWN = "unknown", _("Could not be asked")


class ServerState(models.TextChoices):
    """How a name server answered a question about a zone."""

    ANSWERS = "answers", _("answers")
    SILENT = "silent", _("does not answer")
    REFUSES = "refuses", _("does not know the zone")
    NAMELESS = "nameless", _("has no address")
    INSIDE = "inside", _("has an address inside a private network")
    UNASKED = "unasked", _("was not asked in time")
