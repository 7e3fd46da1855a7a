"""Forgetting old keys."""

from celery import shared_task
from django.db import transaction

from ispplatform.core.clock import system_now
from ispplatform.core.models.idempotency import IdempotencyRecord
from ispplatform.core.tenancy.context import across_tenants

CHUNK = 500  # rows a transaction: the embedded database has one writer


@shared_task
def forget_idempotency_keys() -> int:
    """Delete the records whose 24 hours are over; beat runs it hourly. Returns how many went."""
    forgotten = 0
    with across_tenants("Old idempotency records of every tenant are deleted by one sweep."):
        while True:
            expired = IdempotencyRecord.objects.filter(expires_at__lte=system_now())
            chunk = list(expired.values_list("pk", flat=True)[:CHUNK])
            if not chunk:
                return forgotten
            with transaction.atomic():
                forgotten += IdempotencyRecord.objects.filter(pk__in=chunk).delete()[0]
