"""Taking the list of people out as a file: who, what and how much stands in the trail."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.errors import LogInTooOld
from accounts.models import Session, User
from accounts.selectors.user_sheets import COLUMNS, user_sheet_rows
from accounts.tenant_settings import EXPORT_LOGIN_MINUTES
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.models import Tenant
from ispplatform.core.sheets import SheetFormat, sheet_bytes
from ispplatform.core.subjects import subject_of

EXPORT = "users:export"


def users_export(
    *,
    actor: Actor,
    tenant: Tenant,
    people: QuerySet[User],
    form: SheetFormat,
    filters: Mapping[str, Any],
    is_proved: bool = False,
) -> Iterator[bytes]:
    """Give a file of people piece by piece; that it was taken is written down before the first.

    Args:
        people: a queryset of ``users_of_tenant``, filtered.
        filters: what it was filtered by, for the trail.
        is_proved: the person has just shown password and second factor once more.

    Raises:
        NotPermitted: the actor may not, or sees the portal as somebody.
        LogInTooOld: a person logged in too long ago; keys and clients hold the permission itself.
    """
    actor.require(EXPORT)
    if not is_proved:
        _fresh_check(actor, tenant)
    with transaction.atomic():
        count = people.order_by().values("pk").count()
        audit(
            "accounts.users_export",
            actor=actor,
            subject=subject_of(tenant),
            after={"format": str(form), "rows": count, "filters": dict(filters)},
        )
    return sheet_bytes(form, COLUMNS, user_sheet_rows(people, tenant_id=tenant.pk))


def _fresh_check(actor: Actor, tenant: Tenant) -> None:
    if actor.session_id is None:
        return
    minutes = EXPORT_LOGIN_MINUTES.of(tenant)
    since = system_now() - timedelta(minutes=minutes)
    session = Session.objects.filter(pk=actor.session_id).first()
    shown = session and max(session.authenticated_at, session.factor_verified_at or since)
    if shown is None or shown <= since:
        raise LogInTooOld(
            f"This needs a log-in of the last {minutes} minutes.", required_permission=EXPORT
        )
