"""Deleting what has expired long ago, in small transactions."""

from datetime import timedelta

from django.db import models

from accounts.models import (
    AccessLink,
    AuthorizationCode,
    ClientToken,
    EmailCode,
    LoginFailure,
    PasskeyChallenge,
    PeopleImport,
    Session,
    SignOnRequest,
    StaffInvitation,
    TemporaryToken,
)
from ispplatform.core.clock import system_now
from ispplatform.core.tenancy.context import across_tenants, tenant_context

CHUNK = 200
KEEP_FAILURES = timedelta(days=1)
KEEP_PROOFS = timedelta(days=7)
KEEP_INVITATIONS = timedelta(days=400)
KEEP_SESSIONS = timedelta(days=400)  # the list of log-ins shows a year


def sweep_old_rows() -> int:
    """Delete expired codes, links, tokens, old log-ins and failure counts; return how many rows."""
    now = system_now()
    deleted, _ = LoginFailure.objects.filter(last_failed_at__lt=now - KEEP_FAILURES).delete()
    for model, limit in (
        (EmailCode, now - KEEP_PROOFS),
        (AccessLink, now - KEEP_PROOFS),
        (AuthorizationCode, now - KEEP_PROOFS),
        (ClientToken, now - KEEP_PROOFS),
        (TemporaryToken, now - KEEP_PROOFS),
        (PasskeyChallenge, now - KEEP_PROOFS),
        (SignOnRequest, now - KEEP_PROOFS),
        (StaffInvitation, now - KEEP_INVITATIONS),
        (PeopleImport, now),
        (Session, now - KEEP_SESSIONS),
    ):
        deleted += _delete_older(model, limit)
    return deleted


def _delete_older(model: type[models.Model], limit: object) -> int:
    total = 0
    while True:
        with across_tenants("expired rows of identity and access are swept"):
            rows = list(
                model._default_manager.filter(expires_at__lt=limit).values_list("tenant_id", "pk")[
                    :CHUNK
                ]
            )
        if not rows:
            return total
        for tenant_id in {tenant_id for tenant_id, _ in rows}:
            keys = [pk for owner, pk in rows if owner == tenant_id]
            with tenant_context(tenant_id):
                total += model._default_manager.filter(pk__in=keys).delete()[0]
