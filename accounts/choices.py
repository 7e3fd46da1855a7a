"""The values that columns of this app may take."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MembershipStatus(models.TextChoices):
    """Whether a staff member may work for the tenant."""

    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")


class PortalAccountStatus(models.TextChoices):
    """Whether a customer may log in through this account."""

    PENDING = "pending", _("Waiting for confirmation")  # its e-mail address is not proved yet
    ACTIVE = "active", _("Active")
    DISABLED = "disabled", _("Disabled")


class SessionKind(models.TextChoices):
    """Which side of the house a log-in opens."""

    STAFF = "staff", _("Staff")
    PORTAL = "portal", _("Customer portal")


class SessionChannel(models.TextChoices):
    """What the log-in is carried by; it decides how long an unused one lives."""

    BROWSER = "browser", _("Browser")
    API = "api", _("API")


class EmailCodePurpose(models.TextChoices):
    """What a person proves with a mailed code."""

    SIGN_UP = "sign_up", _("Sign-up")
    EMAIL_CHANGE = "email_change", _("Change of e-mail address")


class AccessLinkPurpose(models.TextChoices):
    """Why a link that sets a password was made."""

    RESET = "reset", _("Forgotten password")
    ACTIVATION = "activation", _("Activation of an account made by staff")
    SET_UP = "set_up", _("Set-up of a new company")


class ApiKeyMode(models.TextChoices):
    """Whether a key opens a live or a sandbox tenant; its prefix says so."""

    LIVE = "live", _("Live")
    TEST = "test", _("Test")
