"""Pictures of people."""

from django.conf import settings
from django.db import models

from ispplatform.core.ids import uuid7


class Avatar(models.Model):
    """The picture of a person, made anew from what was uploaded: a square PNG.

    Like the person it belongs to no company. ``sha256`` is of ``png``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="avatar"
    )
    sha256 = models.CharField(max_length=64)
    png = models.BinaryField()

    def __str__(self) -> str:
        return f"picture of {self.user_id}"
