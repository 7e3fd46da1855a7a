"""Failed log-ins are counted, and too many in a row lock the account for a while.

Names that are nobody's are counted and locked in the same way: the answer tells nothing.
"""

from datetime import timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts.errors import AccountLocked
from accounts.models import LoginFailure, User
from accounts.tenant_settings import LOGIN_ATTEMPTS, LOGIN_LOCK_MINUTES
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import subject_of


def account_digest(name: str) -> str:
    """Return the key under which failures of a person (or of a name) are counted."""
    return salted_hmac("accounts.lockout", name, algorithm="sha256").hexdigest()


def lockout_check(*, digest: str) -> LoginFailure | None:
    """Return the failures so far, or None when there are none; one query.

    Raises:
        AccountLocked: too many, and the cooling time is not over.
    """
    row = LoginFailure.objects.filter(pk=digest).first()
    now = system_now()
    if row is not None and row.locked_until is not None and row.locked_until > now:
        seconds = int((row.locked_until - now).total_seconds()) + 1
        raise AccountLocked(
            "Too many failed log-ins. Wait a while, or reset your password.", retry_after=seconds
        )
    return row


def failure_record(*, digest: str, tenant: Tenant | None) -> bool:
    """Count a failed log-in; tell whether it locked the account."""
    most = LOGIN_ATTEMPTS.of(tenant) if tenant else LOGIN_ATTEMPTS.default
    minutes = LOGIN_LOCK_MINUTES.of(tenant) if tenant else LOGIN_LOCK_MINUTES.default
    now = system_now()
    with transaction.atomic():
        row, _ = LoginFailure.objects.select_for_update().get_or_create(
            pk=digest, defaults={"last_failed_at": now}
        )
        stale = row.last_failed_at < now - timedelta(minutes=minutes)
        row.failures = 1 if stale else row.failures + 1
        row.last_failed_at = now
        locks = row.failures >= most
        if locks:
            row.failures, row.locked_until = 0, now + timedelta(minutes=minutes)
        row.save()
    return locks


def failures_clear(*, digest: str) -> None:
    """Forget the failures of an account: it was proved to be its owner's."""
    LoginFailure.objects.filter(pk=digest).delete()


def account_unlock(*, actor: Actor, user: User, permission: str) -> bool:
    """Let a person try to log in again at once; tell whether failures were counted.

    Args:
        permission: what the actor needs, by the kind of person.

    Raises:
        NotPermitted: the actor may not.
    """
    actor.require(permission)
    with transaction.atomic():
        deleted, _ = LoginFailure.objects.filter(pk=account_digest(str(user.pk))).delete()
        if deleted:
            audit("accounts.account_unlock", actor=actor, subject=subject_of(user))
    return bool(deleted)
