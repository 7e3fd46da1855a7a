"""Mails as they were sent, with the server's answer."""

from django.db import models
from django.db.models import Q

from ispplatform.core.tenancy.base import TenantModel
from notifications.choices import MailState


class Mail(TenantModel):
    """One mail to one address.

    A mail that holds a secret (a code, a link that sets a password) keeps it nowhere: ``text`` and
    ``html`` are stored with the secret covered, and it is written anew from ``values`` when it is
    sent.
    """

    kind = models.CharField(max_length=80)
    event_id = models.UUIDField(null=True, blank=True)
    customer_id = models.UUIDField(null=True, blank=True)
    repeat_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="repeats"
    )
    from_email = models.CharField(max_length=254)
    from_name = models.CharField(max_length=120, blank=True)
    reply_to = models.CharField(max_length=254, blank=True)
    to_email = models.CharField(max_length=254)
    to_name = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=10)
    time_zone = models.CharField(max_length=64, blank=True)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    message_id = models.CharField(max_length=255)
    has_secret = models.BooleanField(default=False)
    values = models.JSONField(default=dict, blank=True)
    attachments = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.QUEUED)
    server_answer = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "event_id", "kind", "to_email"],
                condition=Q(repeat_of=None, event_id__isnull=False),
                name="notifications_one_mail_per_event_kind_and_address",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "created_at", "id"]),
            models.Index(fields=["tenant", "customer_id", "created_at"]),
            models.Index(fields=["tenant", "created_at"]),
            models.Index(fields=["tenant", "to_email"]),
            models.Index(fields=["tenant", "message_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to_email}"
