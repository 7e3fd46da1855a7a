"""The values that columns of this app may take."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailState(models.TextChoices):
    """How far a mail is."""

    QUEUED = "queued", _("On its way")
    SENT = "sent", _("Sent")  # the mail server took it over
    REFUSED = "refused", _("Refused")  # the mail server said no for good
    DROPPED = "dropped", _("Not sent any more")  # overtaken: its code or link cannot be used
