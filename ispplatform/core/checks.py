"""System checks of the kernel: a house whose walls are missing does not start."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from ispplatform.core.database.inventory import tenant_models
from ispplatform.core.database.walls import missing_walls
from ispplatform.core.frozen import frozen_rules
from ispplatform.core.tenancy.base import TenantModel


@register(Tags.database)
def check_walls(
    *, app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Report every wall that the database should have and has not."""
    return [
        Error(f"The database lacks a wall: {name}. Run manage.py migrate.", id="core.E010")
        for alias in databases or []
        for name in missing_walls(connections[alias])
    ]


@register(Tags.models)
def check_tenant_models(
    *, app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Report tenant models that would pass the first wall by."""
    return [*_unbound_models(), *_unbound_relations()]


def _unbound_models() -> Iterator[CheckMessage]:
    for model in tenant_models():
        if model._meta.base_manager_name != "objects":
            yield Error("Its Meta does not extend TenantModel.Meta.", obj=model, id="core.E011")


def _unbound_relations() -> Iterator[CheckMessage]:
    for model in tenant_models():
        for field in model._meta.local_many_to_many:
            through: Any = field.remote_field.through
            if through._meta.auto_created:
                yield Error("Name a tenant model as its through table.", obj=field, id="core.E012")


@register(Tags.models)
def check_frozen_rules(
    *, app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Report frozen rules on tables without a tenant, whose permits could not be looked up."""
    return [
        Error("Only rows of a tenant can be frozen.", obj=rule.model, id="core.E013")
        for rule in frozen_rules()
        if not issubclass(rule.model, TenantModel)
    ]
