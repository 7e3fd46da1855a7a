"""Which tables need which wall, read from the models."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models

from ispplatform.core.tenancy.base import TenantModel


@dataclass(frozen=True, slots=True)
class TenantReference:
    """A foreign key inside tenant data: both rows must be of one tenant."""

    table: str
    column: str
    target_table: str


def tenant_models() -> list[type[models.Model]]:
    """Return every concrete model whose rows belong to a tenant."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if issubclass(model, TenantModel) and not model._meta.proxy and model._meta.managed
    ]


def tenant_tables() -> list[str]:
    """Return the tables that hold tenants' rows."""
    return sorted(model._meta.db_table for model in tenant_models())


def tenant_references() -> Iterator[TenantReference]:
    """Yield every foreign key from one tenant table to another."""
    for model in tenant_models():
        for field in model._meta.local_concrete_fields:
            target = field.related_model
            if isinstance(target, type) and issubclass(target, TenantModel):
                yield TenantReference(
                    table=model._meta.db_table,
                    column=str(field.column),
                    target_table=target._meta.db_table,
                )
