"""Taking the demo company away, with everything that is its and nothing that is not."""

import logging
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, models, transaction

from accounts.models import Membership, PortalAccount, User
from demo.company import LOG_INS
from ispplatform.core.clock import system_now
from ispplatform.core.database.inventory import tenant_models
from ispplatform.core.models import PurgePermit, Tenant
from ispplatform.core.tenancy.context import across_tenants, tenant_context
from ispplatform.core.tenancy.lookup import forget_tenant_on_commit

logger = logging.getLogger(__name__)

PERMIT_FOR = timedelta(hours=2)  # a hundred thousand customers take a while


def demo_remove(*, tenant: Tenant) -> str:
    """Delete the demo company: all its rows, its own people, and the file of log-ins.

    People who also belong to another company stay.

    Args:
        tenant: from ``demo_tenant``.

    Returns:
        A sentence that says what is gone.
    """
    with transaction.atomic():
        with tenant_context(tenant.pk):
            people = _people()
            rows = _rows_delete(tenant)
        forget_tenant_on_commit(tenant)
        tenant.hosts.all().delete()
        company = Tenant.objects.filter(pk=tenant.pk)
        company._raw_delete(company.db)  # nothing points at it any more
        gone = _people_delete(people)
    (Path(settings.DATA_DIR) / LOG_INS).unlink(missing_ok=True)
    logger.warning("The demo company %s was removed: %d rows, %d people.", tenant, rows, gone)
    return f"{tenant} is gone: {rows} rows, {gone} people."


def _people() -> set[UUID]:
    members = Membership.objects.values_list("user_id", flat=True)
    return {*members, *PortalAccount.objects.values_list("user_id", flat=True)}


def _rows_delete(tenant: Tenant) -> int:
    """Delete all rows of the tenant in force; foreign keys are looked at when all of it is done."""
    PurgePermit.objects.create(
        reason="The demo company is removed.",
        actor_label="demo --remove",
        expires_at=system_now() + PERMIT_FOR,
    )
    is_alone = not Tenant.objects.exclude(pk=tenant.pk).exists()
    count = 0
    for model in sorted(tenant_models(), key=lambda model: model is PurgePermit):
        if is_alone and connection.vendor == "sqlite":  # nobody can add a company meanwhile
            count += _table_empty(model)
        else:
            rows = model._base_manager.filter(tenant=tenant)
            count += rows._raw_delete(rows.db)
    return count


def _table_empty(model: type[models.Model]) -> int:
    """Delete all rows; SQLite drops the pages of a table without walls, and reads no row."""
    with connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{model._meta.db_table}"')  # noqa: S608 # nosec B608
        return int(cursor.rowcount)


def _people_delete(people: set[UUID]) -> int:
    """Delete the users of ``people`` that no company knows any more; return how many."""
    with across_tenants("a person who belongs to another company stays"):
        known = {
            *Membership.objects.filter(user__in=people).values_list("user_id", flat=True),
            *PortalAccount.objects.filter(user__in=people).values_list("user_id", flat=True),
        }
        alone = User.objects.filter(pk__in=people - known, is_superuser=False)
        count = alone.count()
        alone.delete()
    return count
