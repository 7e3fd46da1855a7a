"""The values that columns of this app may take."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountStatus(models.TextChoices):
    """What the panel was last seen to say of an account."""

    PENDING = "pending", _("Being created")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    TERMINATED = "terminated", _("Deleted")
    FAILED = "failed", _("Not created")


LIVE_ACCOUNT_STATUSES = (AccountStatus.PENDING, AccountStatus.ACTIVE, AccountStatus.SUSPENDED)


class MailboxStatus(models.TextChoices):
    """What the panel was last seen to say of a mailbox."""

    PENDING = "pending", _("Being created")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    DELETED = "deleted", _("Deleted")
    FAILED = "failed", _("Not created")


LIVE_MAILBOX_STATUSES = (MailboxStatus.PENDING, MailboxStatus.ACTIVE, MailboxStatus.SUSPENDED)
