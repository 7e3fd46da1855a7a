"""Leases: which process does what only one may do at a time, across the whole installation."""

from django.db import models


class Lease(models.Model):
    """Who holds a named duty, until when, and when it was last done. Has no tenant."""

    name = models.CharField(max_length=80, primary_key=True)
    holder = models.CharField(max_length=80, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
