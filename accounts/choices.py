"""The values that columns of this app may take."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MembershipStatus(models.TextChoices):
    """Whether a staff member may work for the tenant."""

    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    ENDED = "ended", _("Access ended")


class InvitationStatus(models.TextChoices):
    """What became of an invitation to work here."""

    OPEN = "open", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Accepted")
    EXPIRED = "expired", _("Too old")
    CANCELLED = "cancelled", _("Withdrawn")


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
    OAUTH = "oauth", _("Application")


class EmailCodePurpose(models.TextChoices):
    """What a person proves with a mailed code."""

    SIGN_UP = "sign_up", _("Sign-up")
    EMAIL_CHANGE = "email_change", _("Change of e-mail address")


class AccessLinkPurpose(models.TextChoices):
    """Why a link that sets a password was made."""

    RESET = "reset", _("Forgotten password")
    ACTIVATION = "activation", _("Activation of an account made by staff")
    SET_UP = "set_up", _("Set-up of a new company")
    COME_BACK = "come_back", _("Return of who closed the log-in")


class LoginClosing(models.TextChoices):
    """How a person closes their own log-in."""

    PAUSE = "pause", _("Until I come back")
    SOFT = "soft", _("For good, after some weeks in which I may come back")
    HARD = "hard", _("For good, now")


class GrantType(models.TextChoices):
    """How an OAuth client comes by its tokens. Source: RFC 6749 s. 4."""

    AUTHORIZATION_CODE = "authorization_code", _("Acts for people who agree")
    CLIENT_CREDENTIALS = "client_credentials", _("Acts for itself")


class ApiKeyMode(models.TextChoices):
    """Whether a key opens a live or a sandbox tenant; its prefix says so."""

    LIVE = "live", _("Live")
    TEST = "test", _("Test")


class FactorChange(models.TextChoices):
    """What happened to a person's second factor; the mail about it says so."""

    ON = "on", _("Switched on")
    OFF = "off", _("Switched off")
    CODES_RENEWED = "codes_renewed", _("New recovery codes")
    CODE_USED = "code_used", _("A recovery code was used")
    PASSKEY_ADDED = "passkey_added", _("A passkey was added")
    PASSKEY_REMOVED = "passkey_removed", _("A passkey was removed")
    RESET = "reset", _("Removed because it was lost")


class IdentityChange(models.TextChoices):
    """What happened to a colleague's identity at a provider; the mail about it says so."""

    LINKED = "linked", _("Linked")
    UNLINKED = "unlinked", _("Unlinked")


class FactorResetStatus(models.TextChoices):
    """How far the removal of a lost second factor is."""

    WAITING = "waiting", _("Waiting")  # anybody at the customer may stop it
    STOPPED = "stopped", _("Stopped")
    DONE = "done", _("Carried out")


class IdentityCheck(models.TextChoices):
    """How staff made sure to whom they speak."""

    CALL_BACK = "call_back", _("Called back on a number that we had before")
    IN_PERSON = "in_person", _("Came in person with an identity card")
    VIDEO = "video", _("Showed an identity card in a video call")
    LETTER = "letter", _("Gave back a code from a letter to the address that we have")


class GuardReason(models.TextChoices):
    """Why a log-in is guarded for some days."""

    FACTOR_RESET = "factor_reset", _("The second factor was removed because it was lost")
    EMAIL_CHANGE = "email_change", _("The e-mail address was changed")
    NEW_DEVICE = "new_device", _("A new device, and a new password")


class ActivityKind(models.TextChoices):
    """What an entry of a person's activity is."""

    ACCESS = "access", _("Log-ins")
    DONE_BY = "done_by", _("What they did")
    DONE_TO = "done_to", _("What was done to them")


class PasskeyPurpose(models.TextChoices):
    """What a browser is asked to sign for."""

    REGISTER = "register", _("A new passkey")
    FACTOR = "factor", _("Second factor")
    LOG_IN = "log_in", _("Log-in of a customer")
    STAFF_LOG_IN = "staff_log_in", _("Log-in of a colleague")
