"""The first wall: a queryset takes its tenant when it runs, and refuses to run without one."""

from collections.abc import Iterable
from typing import Any, NoReturn, TypeVar

from django.db import models, transaction
from django.db.models.expressions import Expression, F
from django.db.models.sql.compiler import SQLCompiler

from ispplatform.core.clock import system_now
from ispplatform.core.tenancy.context import TenantMismatch, TenantMissing, required_scope
from ispplatform.core.tenancy.watching import bulk_watcher

M = TypeVar("M", bound=models.Model)


class InTenant(Expression):
    """A condition that is compiled to the tenant in force at execution.

    Building a queryset at import time (forms, filters, schema generation) is therefore harmless;
    running it outside a tenant raises ``TenantMissing``.
    """

    conditional = True
    output_field = models.BooleanField()

    def __init__(self, column: Any = None) -> None:
        super().__init__()
        self.column: Any = column or F("tenant_id")

    def get_source_expressions(self) -> list[Any]:
        return [self.column]

    def set_source_expressions(self, exprs: Any) -> None:
        (self.column,) = exprs

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        tenant_id = required_scope().tenant_id
        if tenant_id is None:
            return "1 = 1", []
        sql, params = compiler.compile(self.column)
        value = models.UUIDField().get_db_prep_value(tenant_id, connection)
        return f"{sql} = %s", [*params, value]


class TenantQuerySet(models.QuerySet[M]):
    """A queryset of tenant rows: bound to the tenant in force, its writes checked."""

    def update(self, **kwargs: Any) -> int:
        if "tenant" in kwargs or "tenant_id" in kwargs:
            raise TenantMismatch("A row never moves to another tenant.")
        if "updated_at" not in kwargs:
            kwargs["updated_at"] = system_now()
        watcher = bulk_watcher(self.model)
        if watcher is None or not watcher.touches(kwargs):
            return super().update(**kwargs)
        with transaction.atomic(using=self.db):
            ids = list(self.order_by().values_list("pk", flat=True))
            count = super().update(**kwargs)
            watcher.updated(ids)
        return count

    update.alters_data = True  # type: ignore[attr-defined] # Django's mark for templates

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        rows = list(objs)
        for row in rows:
            claim_for_tenant(row)
        watcher = bulk_watcher(self.model)
        if watcher is None:
            return super().bulk_create(rows, *args, **kwargs)
        with transaction.atomic(using=self.db):
            made = super().bulk_create(rows, *args, **kwargs)
            watcher.created(rows)
        return made

    def raw(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TenantMissing("Raw SQL passes the tenant wall by: use a queryset.")


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc] # built
    """The default and base manager of every tenant model."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(InTenant())


def claim_for_tenant(row: models.Model) -> None:
    """Give a new row the tenant in force, or check that it already has it.

    Raises:
        TenantMissing: no tenant is in force, or the work runs across tenants and the row has none.
        TenantMismatch: the row, or a row it points at, belongs to another tenant.
    """
    scope = required_scope()
    own = row.tenant_id  # type: ignore[attr-defined]
    if own is None:
        if scope.tenant_id is None:
            raise TenantMissing("A row made across tenants names its tenant itself.")
        own = row.tenant_id = scope.tenant_id  # type: ignore[attr-defined]
    elif scope.tenant_id is not None and own != scope.tenant_id:
        raise TenantMismatch(f"{row._meta.label} of another tenant cannot be written here.")
    fields: Any = row._meta.concrete_fields
    for field in fields:
        if field.is_relation and field.name != "tenant" and field.is_cached(row):
            other = field.get_cached_value(row)
            other_tenant = getattr(other, "tenant_id", None)
            if other_tenant is not None and other_tenant != own:
                raise TenantMismatch(f"{row._meta.label}.{field.name} is of another tenant.")
